#include "namespaces.hpp"
#include "random_words.hpp"
#include "readout/class_pass.hpp"
#include "readout/scores.hpp"
#include "readout_problem.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(readout_flips)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

using Shape = ReadoutProblem::Shape;

Flip flip_of(const Problem& problem, const Readout& readout, std::size_t row, std::size_t f) {
  return {problem.features.column(f), -readout.weights[row * readout.features + f]};
}

std::vector<std::int64_t> changes_of(ClassPass& pass, const Problem& problem, const Readout& readout, std::size_t row) {
  std::vector<Flip> flips;
  for (std::size_t f = 0; f < readout.features; ++f) flips.push_back(flip_of(problem, readout, row, f));
  std::vector<std::int64_t> changes(flips.size());
  pass.evaluate(flips, changes);
  return changes;
}

}  // namespace

BOOST_AUTO_TEST_CASE(changes_are_those_of_the_loss_at_every_width_with_and_without_skipping) {
  for (const Shape& shape : readout_shapes)
    for (const simd::Width width : simd::cpu_widths())
      for (const bool skips : {true, false}) {
        const ReadoutProblem made(shape, 3);
        Readout readout = random_readout(shape.outputs(), shape.features, 4);
        auto all = scores(made.problem, readout, width);
        ClassPass pass(made.problem, width, skips);
        for (std::size_t row = 0; row < shape.outputs(); ++row) {
          pass.begin(class_of_row(readout, made.problem.layout, row), all, shape.largest);
          BOOST_TEST(changes_of(pass, made.problem, readout, row) == plain_changes(made.problem, readout, row),
                     boost::test_tools::per_element());
          Words words(row);
          for (const std::size_t count : {shape.features, std::size_t{1}, std::size_t{3}, std::size_t{1},
                                          std::size_t{1}, std::size_t{1}, std::size_t{1}, std::size_t{6}}) {
            std::vector<Flip> flips;
            for (std::size_t k = 0; k < std::min(count, shape.features); ++k) {
              const std::size_t f =
                  count == shape.features ? k : below(words.next(), static_cast<std::uint32_t>(shape.features));
              flips.push_back(flip_of(made.problem, readout, row, f));
              readout = flipped(readout, row, f);
            }
            pass.apply(flips);
            BOOST_TEST(changes_of(pass, made.problem, readout, row) == plain_changes(made.problem, readout, row),
                       boost::test_tools::per_element());
          }
          pass.end(all);
        }
        BOOST_TEST(all == scores(made.problem, readout), boost::test_tools::per_element());
      }
}

BOOST_AUTO_TEST_CASE(steps_of_biases_change_the_loss_by_what_is_told) {
  for (const Shape& shape : readout_shapes) {
    const ReadoutProblem made(shape, 5);
    const Readout readout = random_readout(shape.outputs(), shape.features, 6);
    for (const simd::Width width : simd::cpu_widths()) {
      ClassPass pass(made.problem, width);
      for (std::size_t row = 0; row < shape.outputs(); ++row) {
        pass.begin(class_of_row(readout, made.problem.layout, row), scores(made.problem, readout), shape.largest);
        for (const int step : {-200, -3, 1, 64, 16000}) {
          Readout moved = readout;
          moved.biases[row] += step;
          BOOST_TEST(pass.bias_change(step) ==
                     plain_readout_loss(made.problem, moved) - plain_readout_loss(made.problem, readout));
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(flips_of_a_whole_group_of_largest_features_stay_exact) {
  for (const std::int64_t margin : {std::int64_t{7900}, std::int64_t{100}}) {
    const Shape shape{2, 130, largest_group, largest_feature, margin, 0};
    ReadoutProblem made(shape, 7);
    std::fill(made.x.begin(), made.x.end(), std::int8_t{largest_feature});
    Readout readout = random_readout(2, largest_group, 8);
    std::fill(readout.weights.begin(), readout.weights.end(), std::int8_t{-1});
    ClassPass pass(made.problem, simd::cpu_width());
    const auto all = scores(made.problem, readout);
    pass.begin(0, all, largest_feature);
    for (std::size_t f = 0; f + 1 < largest_group; ++f) {
      const std::vector<Flip> flip{flip_of(made.problem, readout, 0, f)};
      pass.apply(flip);
      readout = flipped(readout, 0, f);
    }
    BOOST_TEST(changes_of(pass, made.problem, readout, 0) == plain_changes(made.problem, readout, 0),
               boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_SUITE_END()
