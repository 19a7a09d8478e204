#include "energy/state.hpp"
#include "namespaces.hpp"
#include "qcbo/lift.hpp"
#include "qcbo_problem.hpp"

#include <boost/test/unit_test.hpp>

#include <climits>
#include <cmath>

BOOST_AUTO_TEST_SUITE(qcbo_energy)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

/// A problem whose loss is the one that the structured energy has: hinge or squared hinge with margin M.
SplineProblem structured_problem(std::uint64_t seed, int depth) {
  SplineProblem problem = small_spline_problem(seed, depth, 3, {4, 5, 7, 1 << 20, 3});
  Words words(77 * seed);
  const bool linear = words.between(0, 1) == 0;
  problem.architecture.loss = linear ? Loss::hinge : Loss::squared_hinge;
  const int m = problem.loss.margin =
      std::max(1, static_cast<int>(std::lround(problem.architecture.layers.back().rms)));
  // Counted from m - 1, where the loss is 1: the first piece holds below its own knot, too.
  problem.loss.pieces = {linear ? LossPiece{m - 1, 1, -1, 0} : LossPiece{m - 1, 1, -2, 1}, LossPiece{m, 0, 0, 0}};
  return problem;
}

/// Makes random states: random parameters, random segments among those that FIP leaves (those of the forward pass where
/// a layer is left out), random multipliers and scales.
class StateBuilder {
public:
  StateBuilder(const SplineProblem& problem, const ProblemPlan& plan, Words& words)
      : problem_(problem), plan_(plan), words_(words) {}

  StructuredState build(double margin) {
    const Architecture& architecture = problem_.architecture;
    StructuredState state =
        make_state(architecture, problem_.samples, propagate_intervals(architecture, problem_.samples), {margin, 1.0},
                   Communicator());
    const NetworkBits bits = random_bits(architecture, words_.next());
    for (std::size_t l = 0; l < state.layers.size(); ++l) {
      state.layers[l].bits = bits[l];
      set_layer(state, l, decode(architecture.layers[l], bits[l]));
    }
    return state;
  }

private:
  void set_layer(StructuredState& state, std::size_t l, const LayerValues& values) {
    LayerState& layer = state.layers[l];
    const int inputs = layer.layer->inputs;
    if (!layer.layer->is_output()) layer.scale = 0.25 * words_.between(1, 9);
    for (int j = 0; j < layer.layer->units; ++j)
      for (std::size_t s = 0; s < layer.samples; ++s) {
        int z = values.biases[static_cast<std::size_t>(j)];
        for (int i = 0; i < inputs; ++i)
          z += values.weights[static_cast<std::size_t>(j * inputs + i)] * state.column(l, i)[s];
        const std::size_t at = layer.at(j, s);
        if (!layer.layer->is_output()) {
          layer.segment[at] = static_cast<std::uint8_t>(cell(l, s, z));
          layer.value[at] = layer.layer->values[layer.segment[at]];
          layer.multiplier[at] = static_cast<std::int16_t>(words_.between(1, 50));
        }
        layer.above[at] = static_cast<std::int16_t>(z - layer.hi[layer.segment[at]]);
        layer.below[at] = static_cast<std::int16_t>(layer.lo[layer.segment[at]] - z);
      }
  }

  int cell(std::size_t l, std::size_t s, int z) {
    const Layer& layer = plan_.layer(l);
    if (!plan_.is_built(s, l))
      return static_cast<int>(std::upper_bound(layer.thresholds.begin(), layer.thresholds.end(), z) -
                              layer.thresholds.begin());
    const ReachablePiece& piece = words_.one_of(plan_.unit(s, l).pieces);
    return piece.segment + words_.between(0, piece.cells - 1);
  }

  const SplineProblem& problem_;
  const ProblemPlan& plan_;
  Words& words_;
};

/// Sets indicators and the cells of one unit, and the rest of its slack to the pattern that is nearest to z.
class PointBuilder {
public:
  PointBuilder(const ProblemPlan& plan, const Compiler& compiler, const Qcbo& qcbo, const StructuredState& state)
      : plan_(plan), compiler_(compiler), qcbo_(qcbo), state_(state) {}

