#include "train/anneal/lead_loss.hpp"

#include <algorithm>
#include <array>
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

constexpr std::size_t lanes = 16;

/// Hinges of the lead of some samples at once.
struct Leads {
  std::array<std::int32_t, lanes> best{}, own{};

  Leads() { best.fill(nothing); }
  [[nodiscard]] std::int32_t hinge(std::size_t i, int margin) const {
    return std::max(0, 2 * margin + best[i] - own[i]);
  }
};

void lead_jumps_loop(const LeadColumn& of, std::int32_t* jumps) {
  const std::size_t outputs = of.weights.size();
  for (std::size_t first = 0; first < of.samples; first += lanes) {
    const std::size_t count = std::min(lanes, of.samples - first);
    std::array<std::int32_t, lanes> is_high{}, label{}, z{};
    for (std::size_t i = 0; i < count; ++i) {
      is_high[i] = of.z[first + i] >= of.threshold ? -1 : 0;
      label[i] = of.labels[first + i];
    }
    Leads low, high;
    for (std::size_t c = 0; c < outputs; ++c) {
      const std::int32_t change = of.weights[c] * (of.high - of.low), at = static_cast<std::int32_t>(c);
      for (std::size_t i = 0; i < count; ++i) z[i] = of.outputs[(first + i) * outputs + c];
      for (std::size_t i = 0; i < lanes; ++i) {
        const std::int32_t if_low = z[i] - (is_high[i] & change), if_high = if_low + change;
        const bool is_own = label[i] == at;
        low.own[i] = is_own ? if_low : low.own[i];
        high.own[i] = is_own ? if_high : high.own[i];
        low.best[i] = std::max(low.best[i], is_own ? nothing : if_low);
        high.best[i] = std::max(high.best[i], is_own ? nothing : if_high);
      }
    }
    for (std::size_t i = 0; i < count; ++i) jumps[first + i] = high.hinge(i, of.margin) - low.hinge(i, of.margin);
  }
}

}  // namespace

void lead_jumps(const LeadColumn& column, std::int32_t* jumps, simd::Width width) {
  simd::run<lead_jumps_loop>(width, column, jumps);
}

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
