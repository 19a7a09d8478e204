#pragma once

#include "data/samples.hpp"
#include "energy/kernels.hpp"
#include "network/architecture.hpp"
#include "network/loss.hpp"
#include "parallel/communicator.hpp"
#include "qcbo/fip.hpp"

#include <cstdint>
#include <span>
#include <vector>

/// The structured energy: weights and segment choices, with slack minimised out (DESIGN: the distance form)
///
///   E(W, k) = sum_l scale_l sum_{s,j} m_slj dist(z_slj, I_l[k_slj])^2  +  scale_out sum_{s,c} loss(z_out_sc)
///
/// with integer multipliers m, so that each inner sum is an exact integer. The output layer has the same form: its
/// interval is fixed by the label, [M, inf) or (-inf, -M], and its cost is dist (hinge) or dist^2 (squared hinge); for
/// the squared loss the interval is the point M or -M. The cost of any other loss is looked up.
namespace isinglass::energy {

/// Margins of the energy, relative to each layer's pre-activation rms.
struct Margins {
  double segment = 1.0;  ///< each interval is shrunk by this from its knots
  double output = 3.0;   ///< M of the loss
};

/// One layer of one shard: z of every unit and sample as distances to the interval it is asked to be in.
struct LayerState {
  const network::Layer* layer = nullptr;
  std::size_t samples = 0, stride = 0;  ///< samples held; row length of the arrays below, a multiple of sample_block
  std::vector<int> lo, hi;              ///< closed interval of each segment; output: [0] for label sign -1, [1] for +1
  std::vector<std::int16_t> above, below;  ///< [unit][stride], z - hi and lo - z
  std::vector<std::int16_t> multiplier;    ///< [unit][stride], 0 in the padding
  std::vector<std::uint8_t> segment;       ///< [unit][stride], index into lo and hi
  std::vector<std::int8_t> value;  ///< [unit][stride], activation of the chosen segment; empty for the output layer
  std::vector<std::uint8_t> first, last;  ///< [stride], reachable segments by FIP; empty for the output layer
  network::LayerBits bits;
  bool linear = false;       ///< cost is dist instead of dist^2
  network::LossTable table;  ///< output layer: the cost by the shortfall, where it is no distance; else empty
  double scale = 1;          ///< energy per integer unit
  KernelRange range;         ///< largest_multiplier and largest_distance of this layer, largest |input|

  [[nodiscard]] std::size_t at(int unit, std::size_t sample = 0) const {
    return static_cast<std::size_t>(unit) * stride + sample;
  }
  [[nodiscard]] int z(std::size_t index) const { return above[index] + hi[segment[index]]; }
  [[nodiscard]] int distance(std::size_t index) const;
  /// Integer cost of one sample, multiplier included.
  [[nodiscard]] std::int64_t cost(std::size_t index) const;
  /// Integer cost of one sample if z moved by `shift`.
  [[nodiscard]] std::int64_t cost_after(std::size_t index, int shift) const;
  /// Moves z and keeps the segment.
  void shift_z(std::size_t index, int shift);
  /// Keeps z and asks for segment k.
  void choose(std::size_t index, std::uint8_t k);
  [[nodiscard]] UnitView view(int unit) const;
  [[nodiscard]] LossView loss_view(int unit, std::size_t sample = 0) const;
};

/// The state that the oracle moves, for this rank's samples.
struct StructuredState {
  const network::Architecture* architecture = nullptr;
  std::vector<std::int8_t> inputs;  ///< [feature][stride]
  std::vector<std::int8_t> ones;    ///< [stride], the constant input of biases
  std::vector<LayerState> layers;
  std::size_t first_sample = 0;  ///< global index of sample 0

  /// Column `input` of layer l's inputs, [stride]; input == layer.inputs is the bias column.
  [[nodiscard]] const std::int8_t* column(std::size_t l, int input) const;
  [[nodiscard]] network::NetworkBits bits() const;
};

/// Weights that the units of a layer give to one of its inputs, [unit].
[[nodiscard]] std::vector<std::int16_t> weights_of_input(const LayerState& layer, int input);

/// Builds the state for one shard; InputError if FIP shows that z may leave the 16-bit grid. Collective over `group`.
[[nodiscard]] StructuredState make_state(const network::Architecture& architecture, const data::Samples& samples,
                                         std::span<const qcbo::LayerReach> reach, const Margins& margins,
                                         const parallel::Communicator& group);

/// Sets the parameter bits, every z, and each segment to the forward pass. `first_z`: the first layer's z of all units,
/// [unit][stride], where they are known.
void set_forward(StructuredState& state, const network::NetworkBits& bits, std::span<const std::int16_t> first_z = {});

/// Sets the segments, and every z behind the first layer, to the forward pass of the parameter bits as they are. The
/// first layer's z follow from the bits alone: moves have kept them.
void complete_forward(StructuredState& state);

/// z of all units of a layer, [unit][stride].
[[nodiscard]] std::vector<std::int16_t> layer_z(const LayerState& layer);

/// How many samples the network classifies, of the whole group; after set_forward or complete_forward. Collective.
[[nodiscard]] std::int64_t count_correct(const StructuredState& state, const data::Samples& samples,
                                         const parallel::Communicator& group);

/// Sum over the shard of each layer's integer cost: hidden layers m dist^2, output loss. [layer]
[[nodiscard]] std::vector<std::int64_t> layer_costs(const StructuredState& state);

/// Energy of the whole group. Collective.
[[nodiscard]] double total_energy(const StructuredState& state, const parallel::Communicator& group);

/// Loss term alone, of the whole group; after set_forward the exact objective of the network. Collective.
[[nodiscard]] double output_loss(const StructuredState& state, const parallel::Communicator& group);

}  // namespace isinglass::energy
