#include "namespaces.hpp"
#include "network/forward.hpp"
#include "qcbo/problem_plan.hpp"
#include "qcbo/symmetry.hpp"
#include "qcbo_enumeration.hpp"
#include "qcbo_problem.hpp"

#include <boost/test/unit_test.hpp>

#include <climits>
#include <numeric>
#include <set>

BOOST_AUTO_TEST_SUITE(qcbo_exact)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

/// The network of parameter bits in the order of the variables.
NetworkBits network_bits(const Architecture& architecture, std::span<const std::uint8_t> parameters) {
  NetworkBits bits;
  for (const ParameterLayout& layout : parameter_layout(architecture)) {
    const auto part = [&](std::int64_t first, std::int64_t last) {
      const auto values = parameters.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first));
      return std::vector<std::uint8_t>(values.begin(), values.end());
    };
    bits.push_back({part(layout.weights, layout.biases), part(layout.biases, layout.end)});
  }
  return bits;
}

/// `count` groups of `size` values each, group g of the result being group order[g].
std::vector<std::uint8_t> permuted(std::span<const std::uint8_t> values, const std::vector<std::size_t>& order,
                                   std::size_t size) {
  std::vector<std::uint8_t> result;
  for (const std::size_t g : order) {
    const auto group = values.subspan(g * size, size);
    result.insert(result.end(), group.begin(), group.end());
  }
  return result;
}

void permute_units(LayerBits& bits, const Layer& layer, const std::vector<std::size_t>& order) {
  bits.weights = permuted(bits.weights, order, static_cast<std::size_t>(layer.inputs * layer.weights.bits()));
  bits.biases = permuted(bits.biases, order, static_cast<std::size_t>(layer.bias.bits()));
}

void permute_inputs(LayerBits& bits, const Layer& layer, const std::vector<std::size_t>& order) {
  const auto row = static_cast<std::size_t>(layer.inputs * layer.weights.bits());
  std::vector<std::uint8_t> weights;
  for (std::size_t at = 0; at < bits.weights.size(); at += row) {
    const auto one = permuted(std::span<const std::uint8_t>(bits.weights).subspan(at, row), order,
                              static_cast<std::size_t>(layer.weights.bits()));
    weights.insert(weights.end(), one.begin(), one.end());
  }
  bits.weights = std::move(weights);
}

/// The network with the units of every hidden layer sorted by their codes: a point that the symmetry rows allow.
NetworkBits sorted_units(const Architecture& architecture, NetworkBits bits) {
  for (std::size_t l = 0; l + 1 < architecture.layers.size(); ++l) {
    const std::vector<int> codes = unit_codes(architecture.layers[l], bits[l]);
    std::vector<std::size_t> order(codes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return codes[a] < codes[b]; });
    permute_units(bits[l], architecture.layers[l], order);
    permute_inputs(bits[l + 1], architecture.layers[l + 1], order);
  }
  return bits;
}

/// z of every layer and unit, as the layers' formula reads. [layer][unit]
std::vector<std::vector<int>> all_z(const Architecture& architecture, const NetworkBits& bits,
                                    std::span<const std::int8_t> x) {
  std::vector<std::vector<int>> all;
  std::vector<int> inputs(x.begin(), x.end());
  for (std::size_t l = 0; l < architecture.layers.size(); ++l) {
    const Layer& layer = architecture.layers[l];
    const LayerValues values = decode(layer, bits[l]);
    std::vector<int> z, next;
    for (std::size_t j = 0; j < static_cast<std::size_t>(layer.units); ++j) {
      z.push_back(values.biases[j]);
      for (std::size_t i = 0; i < inputs.size(); ++i) z.back() += values.weights[j * inputs.size() + i] * inputs[i];
      if (layer.is_output()) continue;
      std::size_t cell = 0;
      while (cell < layer.thresholds.size() && z.back() >= layer.thresholds[cell]) ++cell;
      next.push_back(layer.values[cell]);
    }
    all.push_back(z);
    inputs = next;
  }
  return all;
}

