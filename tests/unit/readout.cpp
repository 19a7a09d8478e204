#include "base/error.hpp"
#include "namespaces.hpp"
#include "random_problem.hpp"
#include "readout/anneal.hpp"
#include "readout/class_pass.hpp"
#include "readout/scores.hpp"
#include "readout_problem.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>

BOOST_AUTO_TEST_SUITE(readout)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

using Shape = ReadoutProblem::Shape;

/// Two classes with a row each and with one, many, a class without images, features as large as allowed, and margins
/// from tiny to beyond 16 bits.
const std::vector<Shape> shapes{
    {2, 150, 12, 9, 40, 0},        {2, 150, 12, 9, 40, 0, true}, {2, 200, 20, 18, 90, 300, true},
    {3, 200, 20, 18, 90, 300},     {10, 700, 15, 36, 300, 0},    {12, 60, 9, 63, 5, 200},
    {3, 100, 7, 63, 50000, 40000}, {4, 3, 8, 5, 20, 0},          {5, 500, 40, 4, 1, 0}};

Readout flipped(Readout readout, std::size_t row, std::size_t f) {
  std::int8_t& weight = readout.weights[row * readout.features + f];
  weight = static_cast<std::int8_t>(-weight);
  return readout;
}

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

std::vector<std::int64_t> plain_changes(const Problem& problem, const Readout& readout, std::size_t row) {
  std::vector<std::int64_t> changes;
  const std::int64_t now = plain_readout_loss(problem, readout);
  for (std::size_t f = 0; f < readout.features; ++f)
    changes.push_back(plain_readout_loss(problem, flipped(readout, row, f)) - now);
  return changes;
}

/// All weights, with biases of 0.
std::vector<Readout> all_readouts(const Shape& shape) {
  Readout readout = random_readout(shape.outputs(), shape.features, 0);
  std::vector<Readout> all;
  for (std::uint32_t bits = 0; bits < 1U << readout.weights.size(); ++bits) {
    for (std::size_t i = 0; i < readout.weights.size(); ++i)
      readout.weights[i] = (bits >> i & 1U) != 0 ? std::int8_t{1} : std::int8_t{-1};
    all.push_back(readout);
  }
  return all;
}

AnnealOptions without_biases() {
  AnnealOptions options;
  options.largest_bias = 0;
  return options;
}

}  // namespace

