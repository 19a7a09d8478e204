#pragma once

#include "data/samples.hpp"
#include "network/architecture.hpp"
#include "network/loss.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::qcbo {

/// Result of forward interval propagation for one layer, for every sample of a shard. The codebooks are
/// symmetric and shared by the units of a layer, so the interval of z is [-reach, reach] and the same for all units.
struct LayerReach {
  std::vector<int> reach;                 ///< [sample], grid units of z
  std::vector<std::uint8_t> first, last;  ///< [sample], the reachable segments; empty for the output layer
};

/// Interval arithmetic through the layers over the codebooks and each sample's data. Segments outside
/// [first, last] cannot occur: their indicators are fixed to 0. One entry a layer.
[[nodiscard]] std::vector<LayerReach> propagate_intervals(const network::Architecture& architecture,
                                                          const data::Samples& samples);

/// The bound of |z| for quantization-aware training, whose products are exact far beyond network::solver_grid.
inline constexpr int product_grid = 1 << 28;

/// InputError with the way out unless, for every layer and sample here, reach + the largest |threshold| + `margin`
/// pre-activation rms stays below `limit`. Local.
void check_grid(const network::Architecture& architecture, std::span<const LayerReach> reach, double margin,
                int limit = network::solver_grid);

}  // namespace isinglass::qcbo