/// Loss of the spline network, by the program's forward pass.
std::int64_t network_loss(const SplineProblem& problem, const NetworkBits& bits) {
  const Architecture& architecture = problem.architecture;
  const NetworkValues values = decode(architecture, bits);
  std::int64_t loss = 0;
  for (std::size_t s = 0; s < problem.samples.size(); ++s) {
    const std::vector<int> z = forward(architecture, values, problem.samples.row(s));
    for (int c = 0; c < architecture.outputs(); ++c)
      loss += loss_at(problem.loss, target_sign(architecture.outputs(), c, problem.samples.labels[s]) *
                                        z[static_cast<std::size_t>(c)]);
  }
  return loss;
}

/// Where t or z lies: the cell of a hidden layer, the piece of the loss.
int segment_at(const SplineProblem& problem, const Variable& v, int z) {
  const Layer& layer = problem.architecture.layers[static_cast<std::size_t>(v.layer)];
  if (!layer.is_output()) return segment_of(layer.thresholds, z);
  const auto sample = static_cast<std::size_t>(v.sample);
  const int t = target_sign(problem.architecture.outputs(), v.unit, problem.samples.labels[sample]) * z;
  int piece = 0;
  for (std::size_t p = 1; p < problem.loss.pieces.size(); ++p)
    if (problem.loss.pieces[p].from <= t) piece = static_cast<int>(p);
  return piece;
}

/// True if every indicator of the point says what the forward pass of its parameter bits does.
bool is_forward_pass(const SplineProblem& problem, const Qcbo& qcbo, const BinaryPoint& point,
                     const NetworkBits& bits) {
  std::vector<std::vector<std::vector<int>>> z;
  for (std::size_t s = 0; s < problem.samples.size(); ++s)
    z.push_back(all_z(problem.architecture, bits, problem.samples.row(s)));
  for (std::size_t i = 0; i < qcbo.variables.size(); ++i) {
    const Variable& v = qcbo.variables[i];
    if (v.kind != VariableKind::indicator) continue;
    const int z_here =
        z[static_cast<std::size_t>(v.sample)][static_cast<std::size_t>(v.layer)][static_cast<std::size_t>(v.unit)];
    const int segment = segment_at(problem, v, z_here);
    const bool is_last = i + 1 == qcbo.variables.size() || qcbo.variables[i + 1].kind != VariableKind::indicator ||
                         qcbo.variables[i + 1].unit != v.unit || qcbo.variables[i + 1].layer != v.layer;
    const bool expected = segment >= v.segment && (is_last || segment < qcbo.variables[i + 1].segment);
    if ((point.own[i] == 1) != expected) return false;
  }
  return true;
}

std::vector<std::uint8_t> pattern_bits(unsigned pattern, std::size_t count) {
  std::vector<std::uint8_t> bits(count);
  for (std::size_t i = 0; i < count; ++i) bits[i] = static_cast<std::uint8_t>((pattern >> i) & 1U);
  return bits;
}

unsigned pattern_of(const std::vector<std::uint8_t>& bits) {
  unsigned pattern = 0;
  for (std::size_t i = 0; i < bits.size(); ++i) pattern |= static_cast<unsigned>(bits[i]) << i;
  return pattern;
}

struct Enumerated {
  std::set<unsigned> parameters;  // patterns: bit i is parameter i
  std::int64_t minimum = INT64_MAX, points = 0;
};

/// Visits all feasible points and checks each.
Enumerated enumerate(const SplineProblem& problem, const Qcbo& qcbo) {
  Enumerated result;
  bool all_forward = true, all_equal = true, all_feasible = true;
  Enumeration(qcbo).visit([&](const BinaryPoint& point) {
    const NetworkBits bits = network_bits(problem.architecture, point.parameters);
    all_feasible = all_feasible && is_feasible(qcbo, point);
    all_forward = all_forward && is_forward_pass(problem, qcbo, point, bits);
    const std::int64_t objective = objective_of(qcbo, point);
    all_equal = all_equal && objective == network_loss(problem, bits);
    result.parameters.insert(pattern_of(point.parameters));
    result.minimum = std::min(result.minimum, objective);
    ++result.points;
  });
  BOOST_TEST(all_feasible);
  BOOST_TEST(all_forward);
  BOOST_TEST(all_equal);
  return result;
}