  BinaryPoint build() {
    BinaryPoint point{parameter_bits(state_.bits()), std::vector<std::uint8_t>(qcbo_.variables.size()),
                      qcbo_.first_variable};
    for (std::size_t s = 0; s < plan_.samples().size(); ++s) {
      const std::vector<LayerBlock> blocks = plan_.blocks(s, compiler_.starts()[s]);
      for (std::size_t l = 0; l < plan_.layers(); ++l)
        for (int j = 0; plan_.is_built(s, l) && j < plan_.layer(l).units; ++j) {
          const auto start = static_cast<std::size_t>(blocks[l].units - point.first) +
                             static_cast<std::size_t>(j * plan_.unit(s, l).variables());
          set_unit(s, l, j, std::span(point.own).subspan(start));
        }
    }
    complete_products(qcbo_, point);
    return point;
  }

private:
  void set_unit(std::size_t s, std::size_t l, int j, std::span<std::uint8_t> own) {
    const LayerState& layer = state_.layers[l];
    const UnitPlan& unit = plan_.unit(s, l);
    if (!unit.has_row) return;
    int z = layer.z(layer.at(j, s)), segment = layer.segment[layer.at(j, s)];
    if (layer.layer->is_output()) {  // its segment is the label's; the loss piece is that of y z
      z = segment == 1 ? z : -z;
      segment = z >= plan_.loss().margin ? 1 : 0;
    }
    std::size_t k = 0;
    while (k + 1 < unit.pieces.size() && unit.pieces[k + 1].segment <= segment) ++k;
    const ReachablePiece& piece = unit.pieces[k];
    if (unit.indicators > 0) own[k] = 1;
    const int cell = piece.cells > 1 ? segment - piece.segment : 0;
    const std::vector<std::uint8_t> best = nearest(piece, cell, z);
    std::copy(best.begin(), best.end(), own.begin() + unit.indicators);
  }

