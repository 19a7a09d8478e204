#include "ising/anneal/dense_sweep.hpp"

#include <algorithm>
#include <bit>

namespace isinglass {

namespace {

/// fields += twice the row, with the sign that the flip of a spin gives it: downwards if it was up.
template <class Field>
void add_row(Field* fields, const std::int8_t* row, bool was_up, std::size_t size) {
  const int factor = was_up ? -2 : 2;
  for (std::size_t k = 0; k < size; ++k) fields[k] = static_cast<Field>(fields[k] + factor * row[k]);
}

/// Which spins of a group, that are +1 where `up` says, accept a flip. The same for all kernels.
template <class Field>
std::uint32_t takers(const Field* fields, std::uint32_t up, const Field* p, const Field* q) {
  std::uint32_t taken = 0;
  for (std::size_t k = 0; k < dense_group<Field>; ++k) {
    const int cost = (up >> k & 1U) != 0 ? -fields[k] : fields[k];
    taken |= static_cast<std::uint32_t>(cost <= std::min(p[k], q[k])) << k;
  }
  return taken;
}

template <class Field>
DenseResult sweep_loops(const DenseSweep<Field>& sweep, Places& places) {
  const std::size_t stride = sweep.groups * dense_group<Field>;
  DenseResult result;
  for (std::size_t g = sweep.first; g < sweep.last; ++g) {
    places.next();
    const Field *p = sweep.pool + places.first(), *q = sweep.pool + places.second();
    Field* fields = sweep.fields + g * dense_group<Field>;
    std::uint32_t left = sweep.real[g];
    while (const std::uint32_t taken = takers(fields, sweep.up[g], p, q) & left) {
      const auto k = static_cast<std::size_t>(std::countr_zero(taken));
      const bool was_up = (sweep.up[g] >> k & 1U) != 0;
      result.cost += was_up ? -fields[k] : fields[k];
      ++result.accepted;
      add_row(sweep.fields, sweep.rows + (g * dense_group<Field> + k) * stride, was_up, stride);
      sweep.up[g] ^= std::uint32_t{1} << k;
      left &= ~((std::uint32_t{2} << k) - 1);
    }
  }
  return result;
}

template <class Field>
void flip_loop(const DenseSweep<Field>& sweep, DenseFlip flip) {
  const std::size_t stride = sweep.groups * dense_group<Field>;
  add_row(sweep.fields, sweep.rows + flip.spin * stride, flip.was_up, stride);
}

}  // namespace

template <class Field>
DenseKernels<Field> dense_kernels(simd::Width width) {
  if (width == simd::Width::avx512) return dense_kernels_avx512<Field>();
  if (width == simd::Width::avx2)
    return {
        [](const DenseSweep<Field>& sweep, Places& places) {
          return simd::run<sweep_loops<Field>>(simd::Width::avx2, sweep, places);
        },
        [](const DenseSweep<Field>& sweep, DenseFlip flip) { simd::run<flip_loop<Field>>(simd::Width::avx2, sweep, flip); }};
  return {&sweep_loops<Field>, &flip_loop<Field>};
}

template DenseKernels<std::int16_t> dense_kernels(simd::Width);
template DenseKernels<std::int32_t> dense_kernels(simd::Width);

}  // namespace isinglass
