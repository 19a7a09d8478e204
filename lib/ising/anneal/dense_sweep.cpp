#include "ising/anneal/dense_sweep.hpp"

#include <algorithm>
#include <bit>

namespace isinglass {

namespace {

/// fields += twice the row, with the sign that the flip of a spin gives it: downwards if it was up.
__attribute__((always_inline)) inline void add_row(std::int16_t* fields, const std::int8_t* row, bool was_up,
                                                   std::size_t size) {
  const int factor = was_up ? -2 : 2;
  for (std::size_t k = 0; k < size; ++k) fields[k] = static_cast<std::int16_t>(fields[k] + factor * row[k]);
}

/// Which spins of a group, that are +1 where `up` says, accept a flip. The same for all kernels.
__attribute__((always_inline)) inline std::uint32_t takers(const std::int16_t* fields, std::uint32_t up, const std::int16_t* p,
                                                           const std::int16_t* q) {
  std::uint32_t taken = 0;
  for (std::size_t k = 0; k < dense_group; ++k) {
    const int cost = (up >> k & 1U) != 0 ? -fields[k] : fields[k];
    taken |= static_cast<std::uint32_t>(cost <= std::min(p[k], q[k])) << k;
  }
  return taken;
}

__attribute__((always_inline)) inline DenseResult sweep_loops(const DenseSweep& sweep, Places& places) {
  const std::size_t stride = sweep.groups * dense_group;
  DenseResult result;
  for (std::size_t g = sweep.first; g < sweep.last; ++g) {
    places.next();
    const std::int16_t *p = sweep.pool + places.first(), *q = sweep.pool + places.second();
    std::int16_t* fields = sweep.fields + g * dense_group;
    std::uint32_t left = sweep.real[g];
    while (const std::uint32_t taken = takers(fields, sweep.up[g], p, q) & left) {
      const auto k = static_cast<std::size_t>(std::countr_zero(taken));
      const bool was_up = (sweep.up[g] >> k & 1U) != 0;
      result.cost += was_up ? -fields[k] : fields[k];
      ++result.accepted;
      add_row(sweep.fields, sweep.rows + (g * dense_group + k) * stride, was_up, stride);
      sweep.up[g] ^= std::uint32_t{1} << k;
      left &= k == 31 ? 0U : ~std::uint32_t{0} << (k + 1);
    }
  }
  return result;
}

__attribute__((target("avx2"))) DenseResult sweep_dense_avx2(const DenseSweep& sweep, Places& places) {
  return sweep_loops(sweep, places);
}

}  // namespace

DenseResult sweep_dense(const DenseSweep& sweep, Places& places, SimdLevel level) {
  if (level == SimdLevel::avx512) return sweep_dense_avx512(sweep, places);
  return level == SimdLevel::avx2 ? sweep_dense_avx2(sweep, places) : sweep_loops(sweep, places);
}

}  // namespace isinglass