  /// Brute force over the register: the pattern with the least squared residual among those of the cell.
  static std::vector<std::uint8_t> nearest(const ReachablePiece& piece, int cell, int z) {
    const std::vector<std::uint8_t> of_cell = piece.bits(cell, 0);
    const int fine_bits = piece.fine == 0 ? 0 : static_cast<int>(std::floor(std::log2(piece.fine))) + 1;
    std::vector<std::uint8_t> best;
    int least = INT_MAX;
    for (unsigned pattern = 0; pattern < (1U << fine_bits); ++pattern) {
      std::vector<std::uint8_t> bits(of_cell);
      for (int i = 0; i < fine_bits; ++i)
        bits[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>((pattern >> i) & 1U);
      int residual = z - piece.first;
      for (std::size_t i = 0; i < bits.size(); ++i) residual -= bits[i] * piece.coefficients[i];
      if (std::abs(residual) >= least) continue;
      least = std::abs(residual);
      best = bits;
    }
    return best;
  }

  const ProblemPlan& plan_;
  const Compiler& compiler_;
  const Qcbo& qcbo_;
  const StructuredState& state_;
};

/// The state's multipliers on the interval rows, in the order in which compile() writes them; anything on the others,
/// which hold.
std::vector<double> row_multipliers(const Qcbo& qcbo, const ProblemPlan& plan, const StructuredState& state) {
  std::vector<double> interval;
  for (std::size_t s = 0; s < plan.samples().size(); ++s)
    for (std::size_t l = 0; l < plan.layers(); ++l)
      for (int j = 0; plan.is_built(s, l) && plan.unit(s, l).has_row && j < plan.layer(l).units; ++j) {
        const LayerState& layer = state.layers[l];
        interval.push_back(layer.layer->is_output() ? 3.0 : layer.scale * layer.multiplier[layer.at(j, s)]);
      }
  std::vector<double> all;
  std::size_t next = 0;
  for (const RowKind kind : qcbo.rows.kind) all.push_back(kind == RowKind::interval ? interval[next++] : 5.0);
  BOOST_TEST(next == interval.size());
  return all;
}

/// The structured energy with every distance rounded up to the step of the register of its piece.
double stepped_energy(const ProblemPlan& plan, const StructuredState& state) {
  double energy = output_loss(state, Communicator());
  for (std::size_t l = 0; l + 1 < state.layers.size(); ++l) {
    const LayerState& layer = state.layers[l];
    for (std::size_t s = 0; s < layer.samples; ++s)
      for (int j = 0; plan.is_built(s, l) && j < layer.layer->units; ++j) {
        const std::size_t at = layer.at(j, s);
        int step = plan.unit(s, l).range.step;
        for (const ReachablePiece& piece : plan.unit(s, l).pieces)
          if (piece.segment <= layer.segment[at]) step = piece.step;
        const int distance = (layer.distance(at) + step - 1) / step * step;
        energy += layer.scale * layer.multiplier[at] * distance * distance;
      }
  }
  return energy;
}

/// No flip of a slack bit, its products following, lowers the energy of the whole QUBO.
void check_slack_is_minimal(const Qcbo& qcbo, const Qubo& qubo, const BinaryPoint& point, const ProblemPlan& plan) {
  const double best = qcbo::energy(qubo, point);
  bool none_lower = true;
  for (std::size_t v = 0; v < qcbo.variables.size(); ++v) {
    const Variable& variable = qcbo.variables[v];
    if (variable.kind != VariableKind::slack || variable.layer + 1 == static_cast<int>(plan.layers())) continue;
    bool has_linear = false;  // coarse bits choose a cell
    for (const ReachablePiece& piece :
         plan.unit(static_cast<std::size_t>(variable.sample), static_cast<std::size_t>(variable.layer)).pieces)
      has_linear = has_linear || piece.cells > 1;
    if (has_linear) continue;
    BinaryPoint other = point;
    other.own[v] ^= 1U;
    complete_products(qcbo, other);
    none_lower = none_lower && qcbo::energy(qubo, other) > best - 1e-9 * (1 + std::abs(best));
  }
  BOOST_TEST(none_lower);
}

struct Seen {
  int infeasible = 0, linear = 0, equal = 0;
};

void check_state(const SplineProblem& problem, const CompileOptions& options, Words& words, Seen& seen) {
  const ProblemPlan plan(problem.architecture, problem.loss, problem.samples, options, Communicator());
  const Compiler compiler(plan, Communicator());
  Qcbo qcbo = compiler.block(0, problem.samples.size());
  for (int round = 0; round < 3; ++round) {
    const StructuredState state = StateBuilder(problem, plan, words).build(options.margin);
    qcbo.unit = state.layers.back().scale;
    const BinaryPoint point = PointBuilder(plan, compiler, qcbo, state).build();
    const std::vector<double> rows = row_multipliers(qcbo, plan, state), products(qcbo.products.size(), 7.0);
    const Qubo qubo = lift(qcbo, rows, products);
    const double lifted = qcbo::energy(qubo, point), structured = total_energy(state, Communicator());
    const double scale = 1 + std::abs(structured);
    if (options.unit_steps) BOOST_TEST(std::abs(lifted - structured) < 1e-9 * scale);
    BOOST_TEST(std::abs(lifted - stepped_energy(plan, state)) < 1e-9 * scale);
    check_slack_is_minimal(qcbo, qubo, point, plan);
    seen.equal += std::abs(lifted - structured) < 1e-9 * scale ? 1 : 0;
    seen.infeasible += structured > output_loss(state, Communicator()) ? 1 : 0;
    for (std::size_t l = 0; l + 1 < plan.layers(); ++l)
      for (const ReachablePiece& piece : plan.unit(0, l).pieces) seen.linear += piece.cells > 1 ? 1 : 0;
  }
}

void check_problems(const CompileOptions& options, std::uint64_t first) {
  Seen seen;
  for (std::uint64_t seed = first; seed < first + 120; ++seed) {
    Words words(5000 + seed);
    BOOST_TEST_CONTEXT("seed " << seed)
    check_state(structured_problem(seed, 1 + static_cast<int>(seed % 3)), options, words, seen);
  }
  BOOST_TEST_MESSAGE(seen.infeasible << " infeasible states, " << seen.linear << " linear pieces, " << seen.equal
                                     << " of 360 energies equal without rounding");
  BOOST_TEST(std::min(seen.infeasible, seen.linear) > 50);
}

}  // namespace

BOOST_AUTO_TEST_CASE(lifted_qubo_minimised_over_slack_is_the_structured_energy) {
  CompileOptions options;
  options.unit_steps = true;
  check_problems(options, 1);
}

BOOST_AUTO_TEST_CASE(with_margins_too) {
  CompileOptions options;
  options.unit_steps = true;
  options.margin = 0.4;
  check_problems(options, 200);
  options.margin = 1.5;
  check_problems(options, 400);
}

BOOST_AUTO_TEST_CASE(on_the_grid_of_z_distances_are_rounded_up_to_its_step) { check_problems({}, 600); }

BOOST_AUTO_TEST_SUITE_END()
