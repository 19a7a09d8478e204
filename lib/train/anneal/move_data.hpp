#pragma once

#include "data/samples.hpp"
#include "simd/simd.hpp"
#include "train/anneal/moves.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::train {

/// A shard of the training samples as the moves of the first layer read them: by sample, with the differences of the
/// swaps' pairs, and by feature. Made once per training.
class MoveData {
public:
  /// `pairs`: of similar_inputs, for the swaps; may be empty. `samples` outlives this.
  explicit MoveData(const data::Samples& samples, std::vector<InputPair> pairs = {});

  [[nodiscard]] const data::Samples& samples() const { return *samples_; }
  [[nodiscard]] std::span<const InputPair> pairs() const { return pairs_; }
  /// Where the differences of the pairs begin in a row.
  [[nodiscard]] std::size_t pairs_at() const { return pairs_at_; }
  [[nodiscard]] std::size_t row_length() const { return row_length_; }
  /// Inputs of a sample, then x_a - x_b of each pair; padded with zeros, [row_length].
  [[nodiscard]] const std::int8_t* row(std::size_t sample) const { return rows_.data() + sample * row_length_; }
  /// One input of all samples, [stride of padded()].
  [[nodiscard]] const std::int8_t* column(std::size_t feature) const { return columns_.data() + feature * stride_; }
  [[nodiscard]] int largest_difference() const { return largest_difference_; }  ///< of a pair, magnitude

private:
  const data::Samples* samples_;
  std::vector<InputPair> pairs_;
  std::size_t stride_, pairs_at_, row_length_;
  int largest_difference_ = 0;
  simd::AlignedVector<std::int8_t> rows_;     // [sample][row_length]
  simd::AlignedVector<std::int8_t> columns_;  // [feature][stride]
};

/// Inputs of a row with padding, so that the kernels run on whole vectors.
[[nodiscard]] constexpr std::size_t whole_vectors(std::size_t inputs) { return simd::padded(inputs, 32); }

}  // namespace isinglass::train
