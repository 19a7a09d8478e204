#include "train/anneal/hidden_columns.hpp"

#include "train/anneal/gather_columns.hpp"

#include <algorithm>
#include <cstdlib>

namespace isinglass::train {

bool HiddenColumns::begin(int unit, int window) {
  unit_ = unit;
  is_moved_ = false;
  const int threshold = state_->architecture().layers.front().thresholds.front();
  const int shift = (window == 0 ? 1 : window) - threshold, top = window == 0 ? 1 : 2 * window;
  if (!columns_.set_ramps(shift, top, find_jumps())) return false;
  gather();
  columns_.start();
  before_ = state_->parameters(0, unit);
  return true;
}

/// Finds the members and their jumps; the largest magnitude of one, at least 1.
std::int64_t HiddenColumns::find_jumps() {
  jumps_.resize(state_->samples());
  state_->loss_jumps(unit_, jumps_);
  members_.clear();
  std::int64_t largest = 1;
  for (std::size_t s = 0; s < jumps_.size(); ++s) {
    if (jumps_[s] == 0) continue;
    largest = std::max(largest, std::abs(std::int64_t{jumps_[s]}));
    members_.push_back(static_cast<std::uint32_t>(s));
  }
  return largest;
}

void HiddenColumns::gather() {
  const MoveData& data = state_->data();
  const auto features = static_cast<std::size_t>(data.samples().features);
  columns_.resize(members_.size(), features);
  const std::int16_t* z = state_->z(0, unit_);
  for (std::size_t k = 0; k < members_.size(); ++k) {
    columns_.weights()[k] = static_cast<std::int16_t>(jumps_[members_[k]]);
    columns_.z()[k] = z[members_[k]];
  }
  gather_columns({data.row(0), data.row_length()}, members_, features, columns_.stride(), columns_.column(0));
}

std::int64_t HiddenColumns::change(const MovePlane& plane, int index) const {
  return columns_.change(plane, index, state_->step(0, {plane, unit_, index}), state_->data().pairs());
}

void HiddenColumns::apply(const MovePlane& plane, int index) {
  const NetworkState::Move move{plane, unit_, index};
  columns_.apply(plane, index, state_->step(0, move), state_->data().pairs());
  state_->move_parameters(0, move);
  is_moved_ = true;
}

void HiddenColumns::end() {
  if (!is_moved_) return;
  state_->follow(unit_, before_);
  before_ = state_->parameters(0, unit_);
  is_moved_ = false;
}

}  // namespace isinglass::train
