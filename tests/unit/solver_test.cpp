#define BOOST_TEST_MODULE solver
#include "solver/anneal/anneal.hpp"
#include "solver/anneal/moves.hpp"
#include "solver/anneal/unit_pass.hpp"
#include "solver/qcgd/qcgd.hpp"

#include "network/forward.hpp"
#include "random_problem.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>

using namespace isinglass;
using namespace isinglass::testing;

namespace {

/// The loss of one output with margin M: the formula of the exact ones, the spline of the logistic one.
class PlainLoss {
public:
  PlainLoss(const Architecture& architecture, int margin)
      : loss_(architecture.loss), spline_(make_loss_spline(architecture, margin, output_limit(architecture))) {}
  [[nodiscard]] double unit() const { return spline_.unit; }
  [[nodiscard]] std::int64_t at(int t) const {
    const std::int64_t lack = spline_.margin - t, hinge = std::max<std::int64_t>(0, lack);
    switch (loss_) {
      case Loss::hinge:
        return hinge;
      case Loss::squared_hinge:
        return hinge * hinge;
      case Loss::squared:
        return lack * lack;
      default:
        return spline_.at(t);
    }
  }

private:
  Loss loss_;
  LossSpline spline_;
};

/// The loss of problem `number`: each in turn; the logistic one with every degree.
void set_loss(Architecture& architecture, std::uint64_t number) {
  architecture.loss =
      std::array{Loss::hinge, Loss::squared_hinge, Loss::squared, Loss::logistic}[static_cast<std::size_t>(number % 4)];
  architecture.loss_degree = static_cast<int>(number / 4 % 3);
  architecture.loss_segments = 1 + static_cast<int>(number % 11);
}

/// Exact loss of one network in units of the output step: the objective every method minimises.
double plain_objective(const Architecture& architecture, const Samples& samples, const NetworkBits& bits,
                       const PlainLoss& plain) {
  const NetworkValues values = decode(architecture, bits);
  const int outputs = architecture.outputs();
  std::int64_t loss = 0;
  for (std::size_t s = 0; s < samples.size(); ++s) {
    const auto z = forward(architecture, values, samples.row(s));
    for (int c = 0; c < outputs; ++c)
      loss += plain.at(target_sign(outputs, c, samples.labels[s]) * z[static_cast<std::size_t>(c)]);
  }
  return static_cast<double>(loss) * plain.unit();
}

/// Every assignment of the parameter bits, by counting.
template <class Visit>
void for_each_network(const Architecture& architecture, Visit&& visit) {
  NetworkBits bits = random_bits(architecture, 0);
  std::vector<std::uint8_t*> places;
  for (LayerBits& layer : bits) {
    for (std::uint8_t& bit : layer.weights) places.push_back(&bit);
    for (std::uint8_t& bit : layer.biases) places.push_back(&bit);
  }
  for (std::uint32_t pattern = 0; pattern < (1U << places.size()); ++pattern) {
    for (std::size_t i = 0; i < places.size(); ++i) *places[i] = (pattern >> i) & 1U;
    visit(bits);
  }
}

/// Problems with few enough bits to enumerate: 2 or 3 inputs, 2 hidden units, 1-bit or ternary weights, sign or a table of
/// three pieces.
RandomProblem enumerable_problem(std::uint64_t seed, const std::string& activation) {
  Words words(seed);
  NetworkConfig network;
  network.hidden[0].units = 2;
  network.hidden[0].activation = activation;
  network.hidden[0].segments = 3;
  network.hidden[0].weights = words.one_of<std::string>({"1bit", "1bit", "ternary"});
  network.hidden[0].bias = "1bit";
  network.output.bias = "1bit";
  const int features = words.between(2, 3);
  RandomProblem problem{random_samples(words, 12, features, 2, 7), {}};
  problem.architecture = build_architecture(network, {features, 2, input_rms(problem.samples)});
  return problem;
}

int margin_of(const Architecture& architecture, double margin) {
  return std::max(1, static_cast<int>(std::lround(margin * architecture.layers.back().rms)));
}

double enumerated_optimum(const RandomProblem& problem, const PlainLoss& plain) {
  double best = std::numeric_limits<double>::infinity();
  for_each_network(problem.architecture, [&](const NetworkBits& bits) {
    best = std::min(best, plain_objective(problem.architecture, problem.samples, bits, plain));
  });
  return best;
}

}  // namespace

