// Moves of parameters, and of the z that hang on them. What follows in later layers is in network_state.cpp.
#include "train/anneal/network_state.hpp"

#include <algorithm>

namespace isinglass::train {

/// z of one hidden unit after a change of one parameter.
void NetworkState::shift_z(std::size_t l, int unit, const Part& part) {
  std::int16_t* z = z_[l].data() + static_cast<std::size_t>(unit) * stride_;
  if (part.input == architecture_->layers[l].inputs)
    shift_all(z, nullptr, part.change, stride_);
  else if (l == 0)
    shift_all(z, data_->column(static_cast<std::size_t>(part.input)), part.change, stride_);
  else
    for (std::size_t s = 0; s < samples_; ++s)
      z[s] = static_cast<std::int16_t>(z[s] + part.change * row(l, s)[part.input]);
}

void NetworkState::shift_output(int unit, const Part& part) {
  const std::size_t l = architecture_->layers.size() - 1;
  const bool is_bias = part.input == architecture_->layers[l].inputs;
  for (std::size_t s = 0; s < samples_; ++s)
    z_out_[s * outputs_ + static_cast<std::size_t>(unit)] += part.change * (is_bias ? 1 : row(l, s)[part.input]);
}

void NetworkState::change_weight(std::size_t l, int unit, const Part& part) {
  const network::Layer& layer = architecture_->layers[l];
  const std::size_t at = parameter(l, unit, part.input);
  values_[l].weights[at] = static_cast<std::int16_t>(values_[l].weights[at] + part.change);
  outgoing_[l][static_cast<std::size_t>(part.input) * static_cast<std::size_t>(layer.units) +
               static_cast<std::size_t>(unit)] = values_[l].weights[at];
  const auto bits = layer.weights.nearest_bits(values_[l].weights[at]);
  std::copy(bits.begin(), bits.end(), bits_[l].weights.begin() + static_cast<std::ptrdiff_t>(at * bits.size()));
}

void NetworkState::change_bias(std::size_t l, int unit, int change) {
  const network::Layer& layer = architecture_->layers[l];
  const auto at = static_cast<std::size_t>(unit);
  values_[l].biases[at] += change;
  const int code = values_[l].biases[at] / layer.bias_unit;
  const auto bits = layer.bias.nearest_bits(code);
  std::copy(bits.begin(), bits.end(), bits_[l].biases.begin() + static_cast<std::ptrdiff_t>(at * bits.size()));
}

void NetworkState::change_parameter(std::size_t l, int unit, const Part& part) {
  if (part.input == architecture_->layers[l].inputs)
    change_bias(l, unit, part.change);
  else
    change_weight(l, unit, part);
}

template <class Visit>
void NetworkState::visit_parts(std::size_t l, const Move& move, Visit&& visit) const {
  const int change = step(l, move);
  if (move.plane.kind == MoveKind::bias) return visit(Part{architecture_->layers[l].inputs, change});
  if (move.plane.kind == MoveKind::weight) return visit(Part{move.index, change});
  const InputPair& pair = data_->pairs()[static_cast<std::size_t>(move.index)];
  visit(Part{pair.a, change});
  visit(Part{pair.b, -change});
}

void NetworkState::apply(std::size_t l, const Move& move) {
  const bool is_hidden = !architecture_->layers[l].is_output();
  if (is_hidden) scratch_.z_before.assign(z(l, move.unit), z(l, move.unit) + stride_);
  visit_parts(l, move, [&](const Part& part) {
    change_parameter(l, move.unit, part);
    if (is_hidden)
      shift_z(l, move.unit, part);
    else
      shift_output(move.unit, part);
  });
  if (is_hidden) update_activations(l, move.unit, scratch_.z_before.data());
}

void NetworkState::move_parameters(std::size_t l, const Move& move) {
  visit_parts(l, move, [&](const Part& part) { change_parameter(l, move.unit, part); });
}

void NetworkState::add_to_output(int unit, std::span<const std::int16_t> changes) {
  for (std::size_t s = 0; s < changes.size(); ++s) z_out_[s * outputs_ + static_cast<std::size_t>(unit)] += changes[s];
}

NetworkState::UnitParameters NetworkState::parameters(std::size_t l, int unit) const {
  const auto from = values_[l].weights.begin() + static_cast<std::ptrdiff_t>(parameter(l, unit, 0));
  return {{from, from + architecture_->layers[l].inputs}, values_[l].biases[static_cast<std::size_t>(unit)]};
}

void NetworkState::follow(int unit, const UnitParameters& before) {
  scratch_.z_before.assign(z(0, unit), z(0, unit) + stride_);
  const UnitParameters now = parameters(0, unit);
  const int inputs = architecture_->layers.front().inputs;
  for (int i = 0; i < inputs; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (now.weights[at] != before.weights[at]) shift_z(0, unit, {i, now.weights[at] - before.weights[at]});
  }
  if (now.bias != before.bias) shift_z(0, unit, {inputs, now.bias - before.bias});
  update_activations(0, unit, scratch_.z_before.data());
}

}  // namespace isinglass::train
