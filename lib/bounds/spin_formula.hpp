#pragma once

#include "network/architecture.hpp"
#include "qcbo/counts.hpp"
#include "qcbo/fip.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::bounds {

/// Spins as a straight line in the number of samples: parameter bits, which all samples share, plus spins of each
/// sample.
struct SpinLine {
  double parameter_bits = 0;
  double structured_per_sample = 0;  ///< with slack minimised out
  double explicit_per_sample = 0;    ///< with slack bits and products

  [[nodiscard]] double structured_spins(double samples) const {
    return parameter_bits + structured_per_sample * samples;
  }
  [[nodiscard]] double explicit_spins(double samples) const { return parameter_bits + explicit_per_sample * samples; }
};

/// Largest |z| of each layer over all samples, grid units. Collective.
[[nodiscard]] std::vector<int> largest_reach(std::span<const qcbo::LayerReach> reach,
                                             const parallel::Communicator& comm);

/// Formula (9): an upper bound from widths, segments and bits, which no sample's intervals reach beyond. `reach`:
/// [layer]; `loss_pieces` of the loss spline.
[[nodiscard]] SpinLine spin_formula(const network::Architecture& architecture, std::span<const int> reach,
                                    std::size_t loss_pieces);

/// Formula (8): the exact counts of `samples` samples, as a mean of each.
[[nodiscard]] SpinLine mean_spins(const qcbo::StructuredCounts& structured, const qcbo::QcboCounts& counts,
                                  std::int64_t samples);

}  // namespace isinglass::bounds
