#include "bounds/bounds_table.hpp"
#include "bounds/qcgd_bound.hpp"
#include "bounds/sample_complexity.hpp"
#include "bounds/spin_formula.hpp"
#include "bounds/spline_error.hpp"
#include "namespaces.hpp"
#include "network/forward.hpp"
#include "qcbo/counts.hpp"

#include "random_problem.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <variant>

BOOST_AUTO_TEST_SUITE(bounds)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

/// A random problem with the configuration of its network.
struct ConfiguredProblem {
  NetworkConfig config;
  Samples samples;
  Architecture architecture;
  std::vector<ActivationFit> activations;
};

/// Any activation, degree and knots.
void draw_activation(LayerConfig& layer, Words& words) {
  const std::vector<Activation> names{Activation::sign,     Activation::tanh,    Activation::hard_tanh,
                                      Activation::relu,     Activation::sigmoid, Activation::leaky_relu,
                                      Activation::softplus, Activation::gelu,    Activation::table};
  layer.activation = words.one_of(names);
  layer.segments = words.between(2, 12);
  layer.degree = layer.activation == Activation::sign ? 0 : words.between(0, 1);
  layer.knots = words.between(0, 1) == 0 ? Knots::uniform : Knots::equalized;
  layer.points.clear();
  if (layer.activation == Activation::table)
    for (int x = -2; x <= 2; ++x) layer.points.push_back({0.7 * x, 0.1 * words.between(-10, 10)});
}

ConfiguredProblem configured_problem(std::uint64_t seed, int depth, std::size_t count) {
  Words words(seed);
  const int classes = words.between(2, 4), features = words.between(3, 20);
  ConfiguredProblem problem{{}, random_samples(words, count, features, classes, 15), {}, {}};
  const InputScale scale{features, classes, input_rms(problem.samples), 0};
  while (problem.architecture.layers.empty()) {
    problem.config = random_network(words, depth);
    for (LayerConfig& layer : problem.config.hidden) draw_activation(layer, words);
    try {
      BuiltNetwork built = build_network(problem.config, scale);
      problem.architecture = std::move(built.architecture);
      problem.activations = std::move(built.activations);
    } catch (const InputError&) {
      problem.architecture.layers.clear();
    }
  }
  return problem;
}

}  // namespace

BOOST_AUTO_TEST_CASE(spline_networks_are_as_close_to_ideal_ones_as_the_bound_says) {
  double largest_ratio = 0, sum = 0;
  int counted = 0;
  for (std::uint64_t seed = 0; seed < 120; ++seed) {
    const ConfiguredProblem problem = configured_problem(seed, 1 + static_cast<int>(seed % 3), 30);
    const Communicator alone;
    const IdealNetwork ideal = make_ideal_network(problem.config, problem.architecture, problem.activations);
    const auto reach = propagate_intervals(problem.architecture, problem.samples);
    const double all = bound_spline_error(problem.architecture, ideal, reach, alone).output_error;
    for (std::uint64_t network = 0; network < 5; ++network) {
      const NetworkValues values =
          decode(problem.architecture, random_bits(problem.architecture, 100 * seed + network));
      const double own = bound_spline_error(problem.architecture, ideal, values, problem.samples, alone).output_error;
      const SplineErrorMeasured measured =
          measure_spline_error(problem.architecture, ideal, values, problem.samples, own, alone);
      BOOST_TEST(measured.output_error <= own * (1 + 1e-12));
      BOOST_TEST(own <= all * (1 + 1e-12));
      BOOST_TEST(measured.certified_fraction <= measured.same_class);
      if (own == 0) continue;
      largest_ratio = std::max(largest_ratio, measured.output_error / own);
      sum += measured.output_error / own;
      ++counted;
    }
  }
  BOOST_TEST_MESSAGE("measured / bound of trained weights: largest " << largest_ratio << ", mean " << sum / counted);
  BOOST_TEST(largest_ratio > 0.8);
  BOOST_TEST(sum / counted > 0.15);
}

