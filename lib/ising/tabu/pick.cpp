#include "ising/tabu/pick.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>

#define HWY_TARGET_INCLUDE "ising/tabu/pick.cpp"
#include "simd/each_width.hpp"

// Once, though this file is compiled for every width.
#ifndef ISINGLASS_FIRST_OF_LEAST
#define ISINGLASS_FIRST_OF_LEAST
namespace isinglass::ising {

/// Picks, of the lanes with the least cost, the one whose block came first, then the first lane.
template <class Cost>
Pick<Cost> first_of_least(const Cost* cost, const Stamp<Cost>* block, std::size_t first_block, std::size_t blocks);

}  // namespace isinglass::ising
#endif

HWY_BEFORE_NAMESPACE();
namespace isinglass::ising::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// One block of pick_lanes<Cost> moves, in as many vectors as it takes.
template <class Cost>
struct Block {
  static constexpr hn::ScalableTag<Cost> d{};
  static constexpr hn::RebindToSigned<decltype(d)> stamps{};
  using Costs = hn::Vec<decltype(d)>;
  using Stamps = hn::Vec<decltype(stamps)>;
  static constexpr std::size_t lanes = hn::MaxLanes(d), parts = pick_lanes<Cost> / lanes;
};

/// The least admissible cost that each lane has met, and in which block.
template <class Cost>
class Best : Block<Cost> {
  using Base = Block<Cost>;
  using Base::d, Base::stamps, Base::parts, Base::lanes;

public:
  explicit Best(const MoveView<Cost>& view)
      : aspiration_(hn::Set(d, view.aspiration)),
        most_(hn::Set(d, std::numeric_limits<Cost>::max())),
        now_(hn::Set(stamps, view.now)) {
    for (std::size_t p = 0; p < parts; ++p) {
      cost_[p] = most_;
      block_[p] = hn::Zero(stamps);
    }
  }

  HWY_INLINE void consider(const Cost* cost, const Stamp<Cost>* until, Stamp<Cost> block) {
    for (std::size_t p = 0; p < parts; ++p) {
      const auto all = hn::LoadU(d, cost + p * lanes);
      const auto is_late = hn::RebindMask(d, hn::Gt(hn::LoadU(stamps, until + p * lanes), now_));
      const auto c = hn::IfThenElse(hn::AndNot(hn::Lt(all, aspiration_), is_late), most_, all);
      block_[p] = hn::IfThenElse(hn::RebindMask(stamps, hn::Lt(c, cost_[p])), hn::Set(stamps, block), block_[p]);
      cost_[p] = hn::Min(c, cost_[p]);  // the shortest way from one block to the next
    }
  }

  [[nodiscard]] Pick<Cost> first(std::size_t first_block, std::size_t blocks) const {
    Cost cost[pick_lanes<Cost>];
    Stamp<Cost> block[pick_lanes<Cost>];
    for (std::size_t p = 0; p < parts; ++p) {
      hn::StoreU(cost_[p], d, cost + p * lanes);
      hn::StoreU(block_[p], stamps, block + p * lanes);
    }
    return first_of_least(cost, block, first_block, blocks);
  }

private:
  typename Base::Costs cost_[parts], aspiration_, most_;
  typename Base::Stamps block_[parts], now_;
};

template <bool plus, class Cost, class Row>
HWY_INLINE void change_block(const Change<Cost, Row>& change, std::size_t at) {
  using B = Block<Cost>;
  for (std::size_t i = at; i < at + pick_lanes<Cost>; i += B::lanes) {
    typename B::Costs row;
    if constexpr (std::is_same_v<Cost, Row>)
      row = hn::LoadU(B::d, change.row + i);
    else
      row = hn::PromoteTo(B::d, hn::LoadU(hn::Rebind<Row, decltype(B::d)>(), change.row + i));
    const auto step = hn::Mul(row, hn::LoadU(B::d, change.sign + i)), c = hn::LoadU(B::d, change.cost + i);
    hn::StoreU(plus ? hn::Add(c, step) : hn::Sub(c, step), B::d, change.cost + i);
  }
}

