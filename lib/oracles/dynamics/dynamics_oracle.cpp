#include "oracles/dynamics/dynamics_oracle.hpp"

#include "oracles/annealing/sweeps.hpp"
#include "oracles/dynamics/layer_amplitudes.hpp"
#include "products/products.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace isinglass::oracles {

namespace {

/// Amplitude of spins in the state from which a call starts.
constexpr float start_amplitude = 0.5F;

/// The whole problem in motion.
class Motion {
public:
  Motion(energy::StructuredState& state, const config::MachineConfig& machine, const OracleCall& call,
         const parallel::Communicator& group);
  void step(const StepRule& rule);
  [[nodiscard]] network::NetworkBits bits() const;

private:
  [[nodiscard]] LayerInputs inputs_of(std::size_t l) const;
  void evaluate();
  [[nodiscard]] Eigen::VectorXd input_squares(const energy::LayerState& layer, const LayerInputs& inputs) const;

  energy::StructuredState& state_;
  const parallel::Communicator& group_;
  std::vector<LayerAmplitudes> amplitudes_;
  std::vector<LayerFields> fields_;
  std::vector<LayerInputs> inputs_;
  Eigen::VectorXd first_squares_;
};

LayerInputs Motion::inputs_of(std::size_t l) const {
  const energy::LayerState& layer = state_.layers[l];
  const auto stride = static_cast<Eigen::Index>(layer.stride);
  LayerInputs inputs{MatrixView<const std::int8_t>(state_.column(l, 0), layer.layer->inputs, stride).cast<float>()};
  const auto largest_of = [](const auto& values) {
    return std::max(1.0, values.template cast<double>().template lpNorm<Eigen::Infinity>());
  };
  inputs.largest =
      l == 0 ? group_.all_max(largest_of(inputs.values)) : largest_of(vector_view(state_.layers[l - 1].layer->values));
  return inputs;
}

Motion::Motion(energy::StructuredState& state, const config::MachineConfig& machine, const OracleCall& call,
               const parallel::Communicator& group)
    : state_(state), group_(group), fields_(state.layers.size()), inputs_(state.layers.size()) {
  for (const energy::LayerState& layer : state.layers) amplitudes_.emplace_back(layer, machine, start_amplitude);
  for (std::uint32_t l = 0; l < amplitudes_.size(); ++l)
    amplitudes_[l].disturb(*state.layers[l].layer, call.seed, call.number, l);
  inputs_[0] = inputs_of(0);
  first_squares_ = input_squares(state.layers[0], inputs_[0]);
}

/// Mean square of each input over all samples.
Eigen::VectorXd Motion::input_squares(const energy::LayerState& layer, const LayerInputs& inputs) const {
  const auto width = static_cast<std::size_t>(layer.layer->inputs);
  std::vector<std::int64_t> sums(width + 1);
  auto squares = vector_view(std::span(sums).first(width));
  squares = inputs.values.leftCols(static_cast<Eigen::Index>(layer.samples))
                .cast<double>()
                .rowwise()
                .squaredNorm()
                .cast<std::int64_t>();
  sums[width] = static_cast<std::int64_t>(layer.samples);
  group_.all_sum(sums);
  return squares.cast<double>() / static_cast<double>(std::max<std::int64_t>(1, sums[width]));
}

/// Everything that the forces need, at the amplitudes as they are.
void Motion::evaluate() {
  const std::size_t layers = state_.layers.size();
  for (std::size_t l = 0; l < layers; ++l) {
    energy::LayerState& layer = state_.layers[l];
    if (l + 1 < layers) amplitudes_[l].set_segments(layer);
    if (l > 0) inputs_[l] = inputs_of(l);
    amplitudes_[l].set_parameters(fields_[l], layer);
    set_z(fields_[l], inputs_[l]);
    set_slopes(fields_[l], layer, inputs_[l], group_);
    if (l > 0) set_back(fields_[l - 1], fields_[l]);
  }
}

void Motion::step(const StepRule& rule) {
  evaluate();
  for (std::size_t l = 0; l < state_.layers.size(); ++l) {
    const energy::LayerState& layer = state_.layers[l];
    amplitudes_[l].advance_parameters(layer, parameter_gradient(fields_[l], inputs_[l], group_), fields_[l],
                                      l == 0 ? first_squares_ : input_squares(layer, inputs_[l]), rule);
    if (!layer.layer->is_output()) amplitudes_[l].advance_segments(layer, fields_[l], rule, group_);
  }
}

network::NetworkBits Motion::bits() const {
  network::NetworkBits bits;
  for (std::size_t l = 0; l < amplitudes_.size(); ++l) bits.push_back(amplitudes_[l].bits(*state_.layers[l].layer));
  return bits;
}

}  // namespace

DynamicsOracle::DynamicsOracle(const config::MachineConfig& machine, const parallel::Communicator& group)
    : machine_(machine), group_(group) {
  products::prepare_products();
}

bool DynamicsOracle::answer(energy::StructuredState& state, const OracleCall& call, const StopAsked& stop_is_asked) {
  energy::StructuredState scratch = state;  // energies on the way
  Motion motion(state, machine_, call, group_);
  network::NetworkBits best = state.bits();
  double least = std::numeric_limits<double>::infinity();
  for (int step = 0; step < machine_.whole.sweeps; ++step) {
    if (group_.any(stop_is_asked())) return false;
    motion.step(step_rule(machine_, step, machine_.whole.sweeps));
    if ((step + 1) % machine_.whole.sample_interval != 0 && step + 1 != machine_.whole.sweeps) continue;
    const network::NetworkBits now = motion.bits();
    energy::set_forward(scratch, now);
    descend_segments(scratch, call.seed);
    const double energy = energy::total_energy(scratch, group_);
    if (energy >= least) continue;
    least = energy;
    best = now;
  }
  energy::set_forward(state, best);
  return true;
}

}  // namespace isinglass::oracles