BOOST_AUTO_TEST_CASE(networks_of_signs_have_no_spline_error) {
  Words words(5);
  const Samples samples = random_samples(words, 40, 12, 3, 15);
  NetworkConfig config;
  config.hidden = {LayerConfig{}, LayerConfig{}};
  const auto [architecture, activations] = build_network(config, {12, 3, input_rms(samples), 0});
  const IdealNetwork ideal = make_ideal_network(config, architecture, activations);
  const NetworkValues values = decode(architecture, random_bits(architecture, 3));
  BOOST_TEST(bound_spline_error(architecture, ideal, propagate_intervals(architecture, samples), {}).output_error == 0);
  const SplineErrorMeasured measured = measure_spline_error(architecture, ideal, values, samples, 0, {});
  BOOST_TEST(measured.output_error == 0);
  BOOST_TEST(measured.certified_fraction == 1);
  // Behind a layer with an error, a sign may flip: the bound is then the whole jump.
  config.hidden[0].activation = Activation::tanh;
  const auto [mixed, fits] = build_network(config, {12, 3, input_rms(samples), 0});
  const auto bound =
      bound_spline_error(mixed, make_ideal_network(config, mixed, fits), propagate_intervals(mixed, samples), {});
  BOOST_TEST(bound.hidden[1].activation_error == 2);
}

// (2) to (4) against a fine grid of real arguments; the bound is attained up to that grid.
BOOST_AUTO_TEST_CASE(activation_errors_are_tight) {
  Words words(8);
  const Samples samples = random_samples(words, 20, 60, 2, 15);
  for (const Activation name : {Activation::tanh, Activation::hard_tanh, Activation::relu, Activation::sigmoid,
                                Activation::leaky_relu, Activation::softplus, Activation::gelu}) {
    NetworkConfig config;
    config.hidden[0].activation = name;
    config.hidden[0].segments = 9;
    const auto [architecture, activations] = build_network(config, {60, 2, input_rms(samples), 0});
    const Layer& layer = architecture.layers[0];
    const IdealLayer ideal = make_ideal_network(config, architecture, activations)[0];
    const int reach = static_cast<int>(3 * layer.rms);
    for (const double error : {0.0, 0.3, 2.5, 0.8 * layer.rms}) {
      double largest = 0;
      for (int z = -reach; z <= reach; ++z) {
        const double a = layer.values[static_cast<std::size_t>(segment_of(layer.thresholds, z))];
        for (int step = -10; step <= 10; ++step)
          largest = std::max(largest, std::abs(a - ideal.at(z + error * step / 10)));
      }
      const double bound = activation_error(layer, ideal, reach, error);
      BOOST_TEST(largest <= bound * (1 + 1e-12));
      BOOST_TEST(largest >= bound * (ideal.f.monotone ? 1 - 1e-9 : 0.5));
      BOOST_TEST(bound <= activation_error(layer, ideal, reach, 0) + ideal.lipschitz() * error + 1e-12);
    }
  }
}

BOOST_AUTO_TEST_CASE(no_activation_is_steeper_than_its_lipschitz_constant) {
  LayerConfig config;
  config.points = {{-1, 0.5}, {0, -1}, {2, 3}};
  for (const Activation name : {Activation::tanh, Activation::hard_tanh, Activation::relu, Activation::sigmoid,
                                Activation::leaky_relu, Activation::softplus, Activation::gelu, Activation::table}) {
    config.activation = name;
    const IdealActivation ideal = make_ideal_activation(config);
    double steepest = 0, deepest = 0;
    for (double u = -6; u < 6; u += 1e-3) {
      const double slope = (ideal.value(u + 1e-3) - ideal.value(u)) / 1e-3;
      steepest = std::max(steepest, std::abs(slope));
      deepest = std::min(deepest, slope);
    }
    BOOST_TEST(steepest <= ideal.lipschitz * (1 + 1e-9));
    BOOST_TEST(steepest >= ideal.lipschitz * 0.99);
    BOOST_TEST(ideal.monotone == (deepest >= 0));
  }
}

