#pragma once

#include "network/architecture.hpp"
#include "parallel/communicator.hpp"
#include "qcbo/fip.hpp"
#include "qcbo/problem_plan.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace isinglass::qcbo {

/// Size of the problem that the structured oracle anneals: slack minimised out, the cells as segments. Over all
/// samples.
struct StructuredCounts {
  std::int64_t parameter_bits = 0;  ///< weight and bias bits
  std::int64_t choices = 0;         ///< reachable cells of all units and samples, where there is more than one
  std::int64_t multipliers = 0;     ///< one a sample and hidden unit: the constraints that QCGD prices

  [[nodiscard]] std::int64_t spins() const { return parameter_bits + choices; }
};

/// Counts over the shards of all ranks in `comm`. Collective.
[[nodiscard]] StructuredCounts count_structured(const network::Architecture& architecture,
                                                std::span<const LayerReach> reach, const parallel::Communicator& comm);

/// Size of the explicit QCBO, over all samples: what compile() builds, by kind.
struct QcboCounts {
  std::int64_t parameter_bits = 0;  ///< weight and bias bits: the only spins that all samples share
  std::int64_t indicators = 0;      ///< beta_k of the reachable pieces, where there is more than one; of losses, too
  std::int64_t slack_bits = 0;      ///< of interval and symmetry rows
  std::int64_t products = 0;        ///< u = w b, each with its Rosenberg form
  std::int64_t one_hot_rows = 0, interval_rows = 0, symmetry_rows = 0;
  std::int64_t row_entries = 0;        ///< coefficients of all rows
  std::int64_t objective_terms = 0;    ///< linear and quadratic
  std::int64_t couplers = 0;           ///< pairs i < j that the lifted QUBO couples
  std::int64_t largest_row = 0;        ///< largest |coefficient| or |right-hand side| of a row
  std::int64_t largest_objective = 0;  ///< largest |coefficient| of the objective, integer units

  [[nodiscard]] std::int64_t spins() const { return parameter_bits + indicators + slack_bits + products; }
  [[nodiscard]] std::int64_t rows() const { return one_hot_rows + interval_rows + symmetry_rows; }
  /// Bits of a signed integer that holds every coefficient of rows and objective.
  [[nodiscard]] int coefficient_bits() const;
  /// Bytes of the Qcbo structs of all ranks together, without the copies of the parameters on further ranks.
  [[nodiscard]] std::int64_t qcbo_bytes() const;
  /// Bytes of the lifted QUBO as triples: its couplers and one linear term a spin.
  [[nodiscard]] std::int64_t qubo_bytes() const;
};

/// Counts of all ranks by formulas in the plans of the samples, nothing is built: a sample costs time in proportion to
/// its layers, and its inputs and outputs. Equal to what is built but for coefficients that cancel. Collective.
[[nodiscard]] QcboCounts count_qcbo(const ProblemPlan& plan, const parallel::Communicator& comm);

/// Returns names and values of all counts: attributes of /counts in a QCBO file, keys of --json.
[[nodiscard]] std::vector<std::pair<std::string, std::int64_t>> named_counts(const QcboCounts& counts);

/// Pairs of different variables that the lifted QUBO couples, at least one of them in the block of a sample of this
/// shard: rows couple all their variables, products their three, and the objective its pairs. Local.
[[nodiscard]] std::int64_t sample_couplers(const ProblemPlan& plan);

/// The other pairs, of parameter bits and symmetry slack: each once, however many samples of all ranks couple it.
/// Collective.
[[nodiscard]] std::int64_t shared_couplers(const ProblemPlan& plan, const parallel::Communicator& comm);

}  // namespace isinglass::qcbo
