#include "train/readout/unit_choice.hpp"
#include "filters/draw.hpp"
#include "filters/features.hpp"
#include "namespaces.hpp"
#include "plain_features.hpp"

#include <algorithm>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(unit_choice)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

constexpr std::size_t images = 600, units = 5, per_unit = 4;

/// Random images whose class, by a third each, is how large the features of one candidate are together.
struct Planted {
  filters::Candidates candidates;
  data::DataSplits data;

  Planted(std::size_t candidate, std::size_t classes) {
    Words words(5);
    data::Samples& train = data.train;
    train.features = 16 * 14;
    train.pixels = random_images(words, images, 16, 14);
    train.global_size = images;
    data.class_names.resize(classes);
    const Images all{train.pixels, 16 * 14};
    DrawOptions options;
    options.filters = 12;
    options.units = units;
    options.candidates = per_unit;
    options.kinds = {{Channel::pixels, 4, 1, 1}};
    options.wiring = {{0, 1}, 3, 0.3, 0};
    candidates = draw_candidates(usual_shape(16, 14, 3), options, all, 1, 0);
    const std::vector<std::int8_t> features = features_of(candidates.bank, all);
    candidates.bank.centers = centers_of(sum_features(features, images, images), images);
    train.labels = thirds(features, candidate, classes);
  }

  [[nodiscard]] std::vector<std::size_t> chosen() const {
    return train::choose_units(candidates, data, 3, parallel::Communicator{});
  }

private:
  static std::vector<std::int8_t> features_of(const Bank& bank, const Images& all) {
    FeatureMaker maker(bank);
    std::vector<std::int8_t> features(maker.count() * all.count());
    maker.make(all, features, all.count());
    return features;
  }

  std::vector<std::uint8_t> thirds(const std::vector<std::int8_t>& features, std::size_t candidate,
                                   std::size_t classes) const {
    const std::size_t windows = windows_per_unit(candidates.bank.shape);
    std::vector<std::pair<int, std::size_t>> sums;
    for (std::size_t i = 0; i < images; ++i) {
      int sum = 0;
      for (std::size_t f = candidate * windows; f < (candidate + 1) * windows; ++f) sum += features[f * images + i];
      sums.emplace_back(sum, i);
    }
    std::ranges::sort(sums);
    std::vector<std::uint8_t> labels(images);
    for (std::size_t rank = 0; rank < images; ++rank)
      labels[sums[rank].second] = static_cast<std::uint8_t>(rank * classes / images);
    return labels;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_candidate_that_tells_the_classes_is_chosen) {
  for (const std::size_t classes : {2U, 3U})
    for (const std::size_t candidate : {2U, 7U, 19U}) {
      const std::vector<std::size_t> choice = Planted(candidate, classes).chosen();
      BOOST_TEST_REQUIRE(choice.size() == units);
      BOOST_TEST(choice[candidate / per_unit] == candidate % per_unit);
    }
}

BOOST_AUTO_TEST_CASE(the_chosen_units_are_drawn_again_from_their_code) {
  const Planted it(7, 3);
  const Bank bank = with_chosen(it.candidates, it.chosen());
  BOOST_TEST(bank.units.size() == units);
  BOOST_TEST_REQUIRE(bank.code.has_value());
  check(bank);  // compares the units with those of the code
}

BOOST_AUTO_TEST_CASE(there_is_no_choice_of_one) {
  Planted it(0, 2);
  it.candidates.per_unit = 1;
  BOOST_TEST(it.chosen() == std::vector<std::size_t>(units * per_unit), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
