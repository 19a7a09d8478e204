#pragma once

#include "train/anneal/move_columns.hpp"
#include "train/anneal/network_state.hpp"

#include <cstdint>
#include <vector>

namespace isinglass::train {

/// The moves of an output unit by columns (move_columns.hpp), with the changes that UnitPass evaluates by rows, for
/// losses that are hinges of shortfalls: a sample's is a ramp of its shortfall, which a move of an input changes by
/// -target step x.
class OutputColumns {
public:
  explicit OutputColumns(NetworkState& state) : state_(&state) {}

  /// Turns to another unit. False if the loss is no hinge, or shortfalls may be too large for the kernel.
  [[nodiscard]] bool begin(int unit);
  /// Exact change of the shard's loss by a move against the state as it is.
  [[nodiscard]] std::int64_t change(const MovePlane& plane, int index) const;
  /// Makes a move, of this unit's parameters alone until `end`.
  void apply(const MovePlane& plane, int index);
  /// Makes the outputs those of the moves since `begin`.
  void end();

private:
  [[nodiscard]] std::size_t layer() const { return state_->architecture().layers.size() - 1; }
  [[nodiscard]] std::int64_t largest_shortfall() const;
  void gather();
  [[nodiscard]] NetworkState::Move column_move(const MovePlane& plane, int index) const;

  NetworkState* state_;
  int unit_ = 0;
  bool is_moved_ = false;
  std::vector<std::uint32_t> samples_;   // all of them
  std::vector<std::int8_t> directions_;  // [sample], -target
  std::vector<std::int16_t> at_begin_;   // shortfalls, [sample]
  MoveColumns columns_;
};

}  // namespace isinglass::train