namespace {

SolveOutcome run_qcgd(const RandomProblem& problem, std::uint64_t seed, Config& config) {
  config.seed = seed;
  config.qcgd.beta0 = 0.01;
  config.qcgd.initial_multiplier = 0.01;  // with barely priced rows, single flips cross the barriers of tiny networks
  config.anneal.final_window = 0;         // of the descent that completes: the exact loss
  config.machine.sweeps = 20;
  config.machine.hot_temperature = 1.0;  // twelve samples: hotter than for thousands, and a warmer end
  config.machine.cold_temperature = 0.2;
  config.machine.weight_temperature_ratio = 4;
  config.machine.replicas = 8;  // all reads are completed; the best one is the incumbent
  DataSplits data;
  data.train = problem.samples;
  data.validation.features = problem.samples.features;
  std::vector<HistoryRow> history;
  return solve_qcgd({config, problem.architecture, data, Grid{}, {}}, history);
}

}  // namespace

namespace {

/// How many of `problems` enumerable problems a run, and then a few restarts, solved to the proven optimum.
struct Found {
  std::uint64_t at_once = 0, at_last = 0;
};

/// Gives the network of problem `number` another loss.
using LossOf = std::function<void(Architecture&, std::uint64_t number)>;

/// A run is a heuristic, and the margin shapes its path: the default finds nearly all, another one the rest.
Found solve_by_qcgd(std::uint64_t problems, const std::string& activation, const LossOf& loss_of = {},
                    const MachineConfig& machine = {}) {
  Found found;
  for (std::uint64_t number = 0; number < problems; ++number) {
    RandomProblem problem = enumerable_problem(number, activation);
    if (loss_of) loss_of(problem.architecture, number);
    Config config;
    config.machine = machine;
    config.qcgd.output_margin = 3.0;  // pinned, so that tuning the default does not change the problems
    const int margin = margin_of(problem.architecture, config.qcgd.output_margin);
    const PlainLoss plain(problem.architecture, margin);
    const double optimum = enumerated_optimum(problem, plain) * (1 + 1e-12);
    double best = std::numeric_limits<double>::infinity();
    constexpr std::array margins{1.0, 0.5, 2.0, 0.25};
    for (std::uint64_t start = 0; start < 12; ++start) {
      config.qcgd.margin = margins[start % margins.size()];
      const SolveOutcome outcome = run_qcgd(problem, number + 1000 * start, config);
      BOOST_TEST(outcome.objective == plain_objective(problem.architecture, problem.samples, outcome.incumbent, plain),
                 boost::test_tools::tolerance(1e-12));
      best = std::min(best, outcome.objective);
      if (start == 0) found.at_once += best <= optimum;
      if (best <= optimum) break;
    }
    found.at_last += best <= optimum;
  }
  return found;
}

}  // namespace

BOOST_AUTO_TEST_CASE(qcgd_finds_the_optimum_of_small_sign_networks) {
  const Found found = solve_by_qcgd(60, "sign");
  BOOST_TEST_MESSAGE("sign: " << found.at_once << " at once, " << found.at_last << " at last, of 60");
  BOOST_TEST(found.at_once >= 56U);
  BOOST_TEST(found.at_last == 60U);
}

BOOST_AUTO_TEST_CASE(qcgd_finds_the_optimum_of_small_table_networks) {
  const Found found = solve_by_qcgd(40, "tanh");
  BOOST_TEST_MESSAGE("tables: " << found.at_once << " at once, " << found.at_last << " at last, of 40");
  BOOST_TEST(found.at_last == 40U);
}

BOOST_AUTO_TEST_CASE(qcgd_finds_the_optimum_with_every_loss) {
  const Found found = solve_by_qcgd(24, "sign", set_loss);
  BOOST_TEST_MESSAGE("losses: " << found.at_once << " at once, " << found.at_last << " at last, of 24");
  BOOST_TEST(found.at_last == 24U);
}

