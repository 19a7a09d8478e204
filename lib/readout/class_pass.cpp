#include "readout/class_pass.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace isinglass::readout {

namespace {

/// Flips that far blocks may lag behind: more leave fewer blocks far.
constexpr std::size_t pending_flips = 4;

}  // namespace

ClassPass::ClassPass(const Problem& problem, simd::Width width, bool skips_blocks)
    : problem_(problem),
      width_(width),
      skips_blocks_(skips_blocks),
      start_(problem.layout.stride()),
      excess_(problem.layout.stride()),
      gap_(problem.layout.stride()),
      highest_(problem.layout.stride() / block_images) {
  for (Side& side : sides_) side.alive.resize(highest_.size() + 1);
}

void ClassPass::begin(std::size_t c, std::span<const std::int32_t> scores, int largest) {
  assert(largest <= largest_feature);
  class_ = c;
  reach_ = 2 * largest;
  const ScoreView rows{scores.data(), problem_.layout.classes(), problem_.layout.stride(),
                       static_cast<std::int32_t>(2 * problem_.margin)};
  for (std::size_t y = 0; y < problem_.layout.classes(); ++y)
    find_excess(rows, problem_.layout, y, c, start_.data(), width_);
  std::copy(start_.begin(), start_.end(), excess_.begin());
  const auto end = static_cast<std::uint32_t>(problem_.layout.stride());
  const auto own = static_cast<std::uint32_t>(problem_.layout.begin(c));
  const auto behind = static_cast<std::uint32_t>(problem_.layout.begin(c + 1));
  sides_[0].set(1, {{{0, own}, {behind, end}}});
  sides_[1].set(-1, {{{own, behind}, {behind, behind}}});
  pending_.clear();
  for (const Side& side : sides_) move_and_rank_blocks(view(), side.near, {}, side.sign, width_);
  sort_blocks();
}

/// All blocks are near.
void ClassPass::Side::set(int new_sign, const std::array<std::array<std::uint32_t, 2>, 2>& new_ranges) {
  sign = new_sign;
  ranges = new_ranges;
  near.clear();
  far.clear();
  for (const auto& [first, last] : ranges)
    for (std::uint32_t block = first; block < last; block += block_images) near.push_back(block);
}

/// Sorts the blocks by their highest excess.
void ClassPass::sort_blocks() {
  const int nearest = skips_blocks_ ? -reach_ : std::numeric_limits<int>::min();
  const int near = skips_blocks_ ? -reach_ * static_cast<int>(1 + pending_flips) : nearest;
  for (Side& side : sides_) {
    side.near.clear();
    side.far.clear();
    side.alive_count = 0;
    for (const auto& [first, last] : side.ranges)
      for (std::uint32_t block = first; block < last; block += block_images) {
        const int highest = highest_[block / block_images];
        (highest > near ? side.near : side.far).push_back(block);
        if (highest > nearest) side.alive[side.alive_count++] = block;
      }
  }
}

/// A flip and its return cancel.
void ClassPass::add_pending(const Flip& flip) {
  const auto made = std::find_if(pending_.begin(), pending_.end(), [&](const Flip& p) { return p.x == flip.x; });
  if (made == pending_.end())
    pending_.push_back(flip);
  else
    pending_.erase(made);
}

void ClassPass::apply(std::span<const Flip> flips) {
  for (const Flip& flip : flips) add_pending(flip);
  if (pending_.size() < pending_flips) {
    const int limit = skips_blocks_ ? -reach_ : std::numeric_limits<std::int16_t>::min();
    for (Side& side : sides_)
      side.alive_count = move_blocks(view(), side.near, flips, side.sign, limit, side.alive.data(), width_);
    return;
  }
  for (const Side& side : sides_) {
    move_and_rank_blocks(view(), side.near, flips, side.sign, width_);
    move_and_rank_blocks(view(), side.far, pending_, side.sign, width_);
  }
  pending_.clear();
  sort_blocks();
}

void ClassPass::evaluate(std::span<const Flip> flips, std::span<std::int64_t> changes) const {
  std::fill(changes.begin(), changes.end(), 0);
  for (const Side& side : sides_)
    add_flip_sums(gap_.data(), BlockList(side.alive.data(), side.alive_count), flips, side.sign, changes, width_);
}

void ClassPass::end(std::span<std::int32_t> scores) {
  for (const Side& side : sides_) move_and_rank_blocks(view(), side.far, pending_, side.sign, width_);
  pending_.clear();
  std::int32_t* row = scores.data() + class_ * problem_.layout.stride();
  for (const Side& side : sides_)
    for (const auto& [first, last] : side.ranges)
      add_difference(row, excess_.data(), start_.data(), first, last, side.sign, width_);
}

std::int64_t ClassPass::bias_change(int step) const {
  std::int64_t sum = 0;
  for (const Side& side : sides_)
    for (const auto& [first, last] : side.ranges)
      sum += step_change(excess_.data(), highest_.data(), first, last, side.sign * step, width_);
  return sum;
}

double ClassPass::alive() const {
  return static_cast<double>(sides_[0].alive_count + sides_[1].alive_count) /
         static_cast<double>(std::max<std::size_t>(1, problem_.layout.stride() / block_images));
}

}  // namespace isinglass::readout
