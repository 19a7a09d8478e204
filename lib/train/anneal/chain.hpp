#pragma once

#include "train/anneal/unit_pass.hpp"
#include "train/train.hpp"

#include <cstdint>
#include <vector>

namespace isinglass {

/// One Metropolis chain over the parameter bits of a network, its samples sharded over a group.
class Chain {
public:
  /// `output_margin` of the loss in units of a random network's output rms.
  Chain(const TrainingInput& input, const NetworkBits& start, double output_margin, std::span<const InputPair> pairs,
        MoveLoss loss);

  /// Proposes every move once; `window` in units of each layer's pre-activation rms. False, in the middle of it, if a rank was
  /// asked to stop. Collective over the group.
  [[nodiscard]] bool sweep(int number, double temperature, double window);
  /// Loss of the group's samples that moves are judged by, in units of one output step.
  [[nodiscard]] double objective() const { return unit_ * static_cast<double>(loss_); }
  [[nodiscard]] const NetworkBits& bits() const { return state_.bits(); }

private:
  /// What the random numbers of a unit's proposals are keyed by.
  struct ProposalKey {
    std::uint32_t sweep = 0, layer_unit = 0, plane = 0;
  };
  void sweep_plane(const MovePlane& plane, const ProposalKey& key, double temperature);
  [[nodiscard]] bool accept(int index, std::int64_t change, const ProposalKey& key, double temperature) const;

  const TrainingInput& input_;
  NetworkState state_;
  double unit_ = 1;        // energy per integer unit of loss
  std::int64_t loss_ = 0;  // of all shards
  UnitPass pass_{state_};
  int batch_;  // flips evaluated together
  std::vector<std::int64_t> changes_;
};

}  // namespace isinglass
