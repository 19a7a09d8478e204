#include "train/anneal/move_columns.hpp"

#include "energy/kernels.hpp"
#include "train/anneal/column_kernel.hpp"

#include <algorithm>
#include <limits>

namespace isinglass::train {

void MoveColumns::resize(std::size_t members, std::size_t inputs) {
  stride_ = energy::padded(members);
  z_.assign(stride_, 0);
  weights_.assign(stride_, 0);
  columns_.resize(std::max(columns_.size(), whole_vectors(inputs) * stride_));
}

bool MoveColumns::set_ramps(int shift, int top, std::int64_t largest_weight) {
  shift_ = shift;
  top_ = top;
  if (largest_weight > std::numeric_limits<std::int16_t>::max()) return false;
  per_flush_ = static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max() / (2 * largest_weight * top));
  return per_flush_ > 0;
}

std::int64_t MoveColumns::sum(const std::int8_t* x, const std::int8_t* minus, int step) const {
  return sum_moved_heights({z_.data(), weights_.data(), stride_, shift_, top_, per_flush_}, x, minus, step);
}

std::int64_t MoveColumns::change(const MovePlane& plane, int index, int step, std::span<const InputPair> pairs) const {
  if (step == 0) return 0;
  if (plane.kind == MoveKind::bias) return sum(nullptr, nullptr, step) - now_;
  if (plane.kind == MoveKind::weight) return sum(values(index), nullptr, step) - now_;
  const InputPair& pair = pairs[static_cast<std::size_t>(index)];
  return sum(values(pair.a), values(pair.b), step) - now_;
}

void MoveColumns::apply(const MovePlane& plane, int index, int step, std::span<const InputPair> pairs) {
  now_ += change(plane, index, step, pairs);
  if (plane.kind == MoveKind::bias) return shift_all(z(), nullptr, step, stride_);
  if (plane.kind == MoveKind::weight) return shift_all(z(), values(index), step, stride_);
  const InputPair& pair = pairs[static_cast<std::size_t>(index)];
  shift_all(z(), values(pair.a), step, stride_);
  shift_all(z(), values(pair.b), -step, stride_);
}

}  // namespace isinglass::train