BOOST_AUTO_TEST_CASE(scores_and_losses_are_those_of_the_definition) {
  for (const Shape& shape : shapes) {
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

BOOST_AUTO_TEST_CASE(changes_are_those_of_the_loss_at_every_width_with_and_without_skipping) {
  for (const Shape& shape : shapes)
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
  for (const Shape& shape : shapes) {
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

BOOST_AUTO_TEST_CASE(annealing_is_the_same_for_every_width_and_with_every_block) {
  for (const Shape& shape : {Shape{4, 300, 30, 18, 60, 0}, Shape{2, 300, 30, 18, 60, 40, true}}) {
    const ReadoutProblem made(shape, 9);
    AnnealOptions options;
    options.seed = 1;
    options.sweeps = 4;
    options.first_t = 1e-3;
    options.last_t = 1e-5;
    options.group = 8;
    std::optional<Readout> first;
    const Communicator alone;
    for (const simd::Width width : simd::cpu_widths())
      for (const bool skips : {true, false}) {
        options.skips_blocks = skips;
        Annealer annealer(made.problem, options, alone, random_readout(shape.outputs(), 30, 3), width);
        while (!annealer.is_done()) BOOST_REQUIRE(annealer.sweep());
        BOOST_TEST(annealer.readout().outputs() == shape.outputs());
        BOOST_TEST(annealer.loss() == plain_readout_loss(made.problem, annealer.readout()));
        BOOST_TEST(annealer.scores() == scores(made.problem, annealer.readout()), boost::test_tools::per_element());
        if (!first) first = annealer.readout();
        BOOST_TEST((annealer.readout() == *first));
      }
  }
}

// The order of the proposals is the annealer's own; that each is judged by its exact change shows in what is refused.
BOOST_AUTO_TEST_CASE(without_temperature_a_sweep_never_raises_the_loss_and_ends_where_no_flip_lowers_it) {
  const ReadoutProblem made({4, 300, 30, 18, 60, 0}, 16);
  AnnealOptions options;
  options.sweeps = 50;
  options.first_t = options.last_t = 0;
  options.group = 8;
  const Communicator alone;
  Annealer annealer(made.problem, options, alone, random_readout(4, 30, 3));
  std::int64_t before = annealer.loss();
  for (std::int64_t accepted = 1; accepted > 0 && !annealer.is_done(); before = annealer.loss()) {
    BOOST_REQUIRE(annealer.sweep());
    accepted = annealer.counts().accepted;
    BOOST_TEST(annealer.loss() <= before);
  }
  BOOST_TEST(!annealer.is_done());
  for (std::size_t c = 0; c < 4; ++c)
    for (const std::int64_t change : plain_changes(made.problem, annealer.readout(), c)) BOOST_TEST(change >= 0);
}

BOOST_AUTO_TEST_CASE(a_stopped_sweep_leaves_no_trace_and_a_restart_continues_alike) {
  const ReadoutProblem made({3, 300, 30, 18, 60, 500}, 10);
  const Communicator alone;
  AnnealOptions options;
  options.group = 7;
  options.first_t = 1e-3;
  options.last_t = 1e-4;
  options.sweeps = 3;
  Annealer whole(made.problem, options, alone, random_readout(3, 30, 3));
  std::vector<Readout> states{whole.readout()};
  while (!whole.is_done()) {
    BOOST_REQUIRE(whole.sweep());
    states.push_back(whole.readout());
  }
  for (int cut = 0; cut < options.sweeps; ++cut) {
    Annealer rest(made.problem, options, alone, states[static_cast<std::size_t>(cut)]);
    int asked = 0;
    BOOST_TEST(!rest.sweep([&] { return ++asked == 3; }));
    BOOST_TEST((rest.readout() == states[static_cast<std::size_t>(cut)]));
    while (!rest.is_done()) BOOST_REQUIRE(rest.sweep());
    BOOST_TEST((rest.readout() == states.back()));
    BOOST_TEST(rest.loss() == whole.loss());
  }
}

BOOST_AUTO_TEST_CASE(annealing_finds_the_optimum_of_tiny_problems) {
  for (const Shape& shape : {Shape{3, 40, 4, 9, 20, 0}, Shape{2, 40, 12, 9, 40, 30, true}})
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const ReadoutProblem made(shape, seed);
      std::int64_t optimum = std::numeric_limits<std::int64_t>::max();
      for (const Readout& readout : all_readouts(shape))
        optimum = std::min(optimum, plain_readout_loss(made.problem, readout));
      AnnealOptions options = without_biases();
      options.sweeps = 300;
      options.first_t = 0.1;
      options.last_t = 1e-4;
      const Communicator alone;
      std::int64_t best = std::numeric_limits<std::int64_t>::max();
      for (options.seed = 0; options.seed < 8; ++options.seed) {
        Annealer annealer(made.problem, options, alone, random_readout(shape.outputs(), shape.features, options.seed));
        while (!annealer.is_done()) BOOST_REQUIRE(annealer.sweep());
        BOOST_TEST(annealer.readout().biases == std::vector<std::int32_t>(shape.outputs()),
                   boost::test_tools::per_element());
        best = std::min(best, annealer.loss());
      }
      BOOST_TEST(best == optimum);
    }
}

BOOST_AUTO_TEST_CASE(exact_flips_visit_states_by_their_boltzmann_weights) {
  for (const Shape& shape : {Shape{2, 30, 3, 9, 20, 0}, Shape{2, 30, 6, 9, 20, 0, true}}) {
    const ReadoutProblem made(shape, 11);
    AnnealOptions options = without_biases();
    options.sweeps = 60000;
    options.first_t = options.last_t = 0.1;
    const Communicator alone;
    Annealer annealer(made.problem, options, alone, random_readout(shape.outputs(), shape.features, 0));
    const double temperature = annealer.temperature(0);
    std::map<std::vector<std::int8_t>, double> weight;
    double all = 0;
    for (const Readout& readout : all_readouts(shape))
      all += weight[readout.weights] =
          std::exp(-static_cast<double>(plain_readout_loss(made.problem, readout)) / temperature);
    BOOST_TEST(weight.size() == 64U);
    std::map<std::vector<std::int8_t>, double> visits;
    while (!annealer.is_done()) {
      BOOST_REQUIRE(annealer.sweep());
      visits[annealer.readout().weights] += 1.0 / options.sweeps;
    }
    double distance = 0, largest = 0;
    for (const auto& [state, value] : weight) {
      distance += std::abs(visits[state] - value / all) / 2;
      largest = std::max(largest, value / all);
    }
    BOOST_TEST(largest < 0.5);  // the temperature is not too low to tell
    BOOST_TEST(distance < 0.02);
  }
}

BOOST_AUTO_TEST_CASE(biases_stay_within_their_limit) {
  const ReadoutProblem made({3, 300, 30, 18, 60, 500}, 17);
  const Communicator alone;
  const auto largest_of = [&](std::int64_t limit) {
    AnnealOptions options;
    options.group = 4;
    options.largest_bias = limit;
    Annealer annealer(made.problem, options, alone, random_readout(3, 30, 1));
    while (!annealer.is_done()) BOOST_REQUIRE(annealer.sweep());
    std::int32_t largest = 0;
    for (const std::int32_t bias : annealer.readout().biases) largest = std::max(largest, std::abs(bias));
    return largest;
  };
  BOOST_TEST(largest_of(0) == 0);
  BOOST_TEST(largest_of(10) == 9);  // steps of 60 / 16
  BOOST_TEST(largest_of(32767) > 9);
}

BOOST_AUTO_TEST_CASE(the_margin_follows_the_spread_of_the_features) {
  const Shape shape{3, 200, 20, 18, 90, 0};
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

BOOST_AUTO_TEST_CASE(what_cannot_be_annealed_is_told) {
  const std::vector<std::size_t> one{5};
  BOOST_CHECK_THROW(ClassLayout{one}, InputError);
  ReadoutProblem made({3, 100, 10, 9, 40, 0}, 15);
  const Communicator alone;
  const auto start = [&](const Problem& problem, const AnnealOptions& options, std::size_t features = 10) {
    Annealer(problem, options, alone, random_readout(3, features, 0));
  };
  BOOST_CHECK_NO_THROW(start(made.problem, {}));
  BOOST_CHECK_THROW(start(made.problem, {}, 9), InputError);
  BOOST_CHECK_THROW(Annealer(made.problem, {}, alone, random_readout(1, 10, 0)), InputError);
  for (const auto& change : std::vector<std::function<void(AnnealOptions&)>>{
           [](AnnealOptions& o) { o.group = largest_group + 1; }, [](AnnealOptions& o) { o.last_t = 0; },
           [](AnnealOptions& o) { o.largest_bias = -1; }, [](AnnealOptions& o) { o.largest_bias = 1 << 24; },
           [](AnnealOptions& o) { o.sweeps = -1; }, [](AnnealOptions& o) { o.bias_step = 9000; }}) {
    AnnealOptions options;
    change(options);
    BOOST_CHECK_THROW(start(made.problem, options), InputError);
  }
  Problem wide = made.problem;
  wide.margin = largest_score;
  BOOST_CHECK_THROW(start(wide, {}), InputError);
  wide = made.problem;
  wide.fixed_scores = std::span(made.s0.data(), 0);
  wide.features.stride += 64;
  BOOST_CHECK_THROW(start(wide, {}), InputError);
  made.x[3] = 64;
  BOOST_CHECK_THROW(start(made.problem, {}), InputError);
  BOOST_CHECK_THROW((void)feature_rms(made.problem.layout, made.problem.features, alone), InputError);
}

BOOST_AUTO_TEST_SUITE_END()
