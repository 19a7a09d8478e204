#pragma once

#include "train/anneal/move_columns.hpp"
#include "train/anneal/network_state.hpp"

#include <cstdint>
#include <vector>

namespace isinglass::train {

/// The moves of a unit of the first layer by columns (move_columns.hpp), with the changes that UnitPass evaluates by
/// rows.
///
/// A sample's jump, the change of its loss when z crosses the threshold, stays the same while only this unit moves, and
/// is computed once a pass. Samples whose jump is 0, most of them once the network has learned, are no members of the
/// columns; the z and the activations of all samples follow once at the end.
class HiddenColumns {
public:
  explicit HiddenColumns(NetworkState& state) : state_(&state) {}

  /// Whether a network's first layer can be treated so: it has one threshold, and sends to the output alone.
  [[nodiscard]] static bool suits(const network::Architecture& architecture) {
    return architecture.layers.size() == 2 && architecture.layers.front().thresholds.size() == 1;
  }

  /// Turns to another unit; the window is that of UnitPass. False if the jumps are too large for the kernel.
  [[nodiscard]] bool begin(int unit, int window);
  /// Exact change of the shard's loss by a move, in the units of UnitPass, against the state as it is.
  [[nodiscard]] std::int64_t change(const MovePlane& plane, int index) const;
  /// Makes a move, of this unit's parameters alone until `end`.
  void apply(const MovePlane& plane, int index);
  /// Propagates what the moves since `begin` changed.
  void end();

private:
  [[nodiscard]] std::int64_t find_jumps();
  void gather();

  NetworkState* state_;
  int unit_ = 0;
  bool is_moved_ = false;
  NetworkState::UnitParameters before_;  // at `begin`
  std::vector<std::int32_t> jumps_;      // of all samples
  std::vector<std::uint32_t> members_;   // samples whose jump is not 0
  MoveColumns columns_;
};

}  // namespace isinglass::train
