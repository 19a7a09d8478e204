#pragma once

#include "base/matrix.hpp"
#include "energy/state.hpp"
#include "parallel/communicator.hpp"

#include <cstdint>
#include <span>
#include <vector>

/// Share of one unit in the structured energy as a function of its z, everything else fixed, with its own
/// segment choices minimised out:
///
///   f_s(z) = min_k  scale m_s dist(z, I_k)^2 + next_s(k)
///
/// next_s(k): the change of the next layer's cost when the unit's value becomes that of segment k. For an output, f_s
/// is its loss. How much f_s differs between segments is how much the loss of sample s depends on this unit.
namespace isinglass::oracles {

/// Change of the energy in exact integers of this shard: `own` in units of the unit's layer, `next` of the one after
/// it.
struct EnergyChange {
  std::int64_t own = 0, next = 0;
};

class UnitCost {
public:
  UnitCost(energy::StructuredState& state, std::size_t layer, int unit);

  [[nodiscard]] std::size_t samples() const { return here().samples; }
  /// z of every sample as it is, [samples].
  [[nodiscard]] std::span<const std::int32_t> z() const { return z_; }
  /// f_s(z) of every sample, relative to next_s(segment as it is) = 0; [samples].
  [[nodiscard]] std::vector<double> costs(std::span<const std::int32_t> z) const;
  /// Energy with z and the best segments for it, minus the energy as it is.
  [[nodiscard]] EnergyChange change(std::span<const std::int32_t> z) const;
  /// Returns the energy change of all ranks as a number. Collective.
  [[nodiscard]] double energy_change(std::span<const std::int32_t> z, const parallel::Communicator& group) const;
  /// Makes z and the best segments for it the state's; the parameter bits are the caller's.
  void apply(std::span<const std::int32_t> z);

private:
  [[nodiscard]] energy::LayerState& here() const { return state_->layers[layer_]; }
  [[nodiscard]] std::uint8_t best_segment(std::size_t sample, int z) const;
  [[nodiscard]] std::int64_t own(std::size_t sample, int z, std::size_t k) const;
  [[nodiscard]] double cost(std::size_t sample, int z, std::size_t k) const;
  void set_next();

  energy::StructuredState* state_;
  std::size_t layer_;
  int unit_;
  double next_scale_ = 0;         // energy per unit of next_
  std::vector<std::int32_t> z_;   // as it is
  RowMatrix<std::int64_t> next_;  // [segment][sample], in integer units of the next layer; empty for an output
};

}  // namespace isinglass::oracles
