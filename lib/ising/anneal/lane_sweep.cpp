#include "ising/anneal/lane_sweep.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

namespace isinglass {

namespace {

/// All bits of lane l where bit l of the mask is set, else 0: eight lanes of bytes at a time, then as wide as Int.
template <class Int>
void spread(std::uint64_t mask, Int* lanes) {
  constexpr std::uint64_t each_byte = 0x0101010101010101U, own_bit = 0x8040201008040201U;
  alignas(64) std::uint8_t bytes[64];
  for (std::size_t g = 0; g < lanes_of<Int> / 8; ++g) {
    const std::uint64_t bits = (((mask >> (8 * g)) & 255U) * each_byte) & own_bit;
    std::memcpy(bytes + 8 * g, &bits, 8);
  }
  for (std::size_t l = 0; l < lanes_of<Int>; ++l) lanes[l] = static_cast<Int>(bytes[l] != 0 ? -1 : 0);
}

/// The inverse: bit l is set where lane l is not 0.
template <class Int>
std::uint64_t gathered(const Int* lanes) {
  constexpr std::uint64_t lowest_bits = 0x0101010101010101U, to_top = 0x0102040810204080U;
  alignas(64) std::uint8_t bytes[64];
  for (std::size_t l = 0; l < lanes_of<Int>; ++l) bytes[l] = lanes[l] != 0 ? 1 : 0;
  std::uint64_t mask = 0;
  for (std::size_t g = 0; g < lanes_of<Int> / 8; ++g) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, bytes + 8 * g, 8);
    mask |= (((bits & lowest_bits) * to_top) >> 56U) << (8 * g);
  }
  return mask;
}

/// The same steps as the AVX-512 kernel, in loops that compilers vectorise. Sums wrap where AVX-512 does.
template <class Int>
bool sweep_loops(const LaneSweep<Int>& sweep, Places& places) {
  constexpr std::size_t lanes = lanes_of<Int>;
  using Unsigned = std::make_unsigned_t<Int>;
  using Sum = std::conditional_t<sizeof(Int) == 4, std::int64_t, std::int32_t>;
  alignas(64) std::array<Sum, lanes> sum{};
  bool any = false;
  for (std::size_t i = sweep.first; i < sweep.last; ++i) {
    places.next();
    const Int *p = sweep.pool + places.first(), *q = sweep.pool + places.second();
    Int* field = sweep.fields + i * lanes;
    alignas(64) Int up[lanes], cost[lanes], taken[lanes], change[lanes];
    spread(sweep.up[i], up);
    for (std::size_t l = 0; l < lanes; ++l) cost[l] = static_cast<Int>((field[l] ^ up[l]) - up[l]);
    for (std::size_t l = 0; l < lanes; ++l) taken[l] = static_cast<Int>(cost[l] <= std::min(p[l], q[l]) ? -1 : 0);
    const std::uint64_t mask = gathered(taken);
    if (mask == 0) continue;
    any = true;
    sweep.up[i] ^= mask;
    for (std::size_t l = 0; l < lanes; ++l) sum[l] += cost[l] & taken[l];
    const std::int32_t* code = sweep.code + sweep.start[i];
    for (const std::int32_t* end = sweep.code + sweep.start[i + 1]; code != end;) {
      const auto twice = static_cast<Int>(static_cast<std::uint32_t>(code[0]) * 2U);
      for (std::size_t l = 0; l < lanes; ++l) change[l] = static_cast<Int>(((twice ^ up[l]) - up[l]) & taken[l]);
      const std::int32_t* run_end = code + 2 + code[1];
      for (code += 2; code != run_end; ++code) {
        Int* neighbour = sweep.fields + static_cast<std::uint32_t>(*code);
        for (std::size_t l = 0; l < lanes; ++l)
          neighbour[l] = static_cast<Int>(static_cast<Unsigned>(neighbour[l]) + static_cast<Unsigned>(change[l]));
      }
    }
  }
  for (std::size_t l = 0; l < lanes; ++l) sweep.cost[l] += sum[l];
  return any;
}

}  // namespace

template <class Int>
LaneSweeper<Int> lane_sweeper(simd::Width width) {
  if (width == simd::Width::avx512)
    return [](const LaneSweep<Int>& sweep, Places& places) { return sweep_avx512(sweep, places); };
  if (width == simd::Width::avx2)
    return [](const LaneSweep<Int>& sweep, Places& places) {
      return simd::run<sweep_loops<Int>>(simd::Width::avx2, sweep, places);
    };
  return &sweep_loops<Int>;
}

template LaneSweeper<std::int8_t> lane_sweeper(simd::Width);
template LaneSweeper<std::int16_t> lane_sweeper(simd::Width);
template LaneSweeper<std::int32_t> lane_sweeper(simd::Width);

}  // namespace isinglass
