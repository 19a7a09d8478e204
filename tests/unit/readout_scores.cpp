#include "namespaces.hpp"
#include "readout/scores.hpp"
#include "readout_problem.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <set>

BOOST_AUTO_TEST_SUITE(readout_scores)

using namespace isinglass;
using namespace isinglass::testing;

BOOST_AUTO_TEST_CASE(scores_and_losses_are_those_of_the_definition) {
  for (const ReadoutProblem::Shape& shape : readout_shapes) {
    const ReadoutProblem made(shape, 1);
    Readout readout = random_readout(shape.outputs(), shape.features, 2);
    for (std::size_t row = 0; row < shape.outputs(); ++row)
      readout.biases[row] = static_cast<std::int32_t>(5 * row) - 9;
    for (const simd::Width width : simd::cpu_widths()) {
      const auto all = scores(made.problem, readout, width);
      for (std::size_t i = 0; i < made.problem.layout.stride(); ++i) {
        const auto wanted = plain_scores(made.problem, readout, i);
        for (std::size_t c = 0; c < shape.classes; ++c)
          BOOST_REQUIRE_EQUAL(all[c * made.problem.layout.stride() + i], wanted[c]);
      }
      BOOST_TEST(loss(made.problem, all, Communicator(), width) == plain_readout_loss(made.problem, readout));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_margin_follows_the_spread_of_the_features) {
  const ReadoutProblem::Shape shape{3, 200, 20, 18, 90, 0};
  const ReadoutProblem made(shape, 12);
  double wanted = 0;
  for (std::size_t f = 0; f < shape.features; ++f) {
    double sum = 0, squares = 0;
    for (std::size_t y = 0; y < 3; ++y)
      for (std::size_t n = 0; n < made.problem.layout.count(y); ++n) {
        const double x = made.problem.features.column(f)[made.problem.layout.begin(y) + n];
        sum += x;
        squares += x * x;
      }
    wanted += squares / 200 - sum / 200 * (sum / 200);
  }
  for (const simd::Width width : simd::cpu_widths())
    BOOST_TEST(feature_rms(made.problem.layout, made.problem.features, Communicator(), width) == std::sqrt(wanted),
               boost::test_tools::tolerance(1e-12));
  BOOST_TEST(stage_margin(0.5, 100) == 50);
  BOOST_TEST(stage_margin(1, 30, 40) == 50);
}

BOOST_AUTO_TEST_CASE(confusion_counts_images_without_padding) {
  const ReadoutProblem made({3, 200, 20, 18, 90, 0}, 13);
  const Readout readout = random_readout(3, 20, 1);
  const auto counts = confusion(made.problem.layout, scores(made.problem, readout), Communicator());
  std::int64_t right = 0;
  for (std::size_t y = 0; y < 3; ++y) {
    BOOST_TEST(counts[3 * y] + counts[3 * y + 1] + counts[3 * y + 2] ==
               static_cast<std::int64_t>(made.problem.layout.count(y)));
    for (std::size_t n = 0; n < made.problem.layout.count(y); ++n) {
      const auto all = plain_scores(made.problem, readout, made.problem.layout.begin(y) + n);
      right += std::max_element(all.begin(), all.end()) - all.begin() == static_cast<std::ptrdiff_t>(y) ? 1 : 0;
    }
  }
  BOOST_TEST(accuracy(counts) == static_cast<double>(right) / 200);
}

BOOST_AUTO_TEST_CASE(a_tie_counts_as_the_first_class_but_of_two_as_the_last) {
  const std::vector<std::size_t> pair{2, 1}, three{1, 1, 0};
  const ClassLayout two(pair), more(three);
  std::vector<std::int32_t> scores(3 * two.stride());
  scores[two.stride() + 1] = -1;  // of class 1, the second image of class 0
  BOOST_TEST(confusion(two, std::span(scores).first(2 * two.stride()), Communicator()) ==
                 (std::vector<std::int64_t>{1, 1, 0, 1}),
             boost::test_tools::per_element());
  scores.assign(3 * more.stride(), 0);
  BOOST_TEST(confusion(more, scores, Communicator()) == (std::vector<std::int64_t>{1, 0, 0, 1, 0, 0, 0, 0, 0}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_order_of_images_keeps_classes_and_puts_easy_ones_last) {
  const ReadoutProblem made({3, 200, 20, 18, 5, 0}, 14);
  const ClassLayout& layout = made.problem.layout;
  const auto all = scores(made.problem, random_readout(3, 20, 1));
  const std::vector<std::size_t> order = order_of_images(layout, all, 5);
  BOOST_TEST(std::set<std::size_t>(order.begin(), order.end()).size() == 200U);
  std::size_t at = 0;
  for (std::size_t y = 0; y < 3; ++y) {
    bool easy_began = false;
    for (std::size_t n = 0; n < layout.count(y); ++n, ++at) {
      BOOST_TEST((order[at] >= layout.begin(y) && order[at] < layout.begin(y) + layout.count(y)));
      std::vector<std::int32_t> others;
      for (std::size_t c = 0; c < 3; ++c)
        if (c != y) others.push_back(all[c * layout.stride() + order[at]]);
      const bool easy = all[y * layout.stride() + order[at]] - std::max(others[0], others[1]) > 10;
      BOOST_TEST((easy || !easy_began));
      easy_began = easy;
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
