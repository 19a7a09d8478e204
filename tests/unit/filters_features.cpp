#include "base/error.hpp"
#include "filters/features.hpp"
#include "namespaces.hpp"
#include "plain_features.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(filters_features)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

constexpr std::int8_t untouched = 99;

/// Features of a bank by the layer, [feature][image], in rows of `stride`.
std::vector<std::int8_t> made(const Bank& bank, const Images& images, std::size_t stride, simd::Width width) {
  std::vector<std::int8_t> features(feature_count(bank) * stride, untouched);
  FeatureMaker(bank, width).make(images, features, stride);
  return features;
}

void check_against_plain(const Bank& bank, const Images& images, simd::Width width) {
  const std::size_t stride = images.count() + 3;
  const auto features = made(bank, images, stride, width);
  int wrong = 0;
  for (std::size_t i = 0; i < images.count(); ++i) {
    const auto expected = plain_features(bank, images[i]);
    for (std::size_t f = 0; f < expected.size(); ++f) wrong += features[f * stride + i] != expected[f] ? 1 : 0;
  }
  for (std::size_t f = 0; f < feature_count(bank); ++f)
    for (std::size_t i = images.count(); i < stride; ++i) wrong += features[f * stride + i] != untouched ? 1 : 0;
  BOOST_TEST(wrong == 0);
}

std::vector<int> values(Channel channel, const std::vector<std::uint8_t>& image, std::size_t columns) {
  std::vector<int> all;
  for (const std::uint8_t stored : stored_channel(channel, image, columns))
    all.push_back(stored - stored_zero(channel));
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(channels_have_the_values_computed_by_hand) {
  const std::vector<std::uint8_t> image{0, 255, 100, 8, 9, 16};  // 2 rows of 3
  // 31 * 100 / 255 = 12.2, 31 * 8 / 255 = 0.97, 31 * 9 / 255 = 1.09, 31 * 16 / 255 = 1.95
  BOOST_TEST((values(Channel::pixels, image, 3) == std::vector{0, 31, 12, 0, 1, 1}));
  // sums of four 272, 380, 116, 17, 25, 16, times 31 / 1020
  BOOST_TEST((values(Channel::box, image, 3) == std::vector{8, 11, 3, 0, 0, 0}));
  // 31 sqrt(p / 255): 0, 31, 19.41, 5.49, 5.82, 7.77
  BOOST_TEST((values(Channel::square_root, image, 3) == std::vector{0, 31, 19, 5, 6, 8}));
  // The surround of each pixel has all six: sum 388, squares 75426, mean 7.918, deviation 38.417. (p - mean) 7
  // / 54.417: -1.02, 31.8, 11.8, 0.01, 0.14, 1.04
  BOOST_TEST((values(Channel::contrast, image, 3) == std::vector{-1, 15, 12, 0, 0, 1}));
}

BOOST_AUTO_TEST_CASE(channels_are_those_of_their_definitions_for_every_width) {
  Words words(1);
  for (int round = 0; round < 30; ++round) {
    const int rows = words.between(1, 20), columns = words.between(1, 20);
    const auto image = random_images(words, 1, rows, columns);
    const PlainImage plain(image, rows, columns);
    for (const Channel channel : all_values<Channel>())
      for (const simd::Width width : simd::cpu_widths()) {
        const auto stored = stored_channel(channel, image, static_cast<std::size_t>(columns), width);
        int wrong = 0;
        for (int y = 0; y < rows; ++y)
          for (int x = 0; x < columns; ++x)
            wrong +=
                stored[static_cast<std::size_t>(y * columns + x)] - stored_zero(channel) != plain.value(channel, y, x)
                    ? 1
                    : 0;
        BOOST_TEST(wrong == 0, name_of(channel) << " of " << rows << "x" << columns);
      }
  }
}

BOOST_AUTO_TEST_CASE(features_of_random_banks_are_those_of_the_definition_for_every_width) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Words words(seed);
    const Bank bank = random_bank(words);
    check(bank);
    const auto count = static_cast<std::size_t>(words.between(1, 70));
    const auto pixels = random_images(words, count, bank.shape.rows, bank.shape.columns);
    const Images images{pixels, pixels.size() / count};
    for (const simd::Width width : simd::cpu_widths()) {
      BOOST_TEST_CONTEXT("seed " << seed) { check_against_plain(bank, images, width); }
    }
  }
}

BOOST_AUTO_TEST_CASE(some_units_have_the_features_that_they_have_among_all) {
  Words words(8);
  Bank bank = random_bank(words);
  while (bank.units.size() < 3) bank = random_bank(words);
  bank.centers.assign(feature_count(bank), 1);
  const auto pixels = random_images(words, 6, bank.shape.rows, bank.shape.columns);
  const Images images{pixels, pixels.size() / 6};
  const auto all = made(bank, images, 6, simd::cpu_width());
  const std::vector<std::size_t> units{2, 0};
  const auto some = made(with_units(bank, units), images, 6, simd::cpu_width());
  const auto size = static_cast<std::ptrdiff_t>(windows_per_unit(bank.shape) * 6);
  BOOST_TEST(some.size() == static_cast<std::size_t>(2 * size));
  BOOST_TEST(std::equal(some.begin(), some.begin() + size, all.begin() + 2 * size));
  BOOST_TEST(std::equal(some.begin() + size, some.end(), all.begin()));
}

BOOST_AUTO_TEST_CASE(images_are_taken_in_the_order_asked_for) {
  Words words(7);
  const Bank bank = random_bank(words);
  const auto pixels = random_images(words, 5, bank.shape.rows, bank.shape.columns);
  const std::vector<std::uint32_t> order{3, 0, 3, 4};
  check_against_plain(bank, {pixels, pixels.size() / 5, order}, simd::cpu_width());
}

BOOST_AUTO_TEST_CASE(an_image_and_its_mirror_image_have_the_same_features) {
  Words words(9);
  Bank bank = random_bank(words);
  bank.shape = usual_shape(13, 12, 3);
  bank.centers.clear();
  for (Filter& filter : bank.filters) filter.threshold = 5;
  const auto pixels = random_images(words, 1, 13, 12);
  const auto mirror = mirrored(pixels, 12);
  const auto features = made(bank, {pixels, 13 * 12}, 1, simd::cpu_width());
  BOOST_TEST(features == made(bank, {mirror, 13 * 12}, 1, simd::cpu_width()), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(images_of_another_size_are_refused) {
  Words words(3);
  const Bank bank = random_bank(words);
  std::vector<std::int8_t> features(feature_count(bank));
  const std::vector<std::uint8_t> pixels(3);
  BOOST_CHECK_THROW(FeatureMaker(bank).make({pixels, 3}, features, 1), InputError);
}

BOOST_AUTO_TEST_CASE(sums_give_centers_and_variance) {
  const std::vector<std::int8_t> features{1, 2, 4, untouched, 0, 0, 1, untouched};  // 2 features of 3 images
  const FeatureSums sums = sum_features(features, 4, 3);
  BOOST_TEST((sums.values == std::vector<std::int64_t>{7, 1}));
  BOOST_TEST((sums.squares == std::vector<std::int64_t>{21, 1}));
  BOOST_TEST((centers_of(sums, 3) == std::vector<std::int8_t>{2, 0}));
  BOOST_TEST((centers_of({{3}, {5}}, 2) == std::vector<std::int8_t>{2}));  // 1.5
  BOOST_TEST(scaled_variance(sums, 3) == 3 * 21 - 49 + 3 - 1);
}

BOOST_AUTO_TEST_SUITE_END()