BOOST_AUTO_TEST_CASE(qcgd_finds_the_optimum_with_every_machine) {
  std::vector<MachineConfig> machines;
  for (const std::string kind : {"bsb", "dsb", "cim", "cac"}) {
    machines.emplace_back();
    machines.back().kind = kind;
  }
  for (const std::string kind : {"sa", "bsb", "dsb", "cim", "cac", "tabu", "pt", "enumeration"}) {
    machines.emplace_back();
    machines.back().kind = kind;
    machines.back().subproblems = {kind == "bsb" || kind == "tabu" ? "neurons_and_samples" : "neurons", 1, 2};
    machines.back().sa.sweeps = 10;
    machines.back().tabu.sweeps = machines.back().pt.sweeps = 10;
    machines.back().bsb.steps = machines.back().dsb.steps = machines.back().cim.steps = machines.back().cac.steps = 20;
  }
  for (const MachineConfig& machine : machines) {
    const Found found = solve_by_qcgd(5, "sign", {}, machine);
    BOOST_TEST(found.at_last == 5U, machine.kind << " " << machine.subproblems.blocks << ": " << found.at_last << " of 5");
  }
}

namespace {

/// Ten classes, each a random prototype with noise.
Samples clustered_samples(std::uint64_t seed, std::size_t count, int features) {
  Words words(seed);
  std::vector<int> prototypes;
  for (int i = 0; i < 10 * features; ++i) prototypes.push_back(words.between(-5, 5));
  Samples samples;
  samples.features = features;
  samples.global_size = count;
  for (std::size_t s = 0; s < count; ++s) {
    const int label = words.between(0, 9);
    samples.labels.push_back(static_cast<std::uint8_t>(label));
    for (int i = 0; i < features; ++i)
      samples.inputs.push_back(
          static_cast<std::int8_t>(prototypes[static_cast<std::size_t>(label * features + i)] + words.between(-3, 3)));
  }
  return samples;
}

}  // namespace

// One output of ten has a tenth of the samples to say yes to. No class is lost, also where biases have many bits.
BOOST_AUTO_TEST_CASE(qcgd_keeps_all_of_ten_classes) {
  NetworkConfig network;
  network.hidden[0] = {.units = 24, .weights = "1bit", .bias = "8bit"};
  network.hidden.push_back(network.hidden[0]);
  network.output = {.weights = "4bit", .bias = "4bit"};
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Config config;
    config.seed = seed;
    config.qcgd.iterations = 3;
    config.machine.sweeps = 10;
    DataSplits data;
    data.train = clustered_samples(seed, 300, 40);
    data.validation.features = 40;
    const Architecture architecture = build_architecture(network, {40, 10, input_rms(data.train)});
    std::vector<HistoryRow> history;
    const SolveOutcome outcome = solve_qcgd({config, architecture, data, Grid{}, {}}, history);
    const double accuracy = evaluate(architecture, outcome.incumbent, data.train, {}).accuracy();
    BOOST_TEST_MESSAGE("ten classes, seed " << seed << ": training accuracy " << accuracy);
    BOOST_TEST(accuracy > 0.95);
  }
}

BOOST_AUTO_TEST_CASE(annealing_finds_the_optimum_of_small_problems) {
  for (std::uint64_t number = 0; number < 40; ++number) {
    RandomProblem problem = enumerable_problem(number, number % 2 == 0 ? "sign" : "tanh");
    set_loss(problem.architecture, number / 2);
    Config config;
    config.anneal.cold_temperature = 0.02;
    config.anneal.window = config.anneal.final_window = 0;  // the exact loss
    const int margin = margin_of(problem.architecture, config.anneal.output_margin);
    const double optimum = enumerated_optimum(problem, PlainLoss(problem.architecture, margin)) * (1 + 1e-12);
    double best = std::numeric_limits<double>::infinity();
    for (std::uint64_t start = 0; start < 20 && best > optimum; ++start) {
      config.seed = number + 1000 * start;
      DataSplits data;
      data.train = problem.samples;
      data.validation.features = problem.samples.features;
      std::vector<HistoryRow> history;
      const AnnealPlan plan{"anneal", 400, 1.0, random_bits(problem.architecture, config.seed)};
      best = std::min(best, solve_anneal({config, problem.architecture, data, Grid{}, {}}, plan, history).objective);
    }
    BOOST_TEST(best <= optimum);
  }
}

