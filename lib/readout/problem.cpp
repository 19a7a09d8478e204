#include "readout/problem.hpp"

#include "base/error.hpp"
#include "base/random.hpp"
#include "simd/simd.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <string>

namespace isinglass::readout {

void require(bool holds, const std::string& what) {
  if (!holds) throw InputError("output layer: " + what);
}

ClassLayout::ClassLayout(std::span<const std::size_t> counts) : counts_(counts.begin(), counts.end()), begins_{0} {
  require(counts.size() >= 2, "two classes or more are needed, not " + std::to_string(counts.size()));
  for (const std::size_t count : counts) begins_.push_back(begins_.back() + simd::padded(count, block_images));
}

std::size_t ClassLayout::images() const { return std::accumulate(counts_.begin(), counts_.end(), std::size_t{0}); }

Readout random_readout(std::size_t outputs, std::size_t features, std::uint64_t seed) {
  Readout readout{features, std::vector<std::int8_t>(outputs * features), std::vector<std::int32_t>(outputs), 0};
  for (std::size_t i = 0; i < readout.weights.size(); ++i) {
    const auto words = draw(seed, Stream::initial, static_cast<std::uint32_t>(i / 128), 0, 0);
    readout.weights[i] = (words[i / 32 % 4] >> (i % 32) & 1U) != 0 ? std::int8_t{1} : std::int8_t{-1};
  }
  return readout;
}

bool has_rows_for(const Readout& readout, const ClassLayout& layout) {
  return readout.outputs() == layout.classes() || (readout.outputs() == 1 && layout.classes() == 2);
}

void check(const Problem& problem, std::int64_t largest_bias) {
  const std::size_t stride = problem.layout.stride(), classes = problem.layout.classes();
  require(problem.features.stride == stride, "features have rows of " + std::to_string(problem.features.stride) +
                                                 " images, not of " + std::to_string(stride));
  require(stride <= std::numeric_limits<std::uint32_t>::max(), "a rank has more than 2^32 images");
  require(problem.fixed_scores.empty() || problem.fixed_scores.size() == classes * stride,
          std::to_string(problem.fixed_scores.size()) + " scores of earlier stages, not " +
              std::to_string(classes * stride));
  require(problem.margin >= 1 && 2 * problem.margin <= largest_score,
          "a margin of " + std::to_string(problem.margin) + " is not within 1 .. " + std::to_string(largest_score / 2));
  std::int64_t largest =
      largest_bias + std::int64_t{largest_feature} * static_cast<std::int64_t>(problem.features.count);
  std::int64_t fixed = 0;
  for (const std::int32_t score : problem.fixed_scores) fixed = std::max(fixed, std::abs(std::int64_t{score}));
  largest += fixed;
  require(largest <= largest_score, "scores may reach " + std::to_string(largest) + ", more than " +
                                        std::to_string(largest_score) + ": take fewer features or stages");
}

}  // namespace isinglass::readout
