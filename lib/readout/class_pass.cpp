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
      zeros_(problem.layout.stride()),
      highest_(problem.layout.stride() / block_images) {
  for (Side& side : sides_) side.alive.resize(highest_.size() + 1);
}

void ClassPass::begin(std::size_t c, std::span<const std::int32_t> scores, int largest) {
  assert(largest <= largest_feature);
  class_ = c;
  reach_ = 2 * largest;
  const ScoreView view{scores.data(), problem_.layout.classes(), problem_.layout.stride(),
                       static_cast<std::int32_t>(2 * problem_.margin)};
  for (std::size_t y = 0; y < problem_.layout.classes(); ++y)
    find_excess(view, problem_.layout, y, c, start_.data(), width_);
  std::copy(start_.begin(), start_.end(), excess_.begin());
  const ClassLayout& layout = problem_.layout;
  for (Side& side : sides_) side.near.clear(), side.far.clear();
  for (std::size_t block = 0; block < layout.stride(); block += block_images)
    sides_[block >= layout.begin(c) && block < layout.begin(c + 1) ? 1 : 0].near.push_back(
        static_cast<std::uint32_t>(block));
  sides_[0].sign = 1;
  sides_[1].sign = -1;
  pending_.clear();
  move({});
  sort_blocks();
}

/// Moves the near blocks.
void ClassPass::move(std::span<const Flip> flips) {
  const int limit = skips_blocks_ ? -reach_ : std::numeric_limits<std::int16_t>::min() - 1;
  for (Side& side : sides_)
    side.alive_count = move_blocks(view(), side.near, flips, side.sign, limit, side.alive.data(), width_);
}

/// Finds anew which blocks are near; none may have flips pending.
void ClassPass::sort_blocks() {
  const int limit = skips_blocks_ ? -reach_ * static_cast<int>(1 + pending_flips) : std::numeric_limits<int>::min();
  for (Side& side : sides_) {
    const auto is_near = [&](std::uint32_t block) { return highest_[block / block_images] > limit; };
    side.near.insert(side.near.end(), side.far.begin(), side.far.end());
    std::sort(side.near.begin(), side.near.end());
    const auto far = std::stable_partition(side.near.begin(), side.near.end(), is_near);
    side.far.assign(far, side.near.end());
    side.near.erase(far, side.near.end());
  }
}

/// Makes the pending flips on the far blocks.
void ClassPass::catch_up() {
  std::vector<std::uint32_t> unused(highest_.size() + 1);
  for (const Side& side : sides_) (void)move_blocks(view(), side.far, pending_, side.sign, 0, unused.data(), width_);
  pending_.clear();
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
  move(flips);
  for (const Flip& flip : flips) add_pending(flip);
  if (pending_.size() < pending_flips) return;
  catch_up();
  sort_blocks();
  move({});
}

void ClassPass::add_sums(std::span<const std::int8_t* const> columns, int direction,
                         std::span<std::int64_t> sums) const {
  for (const Side& side : sides_)
    add_flip_sums(gap_.data(), BlockList(side.alive.data(), side.alive_count), columns, side.sign * direction, sums,
                  width_);
}

void ClassPass::evaluate(std::span<const Flip> flips, std::span<std::int64_t> changes) {
  columns_ = {};
  places_ = {};
  for (std::size_t i = 0; i < flips.size(); ++i) {
    const std::size_t side = flips[i].direction < 0 ? 1 : 0;
    columns_[side].push_back(flips[i].x);
    places_[side].push_back(i);
  }
  columns_[0].push_back(zeros_.data());
  std::int64_t still = 0;  // the sum of a flip that moves nothing
  for (std::size_t side = 0; side < 2; ++side) {
    sums_.assign(columns_[side].size(), 0);
    add_sums(columns_[side], side == 0 ? 1 : -1, sums_);
    if (side == 0) still = sums_.back();
    for (std::size_t k = 0; k < places_[side].size(); ++k) changes[places_[side][k]] = sums_[k] - still;
  }
}

void ClassPass::end(std::span<std::int32_t> scores) {
  catch_up();
  std::int32_t* row = scores.data() + class_ * problem_.layout.stride();
  const std::size_t own = problem_.layout.begin(class_), behind = problem_.layout.begin(class_ + 1);
  add_difference(row, excess_.data(), start_.data(), 0, own, 1, width_);
  add_difference(row, excess_.data(), start_.data(), own, behind, -1, width_);
  add_difference(row, excess_.data(), start_.data(), behind, problem_.layout.stride(), 1, width_);
}

std::int64_t ClassPass::bias_change(int step) const {
  const ClassLayout& layout = problem_.layout;
  return step_change(excess_.data(), 0, layout.begin(class_), step, width_) +
         step_change(excess_.data(), layout.begin(class_ + 1), layout.stride(), step, width_) +
         step_change(excess_.data(), layout.begin(class_), layout.begin(class_ + 1), -step, width_);
}

double ClassPass::alive() const {
  return static_cast<double>(sides_[0].alive_count + sides_[1].alive_count) /
         static_cast<double>(std::max<std::size_t>(1, problem_.layout.stride() / block_images));
}

}  // namespace isinglass::readout
