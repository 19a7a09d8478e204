#include "train/anneal/unit_pass.hpp"

#include <algorithm>
#include <limits>

namespace isinglass::train {

namespace {

/// A jump that is not computed yet.
constexpr std::int64_t unknown = std::numeric_limits<std::int64_t>::min();

}  // namespace

void UnitPass::begin(std::size_t layer_index, int unit, int window, bool by_columns) {
  layer_ = layer_index;
  window_ = window;
  unit_ = unit;
  is_by_columns_ = by_columns && begin_columns();
  found_for_.reset();
  if (!is_by_columns_) jumps_.assign(layer().thresholds.size() * state_->samples(), unknown);
}

bool UnitPass::begin_columns() {
  if (layer().is_output()) return output_.begin(unit_);
  return layer_ == 0 && HiddenColumns::suits(state_->architecture()) && hidden_.begin(unit_, window_);
}

/// Samples that a move of `plane`, or a shift within the window, may take across a threshold where that matters: most
/// samples past the margin stay there whatever one unit says.
void UnitPass::find_events(const MovePlane& plane) {
  if (found_for_ == plane) return;
  found_for_ = plane;
  std::size_t found = 0;
  std::int64_t now = 0;
  const std::int16_t* z = state_->z(layer_, unit_);
  for (std::size_t k = 0; k < layer().thresholds.size(); ++k) {
    const int threshold = layer().thresholds[k];
    std::int64_t* jumps = jumps_.data() + k * state_->samples();
    find_near(z, state_->samples(), threshold, state_->reach(layer_, plane) + window_, near_);
    events_.resize(found + near_.size());
    for (const std::size_t s : near_) {
      if (jumps[s] == unknown) jumps[s] = state_->loss_jump(layer_, unit_, s, layer().values[k], layer().values[k + 1]);
      events_[found] = {static_cast<std::uint32_t>(s), threshold - z[s], jumps[s]};
      found += jumps[s] != 0 ? 1 : 0;
      now += jumps[s] * height(z[s] - threshold, window_);
    }
  }
  events_.resize(found);
  now_ = now;
}

void UnitPass::set_steps(const MovePlane& plane, int first, std::size_t count) {
  steps_.assign(state_->row_length(layer_), 0);
  const std::size_t offset = state_->row_offset(plane);
  for (int index = first; index < first + static_cast<int>(count); ++index)
    steps_[offset + static_cast<std::size_t>(index)] =
        static_cast<std::int16_t>(state_->step(layer_, {plane, unit_, index}));
}

void UnitPass::hidden_changes(const MovePlane& plane, int first, std::span<std::int64_t> changes) {
  find_events(plane);
  if (plane.kind == MoveKind::bias) {
    const int step = state_->step(layer_, {plane, unit_, 0});
    changes[0] = -now_;
    for (const FlipEvent& event : events_) changes[0] += event.jump * height(step - event.distance, window_);
    return;
  }
  set_steps(plane, first, changes.size());
  sums_.assign(state_->row_length(layer_), 0);
  const std::size_t from = state_->row_offset(plane) + static_cast<std::size_t>(first);
  sum_heights(events_, {state_->row(layer_, 0), state_->row_length(layer_)}, steps_, from, from + changes.size(),
              window_, sums_);
  for (std::size_t i = 0; i < changes.size(); ++i) changes[i] = sums_[from + i] - now_;
}

void UnitPass::output_changes(const MovePlane& plane, int first, std::span<std::int64_t> changes) {
  const network::LossTable& table = state_->loss_table();
  const bool squared = state_->sums_squares();
  const int reach = state_->reach(layer_, plane);
  shortfalls_.clear();
  for (std::size_t s = 0; s < state_->samples(); ++s) {
    const FlipShortfall shortfall = state_->shortfall(unit_, s);
    // Past the margin by more than it can move a sample has no hinge loss; other losses never end.
    if (!table.empty() || shortfall.shortfall > -reach) shortfalls_.push_back(shortfall);
  }
  if (plane.kind == MoveKind::bias) {
    const int step = state_->step(layer_, {plane, unit_, 0});
    changes[0] =
        table.empty() ? sum_bias_losses(shortfalls_, step, squared) : sum_bias_losses(shortfalls_, step, table);
    return;
  }
  set_steps(plane, first, changes.size());
  sums_.assign(state_->row_length(layer_), 0);
  const std::size_t from = state_->row_offset(plane) + static_cast<std::size_t>(first);
  const EventRows rows{state_->row(layer_, 0), state_->row_length(layer_)};
  if (table.empty())
    sum_losses(shortfalls_, rows, steps_, from, from + changes.size(), squared, sums_);
  else
    sum_losses(shortfalls_, rows, steps_, from, from + changes.size(), table, sums_);
  std::copy_n(sums_.begin() + static_cast<std::ptrdiff_t>(from), changes.size(), changes.begin());
}

void UnitPass::evaluate(const MovePlane& plane, int first, std::span<std::int64_t> changes) {
  if (is_by_columns_)
    for (std::size_t i = 0; i < changes.size(); ++i) changes[i] = column_change(plane, first + static_cast<int>(i));
  else if (layer().is_output())
    output_changes(plane, first, changes);
  else
    hidden_changes(plane, first, changes);
}

std::int64_t UnitPass::column_change(const MovePlane& plane, int index) const {
  return layer().is_output() ? output_.change(plane, index) : hidden_.change(plane, index);
}

void UnitPass::apply(const MovePlane& plane, int index) {
  found_for_.reset();
  if (!is_by_columns_) return state_->apply(layer_, {plane, unit_, index});
  if (layer().is_output())
    output_.apply(plane, index);
  else
    hidden_.apply(plane, index);
}

void UnitPass::end() {
  if (!is_by_columns_) return;
  if (layer().is_output())
    output_.end();
  else
    hidden_.end();
}

}  // namespace isinglass::train