namespace {

/// The networks that single moves of a plane lead to, by values: what the moves are, without the state that makes them fast.
NetworkBits moved(const Architecture& architecture, const NetworkBits& bits, std::size_t l, const NetworkState::Move& move,
                  std::span<const InputPair> pairs) {
  const Layer& layer = architecture.layers[l];
  NetworkBits result = bits;
  const auto take = [&](std::vector<std::uint8_t>& all, const Codebook& codebook, std::size_t at, int direction) {
    const std::size_t width = codebook.steps.size();
    const int value = codebook.value(std::span(all).subspan(at * width, width));
    const int step = (direction != 0 ? direction : value < 0 ? 1 : -1) * move.plane.size;
    if (std::abs(value + step) > codebook.largest()) return 0;
    const auto next = codebook.nearest_bits(value + step);
    std::copy(next.begin(), next.end(), all.begin() + static_cast<std::ptrdiff_t>(at * width));
    return step;
  };
  const auto row = static_cast<std::size_t>(move.unit) * static_cast<std::size_t>(layer.inputs);
  if (move.plane.kind == MoveKind::bias) {
    take(result[l].biases, layer.bias, static_cast<std::size_t>(move.unit), move.plane.direction);
  } else if (move.plane.kind == MoveKind::weight) {
    take(result[l].weights, layer.weights, row + static_cast<std::size_t>(move.index), move.plane.direction);
  } else {
    const InputPair& pair = pairs[static_cast<std::size_t>(move.index)];
    const int a = take(result[l].weights, layer.weights, row + static_cast<std::size_t>(pair.a), move.plane.direction);
    const int b = take(result[l].weights, layer.weights, row + static_cast<std::size_t>(pair.b), -move.plane.direction);
    if (a != -b) return bits;  // not a swap
  }
  return result;
}

}  // namespace

namespace {

/// The hinge of the lead, summed over the samples, from the definition.
std::int64_t plain_lead_loss(const RandomProblem& problem, const NetworkBits& bits, int margin) {
  const NetworkValues values = decode(problem.architecture, bits);
  std::int64_t sum = 0;
  for (std::size_t s = 0; s < problem.samples.size(); ++s) {
    std::vector<int> z = forward(problem.architecture, values, problem.samples.row(s));
    const int right = z[problem.samples.labels[s]];
    z.erase(z.begin() + problem.samples.labels[s]);
    sum += std::max(0, 2 * margin - (right - *std::max_element(z.begin(), z.end())));
  }
  return sum;
}

}  // namespace

BOOST_AUTO_TEST_CASE(lead_loss_is_the_definition) {
  int problems = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const RandomProblem problem = random_problem(seed, 1 + static_cast<int>(seed % 3), 30);
    if (problem.architecture.outputs() == 1) continue;
    const NetworkBits bits = random_bits(problem.architecture, seed);
    for (const int margin : {1, 5, 40}) {
      const NetworkState state(problem.architecture, problem.samples, margin, bits, {}, MoveLoss::lead);
      BOOST_TEST(state.loss() == plain_lead_loss(problem, bits, margin));
    }
    ++problems;
  }
  BOOST_TEST(problems > 15);
}

// Every change that a pass evaluates is what making the move and recomputing the loss gives; and moves made one
// after the other leave the state equal to a fresh one.
BOOST_AUTO_TEST_CASE(pass_changes_equal_recomputed_losses) {
  int swaps = 0;
  for (std::uint64_t seed = 0; seed < 90; ++seed) {
    RandomProblem problem = random_problem(seed, 1 + static_cast<int>(seed % 3), 30);
    set_loss(problem.architecture, seed / 3);  // every depth meets every loss
    const MoveLoss judge = seed < 60 ? MoveLoss::own : MoveLoss::lead;
    const int margin = margin_of(problem.architecture, 1.0);
    const std::vector<InputPair> pairs = similar_inputs(problem.samples, 2, {});
    NetworkState state(problem.architecture, problem.samples, margin, random_bits(problem.architecture, seed), pairs, judge);
    UnitPass pass(state);
    Words words(seed + 77);
    for (std::size_t l = 0; l < problem.architecture.layers.size(); ++l) {
      const Layer& layer = problem.architecture.layers[l];
      for (int unit = 0; unit < layer.units; ++unit) {
        pass.begin(l, unit, 0);
        for (const MovePlane& plane : move_planes(layer, l == 0)) {
          const int count = state.move_count(l, plane);
          std::vector<std::int64_t> changes(static_cast<std::size_t>(count));
          pass.evaluate(plane, 0, changes);
          for (int index = 0; index < count; ++index) {
            const NetworkBits next = moved(problem.architecture, state.bits(), l, {plane, unit, index}, pairs);
            const NetworkState fresh(problem.architecture, problem.samples, margin, next, {}, judge);
            BOOST_REQUIRE_EQUAL(changes[static_cast<std::size_t>(index)], fresh.loss() - state.loss());
            swaps += plane.kind == MoveKind::swap && changes[static_cast<std::size_t>(index)] != 0;
          }
          pass.apply(plane, words.between(0, count - 1));
          const NetworkState fresh(problem.architecture, problem.samples, margin, state.bits(), {}, judge);
          BOOST_REQUIRE_EQUAL(state.loss(), fresh.loss());
        }
      }
    }
  }
  BOOST_TEST(swaps > 100);
}