template <bool plus, class Cost, class Row>
Pick<Cost> scan(const Change<Cost, Row>& change, const MoveView<Cost>& view) {
  const std::size_t blocks = view.size / pick_lanes<Cost>;
  Best<Cost> best(view);
  Stamp<Cost> position = 0;
  const auto part = [&](std::size_t from, std::size_t to) HWY_ATTR {
    for (std::size_t b = from; b < to; ++b, ++position) {
      const std::size_t i = b * pick_lanes<Cost>;
      if constexpr (!std::is_void_v<Row>) change_block<plus>(change, i);
      best.consider(view.cost + i, view.until + i, position);
    }
  };
  part(view.first_block, blocks);
  part(0, view.first_block);
  return best.first(view.first_block, blocks);
}

template <class Cost, class Row>
Pick<Cost> picked(const Change<Cost, Row>& change, const MoveView<Cost>& view) {
  return change.plus ? scan<true>(change, view) : scan<false>(change, view);
}

template <class Cost, class Row>
void updated(const Change<Cost, Row>& change, std::size_t size) {
  for (std::size_t i = 0; i < size; i += pick_lanes<Cost>)
    change.plus ? change_block<true>(change, i) : change_block<false>(change, i);
}

}  // namespace
}  // namespace isinglass::ising::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace isinglass::ising {

template <class Cost>
Pick<Cost> first_of_least(const Cost* cost, const Stamp<Cost>* block, std::size_t first_block, std::size_t blocks) {
  const Cost least = *std::min_element(cost, cost + pick_lanes<Cost>);
  if (least == std::numeric_limits<Cost>::max()) return {least, -1};
  auto key = std::numeric_limits<std::size_t>::max();
  for (std::size_t lane = 0; lane < pick_lanes<Cost>; ++lane)
    if (cost[lane] == least) key = std::min(key, static_cast<std::size_t>(block[lane]) * pick_lanes<Cost> + lane);
  const std::size_t at = (first_block + key / pick_lanes<Cost>) % blocks;
  return {least, static_cast<std::int32_t>(at * pick_lanes<Cost> + key % pick_lanes<Cost>)};
}

template <class Cost, class Row>
Pick<Cost> update_and_pick(const Change<Cost, Row>& change, const MoveView<Cost>& view, simd::Width width) {
  return ISINGLASS_OF_WIDTH(width, picked<Cost, Row>)(change, view);
}

template <class Cost>
Pick<Cost> pick(const MoveView<Cost>& view, simd::Width width) {
  return update_and_pick(Change<Cost, void>{}, view, width);
}

template <class Cost, class Row>
void update(const Change<Cost, Row>& change, std::size_t size, simd::Width width) {
  ISINGLASS_OF_WIDTH(width, updated<Cost, Row>)(change, size);
}

template Pick<std::int32_t> pick(const MoveView<std::int32_t>&, simd::Width);
template Pick<double> pick(const MoveView<double>&, simd::Width);
template Pick<std::int32_t> update_and_pick(const Change<std::int32_t, std::int16_t>&, const MoveView<std::int32_t>&,
                                            simd::Width);
template Pick<std::int32_t> update_and_pick(const Change<std::int32_t, std::int32_t>&, const MoveView<std::int32_t>&,
                                            simd::Width);
template Pick<double> update_and_pick(const Change<double, double>&, const MoveView<double>&, simd::Width);
template void update(const Change<std::int32_t, std::int16_t>&, std::size_t, simd::Width);
template void update(const Change<std::int32_t, std::int32_t>&, std::size_t, simd::Width);
template void update(const Change<double, double>&, std::size_t, simd::Width);

}  // namespace isinglass::ising
#endif