BOOST_AUTO_TEST_CASE(more_segments_lower_the_bound) {
  Words words(9);
  const Samples samples = random_samples(words, 30, 60, 2, 15);
  double before = 1e300;
  for (const int segments : {2, 4, 8}) {
    NetworkConfig config;
    config.hidden[0].activation = Activation::hard_tanh;
    config.hidden[0].segments = segments;
    const auto [architecture, activations] = build_network(config, {60, 2, input_rms(samples), 0});
    const auto bound = bound_spline_error(architecture, make_ideal_network(config, architecture, activations),
                                          propagate_intervals(architecture, samples), {});
    const double error = bound.output_error / architecture.layers[1].rms;
    BOOST_TEST(error < before);
    before = error;
  }
}

BOOST_AUTO_TEST_CASE(spins_are_at_most_the_formula) {
  int equal = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const ConfiguredProblem problem = configured_problem(seed, 1 + static_cast<int>(seed % 3), 12);
    const auto reach = propagate_intervals(problem.architecture, problem.samples);
    const LossSpline loss = make_loss_spline(problem.architecture, 5, output_limit(problem.architecture));
    const StructuredCounts structured = count_structured(problem.architecture, reach, {});
    const QcboCounts counts = count_qcbo(ProblemPlan(problem.architecture, loss, problem.samples, {}, {}), {});
    const SpinLine formula = spin_formula(problem.architecture, largest_reach(reach, {}), loss.pieces.size());
    const SpinLine mean = mean_spins(structured, counts, 12);
    BOOST_TEST(static_cast<double>(structured.spins()) <= formula.structured_spins(12));
    BOOST_TEST(static_cast<double>(counts.spins()) <= formula.explicit_spins(12));
    BOOST_TEST(formula.parameter_bits == static_cast<double>(counts.parameter_bits));
    BOOST_TEST(std::llround(mean.structured_spins(12)) == structured.spins());
    BOOST_TEST(std::llround(mean.explicit_spins(12)) == counts.spins());
    equal += std::llround(formula.structured_spins(12)) == structured.spins() ? 1 : 0;
  }
  BOOST_TEST_MESSAGE("structured spins equal the formula in " << equal << " of 100");
  BOOST_TEST(equal > 50);
}

BOOST_AUTO_TEST_CASE(the_table_tells_what_the_functions_say) {
  const ConfiguredProblem problem = configured_problem(3, 2, 30);
  const Communicator alone;
  const auto reach = propagate_intervals(problem.architecture, problem.samples);
  Config config;
  config.network = problem.config;
  BoundsAssumptions assume;
  const auto table = [&](const NetworkBits* trained) {
    std::map<std::string, std::variant<std::int64_t, double>> values;
    const std::vector<BoundsLine> lines = bounds_table(
        {config, problem.architecture, problem.activations, reach, problem.samples}, trained, assume, alone);
    for (const BoundsLine& line : lines) values.emplace(line.key, line.value);
    BOOST_TEST(values.size() == lines.size());  // no key comes twice
    return values;
  };
  auto values = table(nullptr);
  BOOST_TEST(std::get<std::int64_t>(values.at("spins")) ==
             count_structured(problem.architecture, reach, alone).spins());
  const double size = log_class_size(problem.architecture);
  BOOST_TEST(std::get<double>(values.at("samples_finite_class")) == samples_finite_class(size, 0.05, 1 - 0.95));
  BOOST_TEST(!values.contains("model_spline_error_bound"));
  BOOST_TEST(!values.contains("tts99_seconds"));
  assume.read_seconds = 2;
  const NetworkBits trained = random_bits(problem.architecture, 5);
  values = table(&trained);
  BOOST_TEST(std::get<double>(values.at("tts99_seconds")) == 2 * std::get<double>(values.at("tts99_reads")));
  BOOST_TEST(std::get<double>(values.at("model_spline_error_bound")) <=
             std::get<double>(values.at("spline_error_bound")) * (1 + 1e-12));
}

BOOST_AUTO_TEST_SUITE_END()