// Pairs are those of a plain search, whatever the sharding; a pair whose difference leaves 8 bits is left out.
BOOST_AUTO_TEST_CASE(similar_inputs_are_the_nearest) {
  Samples samples;
  samples.features = 4;
  samples.global_size = 3;
  samples.labels = {0, 1, 0};
  samples.inputs = {1, 2, 9, -127, 3, 3, 8, -119, -4, -5, 7, 90};
  const std::vector<InputPair> nearest{{0, 1}, {0, 2}};
  BOOST_TEST((similar_inputs(samples, 1, {}) == nearest));  // 3 is nearest to 0, but they are 128 apart once
  BOOST_TEST(similar_inputs(samples, 0, {}).empty());
}

namespace {

/// Integer loss of the network with z of one hidden unit shifted for all samples.
std::int64_t shifted_loss(const RandomProblem& problem, const NetworkBits& bits, int margin, std::size_t layer, int unit,
                          int shift) {
  NetworkValues values = decode(problem.architecture, bits);
  values[layer].biases[static_cast<std::size_t>(unit)] += shift;
  const int outputs = problem.architecture.outputs();
  const PlainLoss plain(problem.architecture, margin);
  std::int64_t loss = 0;
  for (std::size_t s = 0; s < problem.samples.size(); ++s) {
    const auto z = forward(problem.architecture, values, problem.samples.row(s));
    for (int c = 0; c < outputs; ++c) {
      const int sign = target_sign(outputs, c, problem.samples.labels[s]);
      loss += plain.at(sign * z[static_cast<std::size_t>(c)]);
    }
  }
  return loss;
}

}  // namespace

// With a window, a change is the sum over all shifts -window .. window - 1 of the unit's z of the exact change.
BOOST_AUTO_TEST_CASE(windowed_changes_equal_the_mean_over_shifts) {
  for (std::uint64_t seed = 0; seed < 24; ++seed) {
    RandomProblem problem = random_problem(seed, 1 + static_cast<int>(seed % 2), 12);
    set_loss(problem.architecture, seed / 2);
    const int margin = margin_of(problem.architecture, 1.0), window = 1 + static_cast<int>(seed % 5) * 3;
    const NetworkBits bits = random_bits(problem.architecture, seed);
    NetworkState state(problem.architecture, problem.samples, margin, bits);
    UnitPass pass(state);
    const Layer& layer = problem.architecture.layers[0];
    for (int unit = 0; unit < layer.units; ++unit) {
      pass.begin(0, unit, window);
      std::vector<std::int64_t> changes(static_cast<std::size_t>(layer.inputs));
      const MovePlane plane = move_planes(layer, false).front();
      pass.evaluate(plane, 0, changes);
      for (int input = 0; input < layer.inputs; ++input) {
        const NetworkBits flipped = moved(problem.architecture, bits, 0, {plane, unit, input}, {});
        std::int64_t expected = 0;
        for (int shift = -window; shift < window; ++shift)
          expected +=
              shifted_loss(problem, flipped, margin, 0, unit, shift) - shifted_loss(problem, bits, margin, 0, unit, shift);
        BOOST_REQUIRE_EQUAL(changes[static_cast<std::size_t>(input)], expected);
      }
    }
  }
}
