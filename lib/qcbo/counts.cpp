#include "qcbo/counts.hpp"

#include "base/stop_signal.hpp"
#include "network/forward.hpp"
#include "qcbo/lift.hpp"
#include "qcbo/problem.hpp"
#include "qcbo/symmetry.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>

namespace isinglass::qcbo {

namespace {

/// Coefficients of z of any unit of one layer, and its constant part.
struct ZCoefficients {
  std::vector<std::int64_t> values;  // none is 0
  std::int64_t constant = 0;
};

ZCoefficients z_coefficients(const ProblemPlan& plan, std::size_t s, std::size_t l) {
  const network::Layer& layer = plan.layer(l);
  const LayerInput input = plan.input(s, l);
  ZCoefficients z;
  const auto add = [&](std::int64_t c) {
    if (c != 0) z.values.push_back(c);
  };
  z.constant = static_cast<std::int64_t>(layer.bias_unit) * layer.bias.offset;
  for (const int step : layer.bias.steps) add(static_cast<std::int64_t>(layer.bias_unit) * step);
  for (int i = 0; i < layer.inputs; ++i) {
    z.constant += input.at(i) * layer.weights.offset;
    for (const int step : layer.weights.steps) add(input.at(i) * step);
    for (const LocalTerm& term : input.active) {
      add(term.coefficient * layer.weights.offset);
      for (const int step : layer.weights.steps) add(term.coefficient * step);
    }
  }
  return z;
}

void raise(std::int64_t& largest, std::int64_t value) { largest = std::max(largest, std::abs(value)); }

/// Units of a layer by the sign of y: outputs only have some with -1.
struct SignedUnits {
  int sign = 1;
  std::int64_t units = 0;
};

std::array<SignedUnits, 2> signed_units(const ProblemPlan& plan, std::size_t s, std::size_t l) {
  const network::Layer& layer = plan.layer(l);
  if (!layer.is_output()) return {SignedUnits{1, layer.units}, SignedUnits{-1, 0}};
  std::array<SignedUnits, 2> result{SignedUnits{1, 0}, SignedUnits{-1, 0}};
  for (int c = 0; c < layer.units; ++c)
    ++result[network::target_sign(layer.units, c, plan.samples().labels[s]) > 0 ? 0 : 1].units;
  return result;
}

/// Rows of one layer.
void add_rows(QcboCounts& counts, const ProblemPlan& plan, std::size_t s, std::size_t l, const ZCoefficients& z) {
  const UnitPlan& unit = plan.unit(s, l);
  if (!unit.has_row) return;
  const std::int64_t units = plan.layer(l).units;
  counts.interval_rows += units;
  counts.row_entries += units * static_cast<std::int64_t>(z.values.size() + unit.row.size());
  for (const std::int64_t c : z.values) raise(counts.largest_row, c);
  for (const LocalTerm& term : unit.row) raise(counts.largest_row, term.coefficient);
  for (const SignedUnits& group : signed_units(plan, s, l))
    if (group.units > 0) raise(counts.largest_row, unit.rhs - group.sign * z.constant);
  if (unit.indicators == 0) return;
  counts.one_hot_rows += units;
  counts.row_entries += units * unit.indicators;
  raise(counts.largest_row, 1);
}

/// A loss that is one polynomial: constant + linear (y z - from) + quadratic (y z - from)^2 of `units` outputs with
/// sign y.
void add_direct(QcboCounts& counts, const network::LossPiece& piece, const ZCoefficients& z, const SignedUnits& group) {
  const std::int64_t e = group.sign * z.constant - piece.from,
                     slope = group.sign * (piece.linear + 2 * piece.quadratic * e);
  std::array<std::int64_t, 2> largest{};  // the two largest magnitudes: their product is the largest coupling
  for (const std::int64_t c : z.values) {
    const std::int64_t own = slope * c + piece.quadratic * c * c;
    raise(counts.largest_objective, own);
    if (own != 0) counts.objective_terms += group.units;
    if (std::abs(c) > largest[0])
      largest = {std::abs(c), largest[0]};
    else
      largest[1] = std::max(largest[1], std::abs(c));
  }
  if (piece.quadratic == 0) return;
  const auto n = static_cast<std::int64_t>(z.values.size());
  counts.objective_terms += group.units * (n * (n - 1) / 2);
  raise(counts.largest_objective, 2 * piece.quadratic * largest[0] * largest[1]);
}

void add_loss(QcboCounts& counts, const ProblemPlan& plan, std::size_t s, const ZCoefficients& z) {
  const std::size_t l = plan.layers() - 1;
  const UnitPlan& unit = plan.unit(s, l);
  counts.objective_terms += plan.layer(l).units * static_cast<std::int64_t>(unit.objective.size());
  for (const LocalPair& pair : unit.objective) raise(counts.largest_objective, pair.coefficient);
  if (!unit.direct) return;
  for (const SignedUnits& group : signed_units(plan, s, l))
    if (group.units > 0) add_direct(counts, *unit.direct, z, group);
}

void add_layer(QcboCounts& counts, const ProblemPlan& plan, std::size_t s, std::size_t l) {
  const UnitPlan& unit = plan.unit(s, l);
  const std::int64_t units = plan.layer(l).units;
  const ZCoefficients z = z_coefficients(plan, s, l);
  counts.indicators += units * unit.indicators;
  counts.slack_bits += units * unit.slack;
  counts.products += units * static_cast<std::int64_t>(unit.products.size()) + plan.weight_products(s, l);
  add_rows(counts, plan, s, l, z);
  if (plan.layer(l).is_output()) add_loss(counts, plan, s, z);
}

/// Counts what the ranks have in common: the parameters and their symmetry rows.
void add_shared(QcboCounts& counts, const ProblemPlan& plan) {
  const network::Architecture& architecture = plan.architecture();
  counts.parameter_bits = parameter_layout(architecture).back().end;
  if (!plan.options().break_symmetry) return;
  counts.symmetry_rows = symmetry_row_count(architecture);
  const std::int64_t slack = symmetry_variables(architecture);
  counts.slack_bits += slack;
  counts.row_entries += 3 * slack;  // two codes and their difference
  for (std::size_t l = 0; l + 1 < plan.layers(); ++l)
    if (plan.layer(l).units > 1) raise(counts.largest_row, std::int64_t{1} << (code_bits(plan.layer(l)) - 1));
}

}  // namespace

StructuredCounts count_structured(const network::Architecture& architecture, std::span<const LayerReach> reach,
                                  const parallel::Communicator& comm) {
  std::array<std::int64_t, 2> sums{};  // choices, multipliers
  for (std::size_t l = 0; l + 1 < architecture.layers.size(); ++l)
    for (std::size_t s = 0; s < reach[l].reach.size(); ++s) {
      const std::int64_t cells = reach[l].last[s] - reach[l].first[s] + 1, units = architecture.layers[l].units;
      sums[0] += cells > 1 ? units * cells : 0;
      sums[1] += units;
    }
  comm.all_sum(sums);
  return {parameter_layout(architecture).back().end, sums[0], sums[1]};
}

QcboCounts count_qcbo(const ProblemPlan& plan, const parallel::Communicator& comm) {
  QcboCounts counts;
  for (std::size_t s = 0; s < plan.samples().size(); ++s) {
    throw_if_stopped();
    for (std::size_t l = 0; l < plan.layers(); ++l)
      if (plan.is_built(s, l)) add_layer(counts, plan, s, l);
  }
  counts.couplers = sample_couplers(plan);
  std::array sums{counts.indicators,    counts.slack_bits,  counts.products,        counts.one_hot_rows,
                  counts.interval_rows, counts.row_entries, counts.objective_terms, counts.couplers};
  std::array largest{counts.largest_row, counts.largest_objective};
  comm.all_sum(sums);
  comm.all_max(largest);
  QcboCounts total;
  total.indicators = sums[0];
  total.slack_bits = sums[1];
  total.products = sums[2];
  total.one_hot_rows = sums[3];
  total.interval_rows = sums[4];
  total.row_entries = sums[5];
  total.objective_terms = sums[6];
  total.couplers = sums[7] + shared_couplers(plan, comm);
  total.largest_row = largest[0];
  total.largest_objective = largest[1];
  add_shared(total, plan);
  return total;
}

int QcboCounts::coefficient_bits() const {
  return 1 + static_cast<int>(std::bit_width(static_cast<std::uint64_t>(std::max(largest_row, largest_objective))));
}

std::int64_t QcboCounts::qcbo_bytes() const {
  constexpr auto word = static_cast<std::int64_t>(sizeof(std::int64_t));
  const std::int64_t row_bytes = 3 * word + static_cast<std::int64_t>(sizeof(RowKind));  // start, rhs, sample, kind
  return spins() * static_cast<std::int64_t>(sizeof(Variable)) + rows() * row_bytes + row_entries * 2 * word +
         products * static_cast<std::int64_t>(sizeof(Product)) +
         objective_terms * static_cast<std::int64_t>(sizeof(Term));
}

std::int64_t QcboCounts::qubo_bytes() const {
  return (couplers + spins()) * static_cast<std::int64_t>(sizeof(QuboTerm));
}

std::vector<std::pair<std::string, std::int64_t>> named_counts(const QcboCounts& counts) {
  return {{"spins", counts.spins()},
          {"parameter_bits", counts.parameter_bits},
          {"indicators", counts.indicators},
          {"slack_bits", counts.slack_bits},
          {"products", counts.products},
          {"rows", counts.rows()},
          {"one_hot_rows", counts.one_hot_rows},
          {"interval_rows", counts.interval_rows},
          {"symmetry_rows", counts.symmetry_rows},
          {"product_rows", counts.products},
          {"row_entries", counts.row_entries},
          {"objective_terms", counts.objective_terms},
          {"couplers", counts.couplers},
          {"largest_row_coefficient", counts.largest_row},
          {"largest_objective_coefficient", counts.largest_objective},
          {"coefficient_bits", counts.coefficient_bits()},
          {"memory_bytes", counts.qcbo_bytes()},
          {"qubo_memory_bytes", counts.qubo_bytes()}};
}

}  // namespace isinglass::qcbo
