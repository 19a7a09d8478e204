// Classes by name, the stratified subset and hold-out, and the order of the samples.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>

#include "base/error.hpp"
#include "data/selection.hpp"
#include "namespaces.hpp"
#include "temporary_folder.hpp"

BOOST_AUTO_TEST_SUITE(data_selection)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

std::string class_error(const std::vector<std::string>& requested) {
  return message_of<InputError>([&] { static_cast<void>(choose_classes(requested, fashion_mnist_classes())); });
}

/// Labels only: selection does not look at pixels. Class c has `sizes[c]` training samples, in blocks.
Dataset labelled(const std::vector<std::size_t>& sizes) {
  Dataset set;
  for (std::size_t c = 0; c < sizes.size(); ++c) {
    set.train.labels.insert(set.train.labels.end(), sizes[c], static_cast<std::uint8_t>(c));
    set.test.labels.insert(set.test.labels.end(), sizes[c] / 2, static_cast<std::uint8_t>(c));
    set.classes.push_back({static_cast<int>(c), std::to_string(c)});
  }
  return set;
}

DataConfig config_of(std::int64_t samples, double fraction) {
  DataConfig config;
  config.train_samples = samples;
  config.validation_fraction = fraction;
  return config;
}

std::vector<std::size_t> counts(const std::vector<ChosenSample>& picks, std::size_t classes) {
  std::vector<std::size_t> result(classes, 0);
  for (const ChosenSample& pick : picks) ++result[pick.label];
  return result;
}

std::set<std::uint32_t> indices(const Selection& chosen) {
  std::set<std::uint32_t> result;
  for (const ChosenSample& pick : chosen.train) result.insert(pick.index);
  for (const ChosenSample& pick : chosen.validation) result.insert(pick.index);
  return result;
}

std::string selection_error(const Dataset& set, const DataConfig& config) {
  return message_of<InputError>([&] { static_cast<void>(select_samples(set, set.classes, config, 1)); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(classes_by_number_name_and_beginning) {
  const std::vector<std::string> requested = {"9", "t-shirt", "SHIRT", "Trou", "ankle boot"};
  const std::vector<std::string> first_four(requested.begin(), requested.end() - 1);
  const auto classes = choose_classes(first_four, fashion_mnist_classes());
  BOOST_TEST((classes == std::vector<DataClass>{{9, "Ankle boot"}, {0, "T-shirt/top"}, {6, "Shirt"}, {1, "Trouser"}}));
  BOOST_TEST(choose_classes({}, fashion_mnist_classes()).size() == 10U);
  BOOST_TEST(mentions(class_error(requested), {"ankle boot", "twice"}), class_error(requested));
}

BOOST_AUTO_TEST_CASE(classes_that_do_not_exist) {
  BOOST_TEST(
      mentions(class_error({"0", "Sneeker"}), {"data.classes", "Sneeker", "did you mean \"Sneaker\"", "9 Ankle boot"}));
  BOOST_TEST(mentions(class_error({"0", "10"}), {"\"10\"", "0 T-shirt/top"}));
  BOOST_TEST(mentions(class_error({"0", "S"}), {"several classes"}));
  BOOST_TEST(mentions(class_error({"0", ""}), {"unknown class"}));
  BOOST_TEST(mentions(class_error({"0"}), {"at least two"}));
  const std::vector<DataClass> numbers = {{1, "1"}, {12, "12"}, {20, "20"}};
  BOOST_CHECK_THROW(static_cast<void>(choose_classes(std::vector<std::string>{"1", "2"}, numbers)), InputError);
}

BOOST_AUTO_TEST_CASE(counts_follow_the_classes) {
  using Counts = std::vector<std::size_t>;
  BOOST_TEST(stratified_counts(Counts{6000, 6000}, 1000) == (Counts{500, 500}));
  BOOST_TEST(stratified_counts(Counts{100, 300}, 400) == (Counts{100, 300}));
  BOOST_TEST(stratified_counts(Counts{10, 10, 10}, 11) == (Counts{4, 4, 3}));
  BOOST_TEST(stratified_counts(Counts{1, 1000}, 10) == (Counts{1, 9}));
  BOOST_TEST(stratified_counts(Counts{1, 1}, 2) == (Counts{1, 1}));
}

BOOST_AUTO_TEST_CASE(subset_and_hold_out_are_stratified_and_disjoint) {
  const Dataset set = labelled({400, 800, 1200});
  const Selection chosen = select_samples(set, set.classes, config_of(600, 0.25), 7);
  BOOST_TEST(counts(chosen.train, 3) == (std::vector<std::size_t>{75, 150, 225}), boost::test_tools::per_element());
  BOOST_TEST(counts(chosen.validation, 3) == (std::vector<std::size_t>{25, 50, 75}), boost::test_tools::per_element());
  BOOST_TEST(counts(chosen.test, 3) == (std::vector<std::size_t>{200, 400, 600}), boost::test_tools::per_element());
  BOOST_TEST(indices(chosen).size() == 600U);  // none twice, none in both
  for (const ChosenSample& pick : chosen.train) BOOST_TEST(set.train.labels[pick.index] == pick.label);
  for (const ChosenSample& pick : chosen.test) BOOST_TEST(set.test.labels[pick.index] == pick.label);
}

BOOST_AUTO_TEST_CASE(every_prefix_is_balanced) {
  const Dataset set = labelled({500, 500, 1000});
  const Selection chosen = select_samples(set, set.classes, config_of(0, 0), 3);
  std::vector<double> seen(3, 0);
  const std::vector<double> share = {0.25, 0.25, 0.5};
  double worst = 0, length = 0;
  for (const ChosenSample& pick : chosen.train) {
    ++seen[pick.label];
    ++length;
    for (std::size_t c = 0; c < 3; ++c) worst = std::max(worst, std::abs(seen[c] - share[c] * length));
  }
  BOOST_TEST(worst <= 3.0);
}

BOOST_AUTO_TEST_CASE(the_seed_decides_and_subsets_nest) {
  const Dataset set = labelled({300, 300});
  const auto chosen = [&](std::int64_t samples, std::uint64_t seed) {
    return select_samples(set, set.classes, config_of(samples, 0.1), seed);
  };
  BOOST_CHECK(chosen(100, 1).train == chosen(100, 1).train);
  BOOST_CHECK(chosen(100, 1).train != chosen(100, 2).train);
  BOOST_CHECK(indices(chosen(100, 1)) != indices(chosen(100, 2)));
  BOOST_CHECK(std::ranges::includes(indices(chosen(200, 1)), indices(chosen(100, 1))));
}

BOOST_AUTO_TEST_CASE(classes_keep_the_requested_order) {
  const Dataset set = labelled({10, 20, 30});
  const std::vector<DataClass> reversed = {set.classes[2], set.classes[0]};
  const Selection chosen = select_samples(set, reversed, config_of(0, 0), 1);
  BOOST_TEST(counts(chosen.train, 2) == (std::vector<std::size_t>{30, 10}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(too_few_samples) {
  const Dataset set = labelled({10, 10});
  BOOST_TEST(mentions(selection_error(set, config_of(21, 0)), {"data.train_samples", "21", "20"}));
  BOOST_TEST(mentions(selection_error(set, config_of(1, 0)), {"data.train_samples", "fewer than the 2"}));
  BOOST_TEST(mentions(selection_error(set, config_of(2, 0.9)), {"data.validation_fraction", "leaves none"}));
  BOOST_TEST(mentions(selection_error(labelled({10, 0}), config_of(0, 0)), {"data.classes", "no image of class 1"}));
}

BOOST_AUTO_TEST_SUITE_END()
