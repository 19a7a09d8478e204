#pragma once

#include "network/architecture.hpp"
#include "parallel/communicator.hpp"
#include "qcbo/fip.hpp"

#include <cstdint>
#include <span>

namespace isinglass {

/// Size of the QCBO of a training problem, summed over all samples of a split.
struct QcboCounts {
  std::int64_t parameter_bits = 0;  ///< weight and bias bits: the only spins that all samples share
  std::int64_t indicators = 0;      ///< beta_k of the reachable segments, where there is more than one
  std::int64_t slack_bits = 0;      ///< of the interval rows, had slack not been minimised out
  std::int64_t products = 0;        ///< u = w beta of layers after the first
  std::int64_t one_hot_rows = 0;    ///< sum_k beta_k = 1
  std::int64_t interval_rows = 0;   ///< one a sample and hidden unit: the constraints that carry QCGD's multipliers
  std::int64_t product_rows = 0;    ///< Rosenberg forms

  /// Spins with slack minimised out: what the structured oracle anneals.
  [[nodiscard]] std::int64_t structured_spins() const { return parameter_bits + indicators; }
  /// Spins of the explicit form.
  [[nodiscard]] std::int64_t explicit_spins() const { return structured_spins() + slack_bits + products; }
};

/// Counts over the shards of all ranks in `comm`. Collective.
[[nodiscard]] QcboCounts count_qcbo(const Architecture& architecture, std::span<const LayerReach> reach,
                                    const Communicator& comm);

}  // namespace isinglass
