#include "ising/anneal/sweep_kernels.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#define HWY_TARGET_INCLUDE "ising/anneal/sweep_kernels.cpp"
#include "simd/each_width.hpp"

HWY_BEFORE_NAMESPACE();
namespace isinglass::ising::HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_SCALAR
// The plain width: the definitions, lane by lane. Sums wrap where vectors do.

template <class Int>
bool lanes_swept(const LaneSweep<Int>& sweep, Places& places) {
  bool any = false;
  for (std::size_t i = sweep.first; i < sweep.last; ++i) {
    places.next();
    const Int *p = sweep.pool + places.first(), *q = sweep.pool + places.second();
    const std::uint64_t up = sweep.up[i];
    std::uint64_t taken = 0;
    for (std::size_t l = 0; l < lanes_of<Int>; ++l) {
      const Int field = sweep.fields[i * lanes_of<Int> + l];
      const auto cost = static_cast<Int>((up >> l & 1U) != 0 ? -field : field);
      if (cost > std::min(p[l], q[l])) continue;
      taken |= std::uint64_t{1} << l;
      sweep.cost[l] += cost;
    }
    if (taken == 0) continue;
    any = true;
    sweep.up[i] = up ^ taken;
    for (const std::int32_t *run = sweep.code + sweep.start[i], *end = sweep.code + sweep.start[i + 1]; run != end;
         run += 2 + run[1])
      for (const std::int32_t* place = run + 2; place != run + 2 + run[1]; ++place)
        for (std::uint64_t left = taken; left != 0; left &= left - 1) {
          const auto l = static_cast<std::size_t>(std::countr_zero(left));
          Int& field = sweep.fields[static_cast<std::uint32_t>(*place) + l];
          field = static_cast<Int>(static_cast<std::uint32_t>(field) +
                                   ((up >> l & 1U) != 0 ? -2U : 2U) * static_cast<std::uint32_t>(run[0]));
        }
  }
  return any;
}

template <class Field>
void dense_flipped(const DenseSweep<Field>& sweep, DenseFlip flip) {
  constexpr std::size_t group = dense_group<Field>;
  const int twice = flip.was_up ? -2 : 2;
  const Field own = sweep.fields[flip.spin];
  for (std::size_t k = 0; k < sweep.groups * group; ++k) {
    const bool is_plus =
        sweep.rows == nullptr && (sweep.bits[flip.spin * sweep.groups + k / group] >> k % group & 1U) != 0;
    const int j = sweep.rows != nullptr ? sweep.rows[flip.spin * sweep.groups * group + k] : is_plus ? 1 : -1;
    sweep.fields[k] = static_cast<Field>(sweep.fields[k] + twice * j);
  }
  sweep.fields[flip.spin] = own;
}

template <class Field>
DenseResult dense_swept(const DenseSweep<Field>& sweep, Places& places) {
  DenseResult result;
  for (std::size_t g = sweep.first; g < sweep.last; ++g) {
    places.next();
    const Field *p = sweep.pool + places.first(), *q = sweep.pool + places.second();
    for (std::size_t k = 0; k < dense_group<Field>; ++k) {
      const std::uint32_t own = std::uint32_t{1} << k;
      if ((sweep.real[g] & own) == 0) continue;
      const bool was_up = (sweep.up[g] & own) != 0;
      const Field field = sweep.fields[g * dense_group<Field> + k];
      const auto cost = static_cast<Field>(was_up ? -field : field);
      if (cost > std::min(p[k], q[k])) continue;
      result.cost += cost;
      ++result.accepted;
      dense_flipped(sweep, {g * dense_group<Field> + k, was_up});
      sweep.up[g] ^= own;
    }
  }
  return result;
}

#else

namespace hn = hwy::HWY_NAMESPACE;

/// The lanes of vector `part` whose bits are set.
template <class D, class Word>
HWY_INLINE hn::Mask<D> mask_of(D d, const Word& bits, std::size_t part) {
  return hn::LoadMaskBits(d, reinterpret_cast<const std::uint8_t*>(&bits) + part * hn::MaxLanes(d) / 8);
}