/// Smallest loss over all parameter bits; each one's forward pass has to be feasible at its own loss.
std::int64_t minimum_over_weights(const SplineProblem& problem, const Compiler& compiler, const Qcbo& qcbo) {
  std::int64_t minimum = INT64_MAX;
  bool all_feasible = true, all_equal = true;
  for (unsigned pattern = 0; pattern < (1U << qcbo.parameters); ++pattern) {
    const NetworkBits bits =
        network_bits(problem.architecture, pattern_bits(pattern, static_cast<std::size_t>(qcbo.parameters)));
    const BinaryPoint point = complete(compiler, qcbo, 0, problem.samples.size(), bits);
    const std::int64_t loss = network_loss(problem, bits);
    all_feasible = all_feasible && is_feasible(qcbo, point);
    all_equal = all_equal && objective_of(qcbo, point) == loss;
    minimum = std::min(minimum, loss);
  }
  BOOST_TEST(all_feasible);
  BOOST_TEST(all_equal);
  return minimum;
}

/// What the random networks have to have met in all.
struct Seen {
  std::int64_t points = 0;
  int products = 0, linear = 0, unbuilt = 0, direct = 0, slack_products = 0;
};

void note(Seen& seen, const ProblemPlan& plan, const Qcbo& qcbo) {
  seen.products += qcbo.products.empty() ? 0 : 1;
  for (std::size_t s = 0; s < plan.samples().size(); ++s)
    for (std::size_t l = 0; l < plan.layers(); ++l) {
      const UnitPlan& unit = plan.unit(s, l);
      seen.unbuilt += plan.is_built(s, l) ? 0 : 1;
      seen.direct += unit.direct && unit.direct->quadratic != 0 ? 1 : 0;
      seen.slack_products += unit.products.empty() ? 0 : 1;
      for (const ReachablePiece& piece : unit.pieces) seen.linear += piece.cells > 1 ? 1 : 0;
    }
}

void check_problem(const SplineProblem& problem, Seen& seen) {
  const ProblemPlan plan(problem.architecture, problem.loss, problem.samples, {}, Communicator());
  const Compiler compiler(plan, Communicator());
  const Qcbo qcbo = compiler.block(0, problem.samples.size());
  note(seen, plan, qcbo);
  const Enumerated found = enumerate(problem, qcbo);
  seen.points += found.points;
  BOOST_TEST(found.parameters.size() == std::size_t{1} << qcbo.parameters);
  BOOST_TEST(found.minimum == minimum_over_weights(problem, compiler, qcbo));
  CompileOptions ordered;
  ordered.break_symmetry = true;
  const Qcbo broken = compile(problem.architecture, problem.loss, problem.samples, ordered, Communicator());
  const Enumerated rest = enumerate(problem, broken);
  BOOST_TEST(rest.minimum == found.minimum);
  bool all_kept = true;
  for (const unsigned pattern : found.parameters) {
    const NetworkBits bits =
        network_bits(problem.architecture, pattern_bits(pattern, static_cast<std::size_t>(qcbo.parameters)));
    all_kept =
        all_kept && rest.parameters.count(pattern_of(parameter_bits(sorted_units(problem.architecture, bits)))) == 1;
  }
  BOOST_TEST(all_kept);
}

}  // namespace

BOOST_AUTO_TEST_CASE(feasible_points_are_the_forward_passes_and_the_minimum_is_the_best_network) {
  Seen seen;
  for (std::uint64_t seed = 1; seed <= 240; ++seed) {
    const int depth = 1 + static_cast<int>(seed % 3);
    BOOST_TEST_CONTEXT("seed " << seed)
    check_problem(small_spline_problem(seed, depth, 1 + seed % 2, {}), seen);
  }
  BOOST_TEST_MESSAGE(seen.points << " feasible points, " << seen.products << " problems with products, " << seen.linear
                                 << " linear pieces, " << seen.unbuilt << " layers left out, " << seen.direct
                                 << " polynomial losses, " << seen.slack_products << " units with slack products");
  BOOST_TEST(std::min({seen.products, seen.linear, seen.unbuilt, seen.direct, seen.slack_products}) > 20);
}

BOOST_AUTO_TEST_SUITE_END()
