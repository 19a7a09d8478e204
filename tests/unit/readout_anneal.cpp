#include "base/error.hpp"
#include "namespaces.hpp"
#include "readout/anneal.hpp"
#include "readout/scores.hpp"
#include "readout_problem.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <map>
#include <optional>

BOOST_AUTO_TEST_SUITE(readout_anneal)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

using Shape = ReadoutProblem::Shape;

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