/// The inverse of mask_of.
template <class D>
HWY_INLINE std::uint64_t bits_of(D d, hn::Mask<D> mask, std::size_t part) {
  std::uint64_t bits = 0;
  hn::StoreMaskBits(d, mask, reinterpret_cast<std::uint8_t*>(&bits));
  return bits << part * hn::MaxLanes(d);
}

template <class D>
HWY_INLINE hn::Vec<D> negated_where(D d, hn::Mask<D> where, hn::Vec<D> v) {
  return hn::IfThenElse(where, hn::Sub(hn::Zero(d), v), v);
}

/// Costs of accepted flips, kept in lanes of twice the bits and widened now and then: after `capacity` flips at most.
template <class Int>
class CostSums {
  static constexpr hn::ScalableTag<Int> d{};
  static constexpr hn::RepartitionToWide<decltype(d)> wide{};
  static constexpr hn::Half<decltype(d)> half{};
  static constexpr std::size_t lanes = hn::MaxLanes(d), parts = lanes_of<Int> / lanes;

public:
  static constexpr int capacity = sizeof(Int) == 1 ? 250 : sizeof(Int) == 2 ? 1 << 15 : 1 << 30;

  CostSums() { clear(); }
  HWY_INLINE void add(std::size_t part, hn::Vec<decltype(d)> cost) {
    low_[part] = hn::Add(low_[part], hn::PromoteTo(wide, hn::LowerHalf(half, cost)));
    high_[part] = hn::Add(high_[part], hn::PromoteTo(wide, hn::UpperHalf(half, cost)));
  }
  void move_to(std::int64_t* cost) {
    for (std::size_t p = 0; p < parts; ++p) {
      alignas(64) hn::TFromD<decltype(wide)> sums[lanes];
      hn::Store(low_[p], wide, sums);
      hn::Store(high_[p], wide, sums + lanes / 2);
      for (std::size_t l = 0; l < lanes; ++l) cost[p * lanes + l] += sums[l];
    }
    clear();
  }

private:
  void clear() {
    for (std::size_t p = 0; p < parts; ++p) low_[p] = high_[p] = hn::Zero(wide);
  }
  hn::Vec<decltype(wide)> low_[parts], high_[parts];
};

template <class Int>
bool lanes_swept(const LaneSweep<Int>& range, Places& places) {
  const LaneSweep<Int> sweep = range;  // a copy, which no store can change
  const hn::ScalableTag<Int> d;
  constexpr std::size_t lanes = hn::MaxLanes(hn::ScalableTag<Int>()), parts = lanes_of<Int> / lanes;
  CostSums<Int> sums;
  int accepted = 0;
  bool any = false;
  Places place = places;
  for (std::size_t i = sweep.first; i < sweep.last; ++i) {
    place.next();
    hn::Vec<decltype(d)> cost[parts];
    hn::Mask<decltype(d)> up[parts], taken[parts];
    std::uint64_t flips = 0;
    for (std::size_t p = 0; p < parts; ++p) {
      const auto threshold = hn::Min(hn::LoadU(d, sweep.pool + place.first() + p * lanes),
                                     hn::LoadU(d, sweep.pool + place.second() + p * lanes));
      up[p] = mask_of(d, sweep.up[i], p);
      cost[p] = negated_where(d, up[p], hn::Load(d, sweep.fields + i * lanes_of<Int> + p * lanes));
      taken[p] = hn::Not(hn::Gt(cost[p], threshold));
      flips |= bits_of(d, taken[p], p);
    }
    if (flips == 0) continue;
    any = true;
    sweep.up[i] ^= flips;
    for (std::size_t p = 0; p < parts; ++p) sums.add(p, hn::IfThenElseZero(taken[p], cost[p]));
    for (const std::int32_t *code = sweep.code + sweep.start[i], *end = sweep.code + sweep.start[i + 1]; code != end;) {
      const auto twice = hn::Set(d, static_cast<Int>(static_cast<std::uint32_t>(code[0]) * 2U));
      hn::Vec<decltype(d)> change[parts];
      for (std::size_t p = 0; p < parts; ++p) change[p] = hn::IfThenElseZero(taken[p], negated_where(d, up[p], twice));
      const std::int32_t* run_end = code + 2 + code[1];
      for (code += 2; code != run_end; ++code)
        for (std::size_t p = 0; p < parts; ++p) {
          Int* neighbour = sweep.fields + static_cast<std::uint32_t>(*code) + p * lanes;
          hn::Store(hn::Add(hn::Load(d, neighbour), change[p]), d, neighbour);
        }
    }
    if (++accepted < sums.capacity) continue;
    sums.move_to(sweep.cost);
    accepted = 0;
  }
  sums.move_to(sweep.cost);
  places = place;
  return any;
}

