#include "train/anneal/output_columns.hpp"

#include "train/anneal/gather_columns.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace isinglass::train {

namespace {

constexpr int largest_ramp = std::numeric_limits<std::int16_t>::max();

void turn_column(std::int8_t* column, const std::int8_t* directions, std::size_t count) {
  for (std::size_t s = 0; s < count; ++s) column[s] = static_cast<std::int8_t>(column[s] * directions[s]);
}

}  // namespace

/// Bound on what a shortfall can be before or after any moves: the margins and two outputs.
std::int64_t OutputColumns::largest_shortfall() const {
  const network::Layer& layer = state_->architecture().layers.back();
  const std::int64_t inputs = layer.inputs;
  const std::int64_t z = inputs * layer.weights.largest() * state_->largest_input(this->layer()) +
                         std::int64_t{layer.bias.largest()} * layer.bias_unit;
  return 2 * (z + state_->margin());
}

bool OutputColumns::begin(int unit) {
  unit_ = unit;
  is_moved_ = false;
  if (!state_->loss_table().empty() || state_->sums_squares()) return false;
  if (largest_shortfall() > largest_ramp || !columns_.set_ramps(0, largest_ramp, 1)) return false;
  gather();
  columns_.start();
  return true;
}

void OutputColumns::gather() {
  const std::size_t samples = state_->samples(), l = layer();
  const auto inputs = static_cast<std::size_t>(state_->architecture().layers.back().inputs);
  samples_.resize(samples);
  std::iota(samples_.begin(), samples_.end(), 0U);
  columns_.resize(samples, inputs + 1);
  directions_.resize(samples);
  for (std::size_t s = 0; s < samples; ++s) {
    const FlipShortfall shortfall = state_->shortfall(unit_, s);
    directions_[s] = static_cast<std::int8_t>(-shortfall.target);
    columns_.z()[s] = static_cast<std::int16_t>(shortfall.shortfall);
    columns_.weights()[s] = 1;
  }
  at_begin_.assign(columns_.z(), columns_.z() + samples);
  gather_columns({state_->row(l, 0), state_->row_length(l)}, samples_, inputs, columns_.stride(), columns_.column(0));
  const int inputs_and_bias = static_cast<int>(inputs) + 1;
  std::fill_n(columns_.column(inputs_and_bias - 1), columns_.stride(), std::int8_t{1});
  for (int i = 0; i < inputs_and_bias; ++i)
    simd::run<turn_column>(simd::cpu_width(), columns_.column(i), directions_.data(), samples);
}

/// The bias moves like the weight of an input behind the others.
NetworkState::Move OutputColumns::column_move(const MovePlane& plane, int index) const {
  if (plane.kind != MoveKind::bias) return {plane, unit_, index};
  return {{MoveKind::weight, plane.size, plane.direction}, unit_, state_->architecture().layers.back().inputs};
}

std::int64_t OutputColumns::change(const MovePlane& plane, int index) const {
  const NetworkState::Move move = column_move(plane, index);
  return columns_.change(move.plane, move.index, state_->step(layer(), {plane, unit_, index}), state_->data().pairs());
}

void OutputColumns::apply(const MovePlane& plane, int index) {
  const NetworkState::Move move = column_move(plane, index);
  columns_.apply(move.plane, move.index, state_->step(layer(), {plane, unit_, index}), state_->data().pairs());
  state_->move_parameters(layer(), {plane, unit_, index});
  is_moved_ = true;
}

void OutputColumns::end() {
  if (!is_moved_) return;
  for (std::size_t s = 0; s < at_begin_.size(); ++s) {
    const int risen = columns_.z()[s] - at_begin_[s];
    at_begin_[s] = static_cast<std::int16_t>(directions_[s] * risen);
  }
  state_->add_to_output(unit_, at_begin_);
  at_begin_.assign(columns_.z(), columns_.z() + at_begin_.size());
  is_moved_ = false;
}

}  // namespace isinglass::train
