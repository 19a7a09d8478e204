#pragma once

#include "config/choices.hpp"
#include "network/architecture.hpp"
#include "network/loss.hpp"
#include "train/anneal/flip_kernels.hpp"
#include "train/anneal/layer_sums.hpp"
#include "train/anneal/move_data.hpp"
#include "train/anneal/moves.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::train {

/// Everything a forward pass computes, kept for every sample of a shard so that one parameter flip costs only what it
/// changes. All integers; always consistent with `bits` (the state is a feasible point of the QCBO at any time).
class NetworkState {
public:
  /// `margin`: M of the loss, grid units of the output. With one output, its own loss is all there is. `set` must
  /// follow. `architecture` and `data` outlive this.
  NetworkState(const network::Architecture& architecture, const MoveData& data, int margin,
               config::MoveLoss loss = config::MoveLoss::own);
  /// Makes the state of a network.
  NetworkState(const network::Architecture& architecture, const MoveData& data, int margin,
               const network::NetworkBits& bits, config::MoveLoss loss = config::MoveLoss::own);

  /// Turns to another network. `first_z`: the first layer's z of all units, [unit][stride], where they are known.
  void set(const network::NetworkBits& bits, std::span<const std::int16_t> first_z = {});

  /// One move of one unit.
  struct Move {
    MovePlane plane;
    int unit = 0;
    int index = 0;  ///< weight: its input; swap: of the pair; bias: 0
  };

  /// A unit's parameters on the grid of z.
  struct UnitParameters {
    std::vector<std::int16_t> weights;  ///< [input]
    int bias = 0;
  };

  [[nodiscard]] const network::Architecture& architecture() const { return *architecture_; }
  [[nodiscard]] std::size_t samples() const { return samples_; }
  [[nodiscard]] std::size_t stride() const { return stride_; }
  [[nodiscard]] const network::NetworkBits& bits() const { return bits_; }
  [[nodiscard]] int margin() const { return margin_; }
  /// The loss by the shortfall, of losses other than the hinges; for these, which have kernels of their own, empty.
  [[nodiscard]] const network::LossTable& loss_table() const { return table_; }
  /// Do the outputs' changes sum squares of shortfalls?
  [[nodiscard]] bool sums_squares() const {
    return loss_ == config::MoveLoss::own && architecture_->loss == network::Loss::squared_hinge;
  }
  /// Moves of a plane: one an input, one a pair, or one.
  [[nodiscard]] int move_count(std::size_t layer, const MovePlane& plane) const;
  /// Change of z per unit of what moves (input, difference of a pair, constant 1); 0 if the move would leave the
  /// codebook.
  [[nodiscard]] int step(std::size_t layer, const Move& move) const;
  /// Largest |change of z| of a plane's moves on any sample of this shard.
  [[nodiscard]] int reach(std::size_t layer, const MovePlane& plane) const;
  /// Largest |input| of a layer on any sample of this shard.
  [[nodiscard]] int largest_input(std::size_t layer) const { return largest_input_[layer]; }
  /// Where the moves of a plane begin in row().
  [[nodiscard]] std::size_t row_offset(const MovePlane& plane) const {
    return plane.kind == MoveKind::swap ? data_->pairs_at() : 0;
  }
  [[nodiscard]] bool has_swaps(std::size_t layer) const { return layer == 0 && !data_->pairs().empty(); }
  /// Inputs of a layer for one sample, [row_length(layer)], padded with zeros; in the first layer the differences of
  /// the pairs follow.
  [[nodiscard]] const std::int8_t* row(std::size_t layer, std::size_t sample) const {
    return layer == 0 ? data_->row(sample) : inputs_[layer].data() + sample * row_length_[layer];
  }
  [[nodiscard]] std::size_t row_length(std::size_t layer) const { return row_length_[layer]; }
  /// z of the first layer, [unit][stride]; of a network without hidden layers nothing.
  [[nodiscard]] std::span<const std::int16_t> first_z() const {
    return z_.empty() ? std::span<const std::int16_t>() : std::span<const std::int16_t>(z_.front());
  }
  /// z of one unit, [stride].
  [[nodiscard]] const std::int16_t* z(std::size_t layer, int unit) const {
    return z_[layer].data() + static_cast<std::size_t>(unit) * stride_;
  }
  /// How far one output of a sample falls short of what its loss asks for, by the others as they are: margin - y_c z_c
  /// with the own loss; negative where it is past that.
  [[nodiscard]] FlipShortfall shortfall(int output, std::size_t sample) const;