/// Twice the row of a spin that flips, with the sign that the flip gives it: J = +1 or -1 as bits.
template <class Field>
struct BitRow {
  static constexpr hn::ScalableTag<Field> d{};
  HWY_INLINE BitRow(const DenseSweep<Field>& sweep, DenseFlip flip)
      : bits(sweep.bits + flip.spin * sweep.groups),
        where_plus(hn::Set(d, static_cast<Field>(flip.was_up ? -2 : 2))),
        where_minus(hn::Set(d, static_cast<Field>(flip.was_up ? 2 : -2))) {}
  [[nodiscard]] HWY_INLINE hn::Vec<decltype(d)> change(std::size_t group, std::size_t part) const {
    return hn::IfThenElse(mask_of(d, bits[group], part), where_plus, where_minus);
  }
  const std::uint32_t* bits;
  hn::Vec<decltype(d)> where_plus, where_minus;
};

/// Works on a row of J as bytes.
template <class Field>
struct ByteRow {
  static constexpr hn::ScalableTag<Field> d{};
  HWY_INLINE ByteRow(const DenseSweep<Field>& sweep, DenseFlip flip)
      : values(sweep.rows + flip.spin * sweep.groups * dense_group<Field>),
        factor(hn::Set(d, static_cast<Field>(flip.was_up ? -2 : 2))) {}
  [[nodiscard]] HWY_INLINE hn::Vec<decltype(d)> change(std::size_t group, std::size_t part) const {
    const hn::Rebind<std::int8_t, decltype(d)> bytes;
    const std::int8_t* at = values + group * dense_group<Field> + part * hn::MaxLanes(d);
    return hn::Mul(hn::PromoteTo(d, hn::Load(bytes, at)), factor);
  }
  const std::int8_t* values;
  hn::Vec<decltype(d)> factor;
};

/// Adds a row to all fields, the flipped spin's own among them: a row of bits has no zero for it.
template <class Row, class Field>
HWY_INLINE void add_row(const DenseSweep<Field>& sweep, const Row& row) {
  constexpr std::size_t lanes = hn::MaxLanes(Row::d), parts = dense_group<Field> / lanes;
  for (std::size_t g = 0; g < sweep.groups; ++g)
    for (std::size_t p = 0; p < parts; ++p) {
      Field* at = sweep.fields + g * dense_group<Field> + p * lanes;
      hn::Store(hn::Add(hn::Load(Row::d, at), row.change(g, p)), Row::d, at);
    }
}

template <class Row, class Field>
void flip_row(const DenseSweep<Field>& sweep, DenseFlip flip) {
  const Field own = sweep.fields[flip.spin];
  add_row(sweep, Row(sweep, flip));
  sweep.fields[flip.spin] = own;
}

