#include "train/anneal/network_state.hpp"

#include "energy/kernels.hpp"
#include "network/forward.hpp"
#include "train/anneal/lead_loss.hpp"

#include <algorithm>
#include <cstdlib>

namespace isinglass::train {

namespace {

/// Weights of one layer as [input][unit]: what one activation sends to the next layer, contiguous.
std::vector<std::int16_t> transposed(const network::Layer& layer, const network::LayerValues& values) {
  const auto inputs = static_cast<std::size_t>(layer.inputs), units = static_cast<std::size_t>(layer.units);
  std::vector<std::int16_t> result(values.weights.size());
  for (std::size_t j = 0; j < units; ++j)
    for (std::size_t i = 0; i < inputs; ++i) result[i * units + j] = values.weights[j * inputs + i];
  return result;
}

}  // namespace

NetworkState::NetworkState(const network::Architecture& architecture, const MoveData& data, int margin,
                           config::MoveLoss loss)
    : architecture_(&architecture),
      data_(&data),
      samples_(data.samples().size()),
      stride_(energy::padded(samples_)),
      outputs_(static_cast<std::size_t>(architecture.outputs())),
      margin_(margin),
      loss_(outputs_ > 1 ? loss : config::MoveLoss::own),
      z_out_(samples_ * outputs_),
      labels_(data.samples().labels) {
  for (std::size_t l = 0; l < architecture.layers.size(); ++l) {
    const network::Layer& layer = architecture.layers[l];
    row_length_.push_back(l == 0 ? data.row_length() : whole_vectors(static_cast<std::size_t>(layer.inputs)));
    inputs_.emplace_back(l == 0 ? 0 : row_length_.back() * samples_);
    largest_input_.push_back(
        network::largest_magnitude(l == 0 ? data.samples().inputs : architecture.layers[l - 1].values));
    if (!layer.is_output()) z_.emplace_back(static_cast<std::size_t>(layer.units) * stride_);
  }
  if (loss_ == config::MoveLoss::own && architecture.loss != network::Loss::hinge &&
      architecture.loss != network::Loss::squared_hinge)
    table_ = network::make_loss_table(architecture, margin);
  for (std::size_t s = 0; s < samples_; ++s)
    for (int c = 0; c < architecture.outputs(); ++c)
      sign_.push_back(static_cast<std::int8_t>(network::target_sign(architecture.outputs(), c, labels_[s])));
}

NetworkState::NetworkState(const network::Architecture& architecture, const MoveData& data, int margin,
                           const network::NetworkBits& bits, config::MoveLoss loss)
    : NetworkState(architecture, data, margin, loss) {
  set(bits);
}

void NetworkState::set_values(const network::NetworkBits& bits) {
  bits_ = bits;
  values_ = network::decode(*architecture_, bits);
  outgoing_.clear();
  for (std::size_t l = 0; l < values_.size(); ++l)
    outgoing_.push_back(transposed(architecture_->layers[l], values_[l]));
}

void NetworkState::set(const network::NetworkBits& bits, std::span<const std::int16_t> first_z) {
  set_values(bits);
  if (z_.empty() || first_z.empty()) return forward_from(0);
  std::copy(first_z.begin(), first_z.end(), z_[0].begin());
  const network::Layer& layer = architecture_->layers[0];
  for (int j = 0; j < layer.units; ++j)
    for (std::size_t s = 0; s < samples_; ++s)
      set_activation(0, j, s,
                     layer.values[static_cast<std::size_t>(network::segment_of(layer.thresholds, z(0, j)[s]))]);
  forward_from(1);
}

/// The forward pass from the inputs of a layer on. The padding of z is that of inputs 0.
void NetworkState::forward_from(std::size_t first_layer) {
  for (std::size_t l = first_layer; l < z_.size(); ++l)
    for (std::size_t j = 0; j < values_[l].biases.size(); ++j)
      std::fill_n(z_[l].begin() + static_cast<std::ptrdiff_t>(j * stride_), stride_,
                  static_cast<std::int16_t>(values_[l].biases[j]));
  for (std::size_t first = 0; first < samples_; first += block_samples)
    for (std::size_t l = first_layer; l < architecture_->layers.size(); ++l)
      forward_block(l, first, std::min(block_samples, samples_ - first));
}

/// One layer for samples first .. first + count - 1, from its inputs.
void NetworkState::forward_block(std::size_t l, std::size_t first, std::size_t count) {
  const network::Layer& layer = architecture_->layers[l];
  std::vector<BlockSums>& sums = scratch_.sums;
  sums.resize(values_[l].biases.size());
  layer_sums({row(l, first), row_length_[l], count, values_[l].weights.data(), static_cast<std::size_t>(layer.inputs)},
             sums);
  for (std::size_t unit = 0; unit < sums.size(); ++unit)
    for (std::size_t k = 0; k < count; ++k) {
      const int z = sums[unit][k] + values_[l].biases[unit];
      const std::size_t s = first + k;
      if (layer.is_output()) {
        z_out_[s * outputs_ + unit] = z;
        continue;
      }
      z_[l][unit * stride_ + s] = static_cast<std::int16_t>(z);
      set_activation(l, static_cast<int>(unit), s,
                     layer.values[static_cast<std::size_t>(network::segment_of(layer.thresholds, z))]);
    }
}

void NetworkState::set_activation(std::size_t layer, int unit, std::size_t sample, int value) {
  inputs_[layer + 1][sample * row_length_[layer + 1] + static_cast<std::size_t>(unit)] =
      static_cast<std::int8_t>(value);
}

namespace {

/// Change of `value` by a move of `plane`; 0 if that would leave the codebook.
int step_from(int value, const MovePlane& plane, const network::Codebook& codebook) {
  const int direction = plane.direction != 0 ? plane.direction : value < 0 ? 1 : -1;
  return std::abs(value + direction * plane.size) <= codebook.largest() ? direction * plane.size : 0;
}

}  // namespace

std::size_t NetworkState::parameter(std::size_t l, int unit, int input) const {
  return static_cast<std::size_t>(unit) * static_cast<std::size_t>(architecture_->layers[l].inputs) +
         static_cast<std::size_t>(input);
}

int NetworkState::move_count(std::size_t l, const MovePlane& plane) const {
  if (plane.kind == MoveKind::bias) return 1;
  return plane.kind == MoveKind::swap ? static_cast<int>(data_->pairs().size()) : architecture_->layers[l].inputs;
}

int NetworkState::reach(std::size_t l, const MovePlane& plane) const {
  if (plane.kind == MoveKind::bias) return plane.size * architecture_->layers[l].bias_unit;
  return plane.size * (plane.kind == MoveKind::swap ? data_->largest_difference() : largest_input_[l]);
}

int NetworkState::step(std::size_t l, const Move& move) const {
  const network::Layer& layer = architecture_->layers[l];
  const auto weight = [&](int input, const MovePlane& plane) {
    return step_from(values_[l].weights[parameter(l, move.unit, input)], plane, layer.weights);
  };
  if (move.plane.kind == MoveKind::weight) return weight(move.index, move.plane);
  if (move.plane.kind == MoveKind::bias) {
    const int bias = values_[l].biases[static_cast<std::size_t>(move.unit)] / layer.bias_unit;
    return step_from(bias, move.plane, layer.bias) * layer.bias_unit;
  }
  const InputPair& pair = data_->pairs()[static_cast<std::size_t>(move.index)];
  const int a = weight(pair.a, move.plane),
            b = weight(pair.b, {MoveKind::swap, move.plane.size, -move.plane.direction});
  return a == -b ? a : 0;
}

FlipShortfall NetworkState::shortfall(int output, std::size_t sample) const {
  const auto c = static_cast<std::size_t>(output);
  const std::span<const int> z(z_out_.data() + sample * outputs_, outputs_);
  FlipShortfall shortfall{0, margin_ - sign_[sample * outputs_ + c] * z[c], sign_[sample * outputs_ + c]};
  if (loss_ == config::MoveLoss::lead) shortfall = lead_shortfall(z, c, labels_[sample], margin_);
  shortfall.sample = sample;
  return shortfall;
}

std::int64_t NetworkState::sample_loss(std::span<const int> z, std::size_t sample) const {
  if (loss_ == config::MoveLoss::lead) return lead_loss(z, labels_[sample], margin_);
  if (!table_.empty()) return looked_up_loss(z, std::span(sign_).subspan(sample * outputs_, outputs_), margin_, table_);
  std::int64_t sum = 0;
  const bool squared = architecture_->loss == network::Loss::squared_hinge;
  for (std::size_t c = 0; c < outputs_; ++c) {
    const std::int64_t shortfall = std::max(0, margin_ - sign_[sample * outputs_ + c] * z[c]);
    sum += squared ? shortfall * shortfall : shortfall;
  }
  return sum;
}

std::int64_t NetworkState::loss() const {
  std::int64_t sum = 0;
  for (std::size_t s = 0; s < samples_; ++s) sum += sample_loss(std::span(z_out_).subspan(s * outputs_, outputs_), s);
  return sum;
}

std::int64_t NetworkState::correct() const {
  std::int64_t count = 0;
  for (std::size_t s = 0; s < samples_; ++s)
    count += network::predicted_class(std::span(z_out_).subspan(s * outputs_, outputs_)) == labels_[s] ? 1 : 0;
  return count;
}

/// Propagates the change of one activation, layer by layer; with `commit` the new values are kept.
template <bool commit>
std::int64_t NetworkState::propagate(std::size_t l, int unit, std::size_t sample, int value) {
  std::vector<int>&z = scratch_.z, &changed = scratch_.changed, &changes = scratch_.changes;
  changed.assign(1, unit);
  changes.assign(1, value - row(l + 1, sample)[unit]);
  if (commit) set_activation(l, unit, sample, value);
  for (std::size_t next = l + 1;; ++next) {
    const network::Layer& layer = architecture_->layers[next];
    const auto units = static_cast<std::size_t>(layer.units);
    z.resize(units);
    for (std::size_t j = 0; j < units; ++j)
      z[j] = layer.is_output() ? z_out_[sample * outputs_ + j] : z_[next][j * stride_ + sample];
    for (std::size_t i = 0; i < changed.size(); ++i) {
      const std::int16_t* weights = outgoing_[next].data() + static_cast<std::size_t>(changed[i]) * units;
      for (std::size_t j = 0; j < units; ++j) z[j] += weights[j] * changes[i];
    }
    if (layer.is_output()) break;
    changed.clear();
    changes.clear();
    for (std::size_t j = 0; j < units; ++j) {
      const int was = row(next + 1, sample)[j],
                is = layer.values[static_cast<std::size_t>(network::segment_of(layer.thresholds, z[j]))];
      if (commit) z_[next][j * stride_ + sample] = static_cast<std::int16_t>(z[j]);
      if (was == is) continue;
      changed.push_back(static_cast<int>(j));
      changes.push_back(is - was);
      if (commit) set_activation(next, static_cast<int>(j), sample, is);
    }
    if (changed.empty()) {  // nothing reaches the output
      z.assign(z_out_.begin() + static_cast<std::ptrdiff_t>(sample * outputs_),
               z_out_.begin() + static_cast<std::ptrdiff_t>((sample + 1) * outputs_));
      break;
    }
  }
  if (!commit) return sample_loss(z, sample);
  std::copy(z.begin(), z.end(), z_out_.begin() + static_cast<std::ptrdiff_t>(sample * outputs_));
  return 0;
}

/// loss_jump for the last hidden layer, whose activations reach the outputs directly: by far the most frequent case.
std::int64_t NetworkState::output_jump(int unit, std::size_t sample, int low, int high) const {
  const std::size_t last = architecture_->layers.size() - 1;
  const std::int16_t* weights = outgoing_[last].data() + static_cast<std::size_t>(unit) * outputs_;
  const network::Layer& layer = architecture_->layers[last - 1];
  // From z, since row(last, sample) is not in the cache.
  const int now =
      layer.values[static_cast<std::size_t>(network::segment_of(layer.thresholds, z(last - 1, unit)[sample]))];
  const OutputMove move{{z_out_.data() + sample * outputs_, outputs_}, {weights, outputs_}, low - now, high - now};
  if (loss_ == config::MoveLoss::lead) return lead_jump(move, labels_[sample], margin_);
  if (!table_.empty())
    return looked_up_jump(move, std::span(sign_).subspan(sample * outputs_, outputs_), margin_, table_);
  const bool squared = architecture_->loss == network::Loss::squared_hinge;
  std::int64_t sum = 0;
  for (std::size_t c = 0, at = sample * outputs_; c < outputs_; ++c, ++at) {
    const int shortfall = margin_ - sign_[at] * z_out_[at], weight = sign_[at] * weights[c];
    const std::int64_t if_high = std::max(0, shortfall - weight * (high - now)),
                       if_low = std::max(0, shortfall - weight * (low - now));
    sum += squared ? if_high * if_high - if_low * if_low : if_high - if_low;
  }
  return sum;
}

void NetworkState::loss_jumps(int unit, std::span<std::int32_t> jumps) const {
  const std::size_t last = architecture_->layers.size() - 1;
  const network::Layer& layer = architecture_->layers[last - 1];
  const int low = layer.values.front(), high = layer.values.back();
  if (loss_ != config::MoveLoss::lead) {
    for (std::size_t s = 0; s < samples_; ++s)
      jumps[s] =
          static_cast<std::int32_t>(std::clamp<std::int64_t>(output_jump(unit, s, low, high), INT32_MIN, INT32_MAX));
    return;
  }
  const std::span<const std::int16_t> weights(outgoing_[last].data() + static_cast<std::size_t>(unit) * outputs_,
                                              outputs_);
  lead_jumps({z_out_.data(), z(last - 1, unit), labels_.data(), weights, samples_, layer.thresholds.front(), low, high,
              margin_},
             jumps.data());
}

std::int64_t NetworkState::loss_jump(std::size_t layer, int unit, std::size_t sample, int low, int high) {
  if (layer + 2 == architecture_->layers.size()) return output_jump(unit, sample, low, high);
  return propagate<false>(layer, unit, sample, high) - propagate<false>(layer, unit, sample, low);
}

/// `propagate` for the last hidden layer, whose activations reach the outputs directly: by far the most frequent case.
void NetworkState::send_to_outputs(int unit, std::size_t sample, int change) {
  const std::int16_t* weights = outgoing_.back().data() + static_cast<std::size_t>(unit) * outputs_;
  int* outputs = z_out_.data() + sample * outputs_;
  for (std::size_t c = 0; c < outputs_; ++c) outputs[c] += weights[c] * change;
}

/// Everything that follows from the samples whose segment changed.
void NetworkState::update_activations(std::size_t l, int unit, const std::int16_t* z_before) {
  const network::Layer& layer = architecture_->layers[l];
  const std::int16_t* z_now = z(l, unit);
  find_crossed(z_before, z_now, samples_, layer.thresholds, scratch_.crossed);
  for (const std::size_t s : scratch_.crossed) {
    const int value = layer.values[static_cast<std::size_t>(network::segment_of(layer.thresholds, z_now[s]))];
    const int change = value - row(l + 1, s)[unit];
    if (change == 0) continue;
    if (l + 2 < architecture_->layers.size()) {
      propagate<true>(l, unit, s, value);
    } else {
      set_activation(l, unit, s, value);
      send_to_outputs(unit, s, change);
    }
  }
}

}  // namespace isinglass::train
