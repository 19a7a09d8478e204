#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// The output layer of a network on many integer features, with weights of one bit: its problem, and its annealing by
/// the hinge of the lead (Crammer and Singer, JMLR 2, 2001).
///
/// Scores are s_c = s0_c + sum_f w_cf x_f + b_c with w = +-1; the loss of an image of class y is
/// max(0, 2 M - (s_y - max_{c != y} s_c)). All of it is integers, and the loss is summed over the images of all ranks.
namespace isinglass::readout {

/// Images of a block; every class has whole blocks.
inline constexpr std::size_t block_images = 64;
/// Features lie in -63 .. 63, so that 2 x, by which a flip of a weight moves a score, fits 8 bits.
inline constexpr int largest_feature = 63;
/// Scores, and twice the margin, stay within +-2^28, so that their differences fit 32 bits.
inline constexpr std::int64_t largest_score = std::int64_t{1} << 28;

/// Places of this rank's images: sorted by class, each class padded to whole blocks by images that count nothing,
/// whatever their features are.
class ClassLayout {
public:
  /// `counts`: images of each class on this rank; 0 is allowed. InputError unless there are two classes or more.
  explicit ClassLayout(std::span<const std::size_t> counts);

  [[nodiscard]] std::size_t classes() const { return counts_.size(); }
  /// Images of a class without its padding: begin(c) .. begin(c) + count(c) - 1.
  [[nodiscard]] std::size_t count(std::size_t c) const { return counts_[c]; }
  /// The first image of a class; begin(classes()): their end.
  [[nodiscard]] std::size_t begin(std::size_t c) const { return begins_[c]; }
  /// Images of this rank with padding, which is the length of every row of features and scores.
  [[nodiscard]] std::size_t stride() const { return begins_.back(); }
  /// Images of this rank without padding.
  [[nodiscard]] std::size_t images() const;

private:
  std::vector<std::size_t> counts_, begins_;
};

/// Features [feature][stride] of this rank's images, in memory that others hold.
struct FeatureView {
  const std::int8_t* data = nullptr;
  std::size_t count = 0, stride = 0;

  [[nodiscard]] const std::int8_t* column(std::size_t f) const { return data + f * stride; }
};

/// Data of the problem: images, features and scores of earlier stages on this rank, and the margin.
struct Problem {
  ClassLayout layout;
  FeatureView features;
  std::span<const std::int32_t> fixed_scores;  ///< s0 [class][stride]; empty: zeros
  std::int64_t margin = 1;                     ///< M, units of the scores
};

/// Parameters of the output layer, and the sweeps that found them: the same on every rank. A search that is given them
/// again between sweeps continues bit for bit. It has a row for each class, or one row for class 1 of two; then the
/// score of class 0 is s0_0 alone.
struct Readout {
  std::size_t features = 0;
  std::vector<std::int8_t> weights;  ///< [output][feature], -1 or 1
  std::vector<std::int32_t> biases;  ///< [output]
  int sweeps_done = 0;

  [[nodiscard]] std::size_t outputs() const { return biases.size(); }
  bool operator==(const Readout&) const = default;
};

/// Random weights, biases 0.
[[nodiscard]] Readout random_readout(std::size_t outputs, std::size_t features, std::uint64_t seed);

/// Whether the readout has a row for each class, or is the single row of two classes.
[[nodiscard]] bool has_rows_for(const Readout& readout, const ClassLayout& layout);

/// The class whose score a row of the readout is a part of.
[[nodiscard]] inline std::size_t class_of_row(const Readout& readout, const ClassLayout& layout, std::size_t row) {
  return row + layout.classes() - readout.outputs();
}

/// InputError with `what` is wrong of the output layer, unless it `holds`.
void require(bool holds, const std::string& what);

/// InputError, with what is wrong, unless shapes agree and the scores of all readouts with biases up to `largest_bias`
/// stay within largest_score. Does not look at the features.
void check(const Problem& problem, std::int64_t largest_bias);

}  // namespace isinglass::readout