template <class Row, class Field>
DenseResult sweep_rows(const DenseSweep<Field>& sweep, Places& places) {
  const hn::ScalableTag<Field> d;
  constexpr std::size_t lanes = hn::MaxLanes(hn::ScalableTag<Field>()), parts = dense_group<Field> / lanes;
  DenseResult result;
  Places place = places;
  for (std::size_t g = sweep.first; g < sweep.last; ++g) {
    place.next();
    Field* own_fields = sweep.fields + g * dense_group<Field>;
    hn::Vec<decltype(d)> threshold[parts], fields[parts];
    for (std::size_t p = 0; p < parts; ++p) {
      threshold[p] = hn::Min(hn::LoadU(d, sweep.pool + place.first() + p * lanes),
                             hn::LoadU(d, sweep.pool + place.second() + p * lanes));
      fields[p] = hn::Load(d, own_fields + p * lanes);
    }
    std::uint32_t up = sweep.up[g], left = sweep.real[g];
    const auto takers = [&]() HWY_ATTR {
      std::uint64_t stay = 0;
      for (std::size_t p = 0; p < parts; ++p)
        stay |= bits_of(d, hn::Gt(negated_where(d, mask_of(d, up, p), fields[p]), threshold[p]), p);
      return ~static_cast<std::uint32_t>(stay) & left;
    };
    while (const std::uint32_t taken = takers()) {
      const auto k = static_cast<std::size_t>(std::countr_zero(taken));
      const std::uint32_t own = std::uint32_t{1} << k;
      const bool was_up = (up & own) != 0;
      result.cost += was_up ? -own_fields[k] : own_fields[k];
      ++result.accepted;
      const Row row(sweep, {g * dense_group<Field> + k, was_up});
      add_row(sweep, row);
      // From the registers: loads that wait for the store of one element would be slow.
      for (std::size_t p = 0; p < parts; ++p) {
        fields[p] = hn::IfThenElse(mask_of(d, own, p), fields[p], hn::Add(fields[p], row.change(g, p)));
        hn::Store(fields[p], d, own_fields + p * lanes);
      }
      up ^= own;
      left &= ~(own | (own - 1U));
    }
    sweep.up[g] = up;
  }
  places = place;
  return result;
}

template <class Field>
DenseResult dense_swept(const DenseSweep<Field>& sweep, Places& places) {
  return sweep.rows == nullptr ? sweep_rows<BitRow<Field>>(sweep, places) : sweep_rows<ByteRow<Field>>(sweep, places);
}

template <class Field>
void dense_flipped(const DenseSweep<Field>& sweep, DenseFlip flip) {
  sweep.rows == nullptr ? flip_row<BitRow<Field>>(sweep, flip) : flip_row<ByteRow<Field>>(sweep, flip);
}

#endif

}  // namespace
}  // namespace isinglass::ising::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace isinglass::ising {

template <class Int>
bool sweep_lanes(const LaneSweep<Int>& sweep, Places& places, simd::Width width) {
  return ISINGLASS_OF_WIDTH(width, lanes_swept<Int>)(sweep, places);
}

template <class Field>
DenseResult sweep_dense(const DenseSweep<Field>& sweep, Places& places, simd::Width width) {
  return ISINGLASS_OF_WIDTH(width, dense_swept<Field>)(sweep, places);
}

template <class Field>
void flip_dense(const DenseSweep<Field>& sweep, DenseFlip flip, simd::Width width) {
  ISINGLASS_OF_WIDTH(width, dense_flipped<Field>)(sweep, flip);
}

template bool sweep_lanes(const LaneSweep<std::int8_t>&, Places&, simd::Width);
template bool sweep_lanes(const LaneSweep<std::int16_t>&, Places&, simd::Width);
template bool sweep_lanes(const LaneSweep<std::int32_t>&, Places&, simd::Width);
template DenseResult sweep_dense(const DenseSweep<std::int16_t>&, Places&, simd::Width);
template DenseResult sweep_dense(const DenseSweep<std::int32_t>&, Places&, simd::Width);
template void flip_dense(const DenseSweep<std::int16_t>&, DenseFlip, simd::Width);
template void flip_dense(const DenseSweep<std::int32_t>&, DenseFlip, simd::Width);

}  // namespace isinglass::ising
#endif
