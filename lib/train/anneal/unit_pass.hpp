#pragma once

#include "train/anneal/flip_kernels.hpp"
#include "train/anneal/hidden_columns.hpp"
#include "train/anneal/network_state.hpp"
#include "train/anneal/output_columns.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace isinglass::train {

/// The proposals of one unit. While only this unit moves, what crossing a threshold does to a sample's loss does not
/// change, so each such jump is computed once and kept for the whole pass.
class UnitPass {
public:
  explicit UnitPass(NetworkState& state) : state_(&state), hidden_(state), output_(state) {}

  /// Turns to another unit; forgets the jumps. With a window (grid units of z) the loss that `evaluate` sees is the
  /// mean over a uniform shift of this unit's z in [-window, window]; with 0 it is the exact loss.
  /// `by_columns`: by HiddenColumns or OutputColumns if they take the unit, with the same changes.
  void begin(std::size_t layer, int unit, int window, bool by_columns = false);
  /// Value of one unit of the changes: 1, or 1 / (2 window) for a hidden layer's with a window.
  [[nodiscard]] double change_unit() const { return layer().is_output() || window_ == 0 ? 1.0 : 0.5 / window_; }
  /// Exact change of the shard's integer loss for the plane's moves first .. first + changes.size() - 1, each alone,
  /// against the state as it is.
  void evaluate(const MovePlane& plane, int first, std::span<std::int64_t> changes);
  /// Makes one move.
  void apply(const MovePlane& plane, int index);
  /// Ends the pass over a unit: only now is the state that of its moves.
  void end();
  /// Whether the pass is one by columns, whose evaluations cost the same each.
  [[nodiscard]] bool is_by_columns() const { return is_by_columns_; }

private:
  [[nodiscard]] const network::Layer& layer() const { return state_->architecture().layers[layer_]; }
  [[nodiscard]] bool begin_columns();
  [[nodiscard]] std::int64_t column_change(const MovePlane& plane, int index) const;
  void find_events(const MovePlane& plane);
  void set_steps(const MovePlane& plane, int first, std::size_t count);
  void hidden_changes(const MovePlane& plane, int first, std::span<std::int64_t> changes);
  void output_changes(const MovePlane& plane, int first, std::span<std::int64_t> changes);

  NetworkState* state_;
  HiddenColumns hidden_;
  OutputColumns output_;
  bool is_by_columns_ = false;
  std::size_t layer_ = 0;
  int unit_ = 0, window_ = 0;
  // At the last evaluation of a hidden layer's moves; the next one of the same plane finds the same, if no move was
  // made:
  std::optional<MovePlane> found_for_;  // whose events these are; nothing: they are to be found
  std::int64_t now_ = 0;                // what the sums count without a move
  std::vector<FlipEvent> events_;       // what the sums are over
  std::vector<FlipShortfall> shortfalls_;
  std::vector<std::int64_t> jumps_;  // [threshold][sample]
  std::vector<std::size_t> near_;    // work space of find_events
  std::vector<std::int16_t> steps_;
  std::vector<std::int64_t> sums_;
};

}  // namespace isinglass::train
