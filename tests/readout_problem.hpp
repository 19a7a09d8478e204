#pragma once

#include "base/random.hpp"
#include "namespaces.hpp"
#include "readout/problem.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace isinglass::testing {

/// A random small problem of an output layer, whole or the share of one of several ranks: image i of all goes to rank
/// i modulo their number. Each class has a direction in feature space, so that there is something to learn.
struct ReadoutProblem {
  struct Shape {
    std::size_t classes = 3, images = 200, features = 20;
    int largest = 9;  ///< feature
    std::int64_t margin = 40;
    int largest_fixed = 0;     ///< scores of earlier stages; 0: none are given
    bool has_one_row = false;  ///< of readouts, for two classes

    [[nodiscard]] std::size_t outputs() const { return has_one_row ? 1 : classes; }
  };

  std::vector<std::size_t> counts;
  std::vector<std::int8_t> x;
  std::vector<std::int32_t> s0;
  Problem problem;

  ReadoutProblem(const Shape& shape, std::uint64_t seed, std::size_t rank = 0, std::size_t ranks = 1)
      : counts(shape.classes), problem{ClassLayout(counts_of(shape, seed, rank, ranks)), {}, {}, shape.margin} {
    const ClassLayout& layout = problem.layout;
    // Padding has features and scores of its own, which must not count.
    x.assign(shape.features * layout.stride(), static_cast<std::int8_t>(shape.largest));
    if (shape.largest_fixed > 0) s0.assign(shape.classes * layout.stride(), 1000);
    std::vector<std::size_t> next(shape.classes);
    for (std::size_t i = 0; i < shape.images; ++i) {
      if (i % ranks != rank) continue;
      const std::size_t y = label(shape, seed, i), at = layout.begin(y) + next[y]++;
      for (std::size_t f = 0; f < shape.features; ++f) x[f * layout.stride() + at] = feature(shape, seed, i, y, f);
      for (std::size_t c = 0; c < shape.classes && shape.largest_fixed > 0; ++c)
        s0[c * layout.stride() + at] =
            static_cast<std::int32_t>(number(seed, 3, i, c, static_cast<std::uint32_t>(2 * shape.largest_fixed + 1))) -
            shape.largest_fixed;
    }
    problem.features = {x.data(), shape.features, layout.stride()};
    problem.fixed_scores = s0;
  }
  ReadoutProblem(const ReadoutProblem&) = delete;
  ReadoutProblem& operator=(const ReadoutProblem&) = delete;

private:
  static std::uint32_t number(std::uint64_t seed, std::uint32_t what, std::size_t a, std::size_t b, std::uint32_t n) {
    return below(draw(seed, Stream::test, what, static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(b))[0], n);
  }
  /// Earlier classes have more images.
  static std::size_t label(const Shape& shape, std::uint64_t seed, std::size_t i) {
    const auto classes = static_cast<std::uint32_t>(shape.classes);
    return std::min(number(seed, 0, i, 0, classes), number(seed, 0, i, 1, classes));
  }
  static std::vector<std::size_t> counts_of(const Shape& shape, std::uint64_t seed, std::size_t rank,
                                            std::size_t ranks) {
    std::vector<std::size_t> counts(shape.classes);
    for (std::size_t i = rank; i < shape.images; i += ranks) ++counts[label(shape, seed, i)];
    return counts;
  }
  static std::int8_t feature(const Shape& shape, std::uint64_t seed, std::size_t i, std::size_t y, std::size_t f) {
    const auto range = static_cast<std::uint32_t>(2 * shape.largest + 1);
    const int noise = static_cast<int>(number(seed, 1, i, f, range)) - shape.largest;
    const int side = static_cast<int>(number(seed, 2, y, f, 3)) - 1;
    return static_cast<std::int8_t>(std::clamp(noise + side * shape.largest / 3, -shape.largest, shape.largest));
  }
};

/// Scores of image i of this rank, from the definition.
inline std::vector<std::int64_t> plain_scores(const Problem& problem, const Readout& readout, std::size_t i) {
  const std::size_t stride = problem.layout.stride();
  const std::size_t classes = problem.layout.classes();
  const bool has_one_row = readout.outputs() == 1;
  std::vector<std::int64_t> scores(classes);
  for (std::size_t c = 0; c < classes; ++c) {
    if (!problem.fixed_scores.empty()) scores[c] = problem.fixed_scores[c * stride + i];
    if (has_one_row && c == 0) continue;
    const std::size_t row = has_one_row ? 0 : c;
    scores[c] += readout.biases[row];
    for (std::size_t f = 0; f < readout.features; ++f)
      scores[c] += readout.weights[row * readout.features + f] * problem.features.column(f)[i];
  }
  return scores;
}

/// The hinge of the lead over this rank's images, from the definition.
inline std::int64_t plain_readout_loss(const Problem& problem, const Readout& readout) {
  std::int64_t sum = 0;
  for (std::size_t y = 0; y < problem.layout.classes(); ++y)
    for (std::size_t n = 0; n < problem.layout.count(y); ++n) {
      std::vector<std::int64_t> scores = plain_scores(problem, readout, problem.layout.begin(y) + n);
      const std::int64_t own = scores[y];
      scores.erase(scores.begin() + static_cast<std::ptrdiff_t>(y));
      const std::int64_t lead = own - *std::max_element(scores.begin(), scores.end());
      sum += std::max<std::int64_t>(0, 2 * problem.margin - lead);
    }
  return sum;
}

/// Two classes with a row each and with one, many, a class without images, features as large as allowed, and margins
/// from tiny to beyond 16 bits.
inline const std::vector<ReadoutProblem::Shape> readout_shapes{
    {2, 150, 12, 9, 40, 0},        {2, 150, 12, 9, 40, 0, true}, {2, 200, 20, 18, 90, 300, true},
    {3, 200, 20, 18, 90, 300},     {10, 700, 15, 36, 300, 0},    {12, 60, 9, 63, 5, 200},
    {3, 100, 7, 63, 50000, 40000}, {4, 3, 8, 5, 20, 0},          {5, 500, 40, 4, 1, 0}};

inline Readout flipped(Readout readout, std::size_t row, std::size_t f) {
  std::int8_t& weight = readout.weights[row * readout.features + f];
  weight = static_cast<std::int8_t>(-weight);
  return readout;
}

/// Changes of the loss by the flip of each weight of a row, from the definition.
inline std::vector<std::int64_t> plain_changes(const Problem& problem, const Readout& readout, std::size_t row) {
  std::vector<std::int64_t> changes;
  const std::int64_t now = plain_readout_loss(problem, readout);
  for (std::size_t f = 0; f < readout.features; ++f)
    changes.push_back(plain_readout_loss(problem, flipped(readout, row, f)) - now);
  return changes;
}

}  // namespace isinglass::testing
