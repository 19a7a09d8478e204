#pragma once

#include "simd/simd.hpp"
#include "train/anneal/network_state.hpp"

#include <cstddef>
#include <cstdint>

namespace isinglass::train {

/// The moves of one unit, judged by columns. The loss is a sum of ramps over members (samples), weight times
/// clamp(z + shift, 0, top), and a move of an input adds its step times the members' values of that input to z. A move
/// reads the column of its input, one member after another in memory, so that its cost does not depend on what was
/// accepted before it.
class MoveColumns {
public:
  /// Makes room for members and their inputs; z and weights are 0.
  void resize(std::size_t members, std::size_t inputs);
  /// Ramps from here on: clamp(z + shift, 0, top). `largest_weight`: of a member, magnitude. False if a sum of theirs
  /// does not fit the kernel.
  [[nodiscard]] bool set_ramps(int shift, int top, std::int64_t largest_weight);
  /// Takes up z and weights as they are now.
  void start() { now_ = sum(nullptr, nullptr, 0); }

  [[nodiscard]] std::int16_t* z() { return z_.data(); }              ///< [stride]
  [[nodiscard]] std::int16_t* weights() { return weights_.data(); }  ///< [stride], to stay 0 behind the last member
  [[nodiscard]] std::size_t stride() const { return stride_; }
  /// Values of an input, [stride]; room for inputs rounded up to 32.
  [[nodiscard]] std::int8_t* column(int input) { return columns_.data() + static_cast<std::size_t>(input) * stride_; }

  /// Change of the sum by a move that takes `step`; `pairs` are those of the swaps.
  [[nodiscard]] std::int64_t change(const MovePlane& plane, int index, int step,
                                    std::span<const InputPair> pairs) const;
  /// Makes a move.
  void apply(const MovePlane& plane, int index, int step, std::span<const InputPair> pairs);

private:
  [[nodiscard]] const std::int8_t* values(int input) const {
    return columns_.data() + static_cast<std::size_t>(input) * stride_;
  }
  [[nodiscard]] std::int64_t sum(const std::int8_t* x, const std::int8_t* minus, int step) const;

  std::size_t stride_ = 0;
  int shift_ = 0, top_ = 1;
  std::size_t per_flush_ = 1;  // see ColumnView
  std::int64_t now_ = 0;       // the sum without a move
  simd::AlignedVector<std::int16_t> weights_, z_;
  simd::AlignedVector<std::int8_t> columns_;  // [input][stride]
};

}  // namespace isinglass::train
