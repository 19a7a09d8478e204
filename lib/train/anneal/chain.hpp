#pragma once

#include "train/anneal/unit_pass.hpp"
#include "train/input.hpp"

#include <cstdint>
#include <vector>

namespace isinglass::train {

/// FIP-consistent moves: move a parameter's value, propagate, accept (Metropolis) on the loss: the exact one, or its
/// mean over a uniform shift of the unit's z within a window, which prefers networks that do not hang on samples close
/// to a threshold. Every state is a feasible point. The proposals of a unit are evaluated together against the same
/// state and walked through in order; after an accepted one the rest is evaluated again, so the chain is the sequential
/// one. One chain over the parameter values of a network, its samples sharded over a group.
class Chain {
public:
  /// `output_margin` of the loss in units of a random network's output rms. `set` must follow. `input` and `data`
  /// outlive this.
  Chain(const TrainingInput& input, const MoveData& data, double output_margin, config::MoveLoss loss);

  /// Turns to another network. `first_z`: the first layer's z of all units, [unit][stride], where they are known.
  /// Collective over the group.
  void set(const network::NetworkBits& bits, std::span<const std::int16_t> first_z = {});
  /// Proposes every move once; `window` in units of each layer's pre-activation rms. False, in the middle of it, if a
  /// rank was asked to stop. Collective over the group.
  [[nodiscard]] bool sweep(int number, double temperature, double window);
  /// Loss of the group's samples that moves are judged by, in units of one output step.
  [[nodiscard]] double objective() const { return unit_ * static_cast<double>(loss_); }
  /// How many samples of the group are classified. Collective over the group.
  [[nodiscard]] std::int64_t correct() const { return input_.grid.group.all_sum(state_.correct()); }
  [[nodiscard]] const network::NetworkBits& bits() const { return state_.bits(); }
  [[nodiscard]] const NetworkState& state() const { return state_; }

private:
  /// Key of the random numbers of a unit's proposals.
  struct ProposalKey {
    std::uint32_t sweep = 0, layer_unit = 0, plane = 0;
  };
  void sweep_plane(const MovePlane& plane, const ProposalKey& key, double temperature);
  [[nodiscard]] int moves_ahead() const;
  [[nodiscard]] bool accept(int index, std::int64_t change, const ProposalKey& key, double temperature) const;

  const TrainingInput& input_;
  NetworkState state_;
  double unit_ = 1;        // energy per integer unit of loss
  std::int64_t loss_ = 0;  // of all shards
  UnitPass pass_{state_};
  int batch_;  // flips evaluated together
  std::vector<std::int64_t> changes_;
};

}  // namespace isinglass::train
