#include "train/anneal/lead_loss.hpp"

#include <algorithm>
#include <limits>

namespace isinglass::train {

namespace {

constexpr int nothing = std::numeric_limits<int>::min() / 2;

/// Hinge of the lead where output c is z[c] + weights[c] * change.
int hinge(const OutputMove& move, int change, std::size_t label, int margin) {
  int best = nothing;
  for (std::size_t c = 0; c < move.z.size(); ++c) {
    const int z = move.z[c] + move.weights[c] * change;
    best = std::max(best, c == label ? nothing : z);
  }
  return std::max(0, 2 * margin + best - (move.z[label] + move.weights[label] * change));
}

}  // namespace

std::int64_t lead_loss(std::span<const int> z, std::size_t label, int margin) {
  int best = nothing;
  for (std::size_t c = 0; c < z.size(); ++c) best = std::max(best, c == label ? nothing : z[c]);
  return std::max(0, 2 * margin + best - z[label]);
}

std::int64_t lead_jump(const OutputMove& move, std::size_t label, int margin) {
  return hinge(move, move.high, label, margin) - hinge(move, move.low, label, margin);
}

FlipShortfall lead_shortfall(std::span<const int> z, std::size_t output, std::size_t label, int margin) {
  int best = nothing;  // of the others
  for (std::size_t c = 0; c < z.size(); ++c) best = std::max(best, c == label || c == output ? nothing : z[c]);
  const int others = 2 * margin + best - z[label];
  if (output == label) return {0, others, 1};
  // max(0, others, 2 M + z - z_y) is max(0, others) plus a hinge of what z exceeds it by.
  return {0, 2 * margin + z[output] - z[label] - std::max(0, others), -1};
}

}  // namespace isinglass::train