  /// How much larger one sample's integer loss is if the activation of (layer, unit) is `high` instead of `low`: hinge
  /// sums the shortfalls, squared hinge their squares, others loss_table(). Propagates through the layers after
  /// `layer`.
  [[nodiscard]] std::int64_t loss_jump(std::size_t layer, int unit, std::size_t sample, int low, int high);
  /// loss_jump of all samples, from the lowest to the highest activation of a unit of the last hidden layer with one
  /// threshold, [sample].
  void loss_jumps(int unit, std::span<std::int32_t> jumps) const;
  /// Integer loss of the shard.
  [[nodiscard]] std::int64_t loss() const;
  /// How many samples of the shard are classified.
  [[nodiscard]] std::int64_t correct() const;

  /// Makes a move and propagates.
  void apply(std::size_t layer, const Move& move);
  /// Makes a move of a unit's parameters alone; `follow`, or `add_to_output`, must come before anything reads its z.
  void move_parameters(std::size_t layer, const Move& move);
  /// Makes the z of a first-layer unit that of its parameters, which were `before`, and propagates.
  void follow(int unit, const UnitParameters& before);
  /// Adds to the z of an output, [sample].
  void add_to_output(int unit, std::span<const std::int16_t> changes);

  [[nodiscard]] UnitParameters parameters(std::size_t layer, int unit) const;
  [[nodiscard]] const MoveData& data() const { return *data_; }

private:
  struct Scratch {
    std::vector<int> z;                  // of the layer being recomputed
    std::vector<int> changed, changes;   // units whose activation changed, and by how much
    std::vector<std::int16_t> z_before;  // of the unit that moves, [stride]
    std::vector<std::size_t> crossed;    // samples that the move took across a threshold
    std::vector<BlockSums> sums;         // of a forward pass, [unit]
  };

  /// A part of a move is a change of one parameter: the weight of an input, or the bias, behind the last input.
  struct Part {
    int input = 0, change = 0;
  };

  void set_values(const network::NetworkBits& bits);
  void forward_from(std::size_t first_layer);
  void send_to_outputs(int unit, std::size_t sample, int change);
  void forward_block(std::size_t layer, std::size_t first, std::size_t count);
  void set_activation(std::size_t layer, int unit, std::size_t sample, int value);
  [[nodiscard]] std::size_t parameter(std::size_t layer, int unit, int input) const;
  template <class Visit>
  void visit_parts(std::size_t layer, const Move& move, Visit&& visit) const;
  void change_parameter(std::size_t layer, int unit, const Part& part);
  void change_weight(std::size_t layer, int unit, const Part& part);
  void change_bias(std::size_t layer, int unit, int change);
  void shift_z(std::size_t layer, int unit, const Part& part);
  void shift_output(int unit, const Part& part);
  void update_activations(std::size_t layer, int unit, const std::int16_t* z_before);
  template <bool commit>
  std::int64_t propagate(std::size_t layer, int unit, std::size_t sample, int value);
  [[nodiscard]] std::int64_t output_jump(int unit, std::size_t sample, int low, int high) const;
  [[nodiscard]] std::int64_t sample_loss(std::span<const int> z, std::size_t sample) const;

  const network::Architecture* architecture_;
  const MoveData* data_;
  std::size_t samples_, stride_, outputs_;
  int margin_;
  config::MoveLoss loss_;
  network::LossTable table_;
  network::NetworkBits bits_;
  network::NetworkValues values_;
  std::vector<std::vector<std::int16_t>> outgoing_;  // [layer] weights of layer + 1 transposed: [input][unit]
  std::vector<std::size_t> row_length_;              // [layer]
  std::vector<int> largest_input_;                   // [layer] largest |input|
  std::vector<std::vector<std::int8_t>> inputs_;     // [layer][sample][row_length]; the first layer's are data_'s
  std::vector<std::vector<std::int16_t>> z_;         // hidden layers, [layer][unit][stride]
  std::vector<int> z_out_;                           // [sample][output]
  std::vector<std::int8_t> sign_;                    // [sample][output], wanted sign
  std::span<const std::uint8_t> labels_;             // [sample]
  Scratch scratch_;
};

}  // namespace isinglass::train
