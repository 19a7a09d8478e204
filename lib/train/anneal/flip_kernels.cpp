#include "train/anneal/flip_kernels.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <cstring>

namespace isinglass::train {

namespace {

constexpr std::size_t vector_length = 32;  // flips that a kernel treats together; padding has steps of 0

/// Flips first .. last, rounded outwards to whole vectors.
struct Window {
  std::size_t first = 0, last = 0;
};

Window whole_vectors(std::size_t first, std::size_t last) {
  return {first / vector_length * vector_length, simd::padded(last, vector_length)};
}

/// Calls term(sum, step x, distance, jump) for each of the sums of `vectors` vectors of flips from `first` on, over a
/// run of events. Steps and sums stay in registers meanwhile.
template <std::size_t vectors, class Term>
void add_terms(const FlipEvent* events, std::size_t count, EventRows rows, const std::int16_t* steps, std::size_t first,
               std::int16_t* sums, Term term) {
  std::array<simd::Int16s, vectors> step, sum;
  for (std::size_t v = 0; v < vectors; ++v) {
    simd::load(step[v], steps + first + v * vector_length);
    simd::load(sum[v], sums + first + v * vector_length);
  }
  for (std::size_t e = 0; e < count; ++e) {
    const std::int8_t* x = rows.data + events[e].sample * rows.length + first;
    const auto distance = static_cast<std::int16_t>(events[e].distance),
               jump = static_cast<std::int16_t>(events[e].jump);
#pragma GCC unroll 4
    for (std::size_t v = 0; v < vectors; ++v) {
      simd::Int8s input;
      simd::load(input, x + v * vector_length);
      term(sum[v], step[v] * __builtin_convertvector(input, simd::Int16s), distance, jump);
    }
  }
  for (std::size_t v = 0; v < vectors; ++v) simd::store(sum[v], sums + first + v * vector_length);
}

template <class Term>
void add_all_terms(const FlipEvent* events, std::size_t count, EventRows rows, const std::int16_t* steps, Window flips,
                   std::int16_t* sums, Term term) {
  constexpr std::size_t together = 4;
  std::size_t at = flips.first;
  for (; at + together * vector_length <= flips.last; at += together * vector_length)
    add_terms<together>(events, count, rows, steps, at, sums, term);
  for (; at < flips.last; at += vector_length) add_terms<1>(events, count, rows, steps, at, sums, term);
}

/// Adds jump to each sum whose step crosses.
void crossings16(const FlipEvent* events, std::size_t count, EventRows rows, const std::int16_t* steps, Window flips,
                 std::int16_t* sums) {
  const auto term = [](simd::Int16s& sum, const simd::Int16s& move, std::int16_t distance, std::int16_t jump) {
    sum += (move >= distance) & jump;
  };
  add_all_terms(events, count, rows, steps, flips, sums, term);
}

/// Adds a ramp instead of a step: `window` at least 1.
void ramps16(const FlipEvent* events, std::size_t count, EventRows rows, const std::int16_t* steps, Window flips,
             int window, std::int16_t* sums) {
  const auto middle = static_cast<std::int16_t>(window), top = static_cast<std::int16_t>(2 * window);
  const auto term = [middle, top](simd::Int16s& sum, const simd::Int16s& move, std::int16_t distance,
                                  std::int16_t jump) {
    const simd::Int16s zero{}, above = move + static_cast<std::int16_t>(middle - distance);
    const simd::Int16s raised = above > zero ? above : zero;
    sum += (raised < top ? raised : zero + top) * jump;
  };
  add_all_terms(events, count, rows, steps, flips, sums, term);
}

/// Any jump and window, 64-bit sums.
void heights64(const FlipEvent* events, std::size_t count, EventRows rows, const std::int16_t* steps, Window flips,
               int window, std::int64_t* sums) {
  for (std::size_t e = 0; e < count; ++e) {
    const std::int8_t* x = rows.data + events[e].sample * rows.length;
    for (std::size_t i = flips.first; i < flips.last; ++i)
      sums[i] += events[e].jump * height(steps[i] * x[i] - events[e].distance, window);
  }
}

void linear_losses(const FlipShortfall* samples, std::size_t count, const EventRows& rows, const std::int16_t* steps,
                   Window window, std::int32_t* sums) {
  for (std::size_t e = 0; e < count; ++e) {
    const std::int8_t* x = rows.data + samples[e].sample * rows.length;
    const int shortfall = samples[e].shortfall, target = samples[e].target, before = std::max(shortfall, 0);
    for (std::size_t i = window.first; i < window.last; ++i)
      sums[i] += std::max(shortfall - target * steps[i] * x[i], 0) - before;
  }
}

void squared_losses(const FlipShortfall* samples, std::size_t count, const EventRows& rows, const std::int16_t* steps,
                    Window window, std::int64_t* sums) {
  for (std::size_t e = 0; e < count; ++e) {
    const std::int8_t* x = rows.data + samples[e].sample * rows.length;
    const int shortfall = samples[e].shortfall, target = samples[e].target, before = std::max(shortfall, 0);
    for (std::size_t i = window.first; i < window.last; ++i) {
      const std::int64_t after = std::max(shortfall - target * steps[i] * x[i], 0);
      sums[i] += after * after - static_cast<std::int64_t>(before) * before;
    }
  }
}

/// Losses after each of the flips in the window; `loss` is that of the shortfall `origin` and follows. Those before the
/// flip are for the caller to subtract.
void table_losses(const FlipShortfall* samples, std::size_t count, EventRows rows, const std::int16_t* steps,
                  Window window, const std::int32_t* loss, int origin, std::int64_t* sums) {
  for (std::size_t e = 0; e < count; ++e) {
    const std::int8_t* x = rows.data + samples[e].sample * rows.length;
    const int shortfall = samples[e].shortfall - origin, target = samples[e].target;
    for (std::size_t i = window.first; i < window.last; ++i) sums[i] += loss[shortfall - target * (steps[i] * x[i])];
  }
}

/// Runs `kernel` with small sums on pieces of `events`, short enough that they cannot overflow, and adds them up.
template <class Small, class Event, class Kernel>
void in_small_sums(std::span<const Event> events, std::size_t piece, std::size_t length, std::span<std::int64_t> sums,
                   Kernel&& kernel) {
  std::vector<Small> small(length);
  for (std::size_t at = 0; at < events.size(); at += piece) {
    std::fill(small.begin(), small.end(), Small{0});
    kernel(events.data() + at, std::min(piece, events.size() - at), small.data());
    for (std::size_t i = 0; i < length; ++i) sums[i] += small[i];
  }
}

void mark_near(const std::int16_t* z, std::size_t samples, std::int16_t lowest, std::uint16_t width,
               std::uint8_t* marks) {
  for (std::size_t s = 0; s < samples; ++s) marks[s] = static_cast<std::uint16_t>(z[s] - lowest) < width;
}

void mark_crossed(const std::int16_t* before, const std::int16_t* after, std::size_t samples, std::int16_t threshold,
                  std::uint8_t* marks) {
  for (std::size_t s = 0; s < samples; ++s) marks[s] |= (before[s] >= threshold) != (after[s] >= threshold);
}

void shift_each(std::int16_t* z, const std::int8_t* x, std::int16_t step, std::size_t size) {
  for (std::size_t s = 0; s < size; ++s) z[s] = static_cast<std::int16_t>(z[s] + (x ? step * x[s] : step));
}

/// Positions of the nonzero marks (0 or 1 each; the length is a multiple of 8), ascending.
void list_marks(std::span<const std::uint8_t> marks, std::vector<std::size_t>& positions) {
  positions.clear();
  for (std::size_t block = 0; block < marks.size(); block += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, marks.data() + block, sizeof eight);
    for (; eight != 0; eight &= eight - 1)
      positions.push_back(block + static_cast<std::size_t>(std::countr_zero(eight)) / 8);
  }
}

}  // namespace

void shift_all(std::int16_t* z, const std::int8_t* x, int step, std::size_t size, simd::Width width) {
  simd::run<shift_each>(width, z, x, static_cast<std::int16_t>(step), size);
}

void find_near(const std::int16_t* z, std::size_t samples, int threshold, int reach, std::vector<std::size_t>& near,
               simd::Width width) {
  std::vector<std::uint8_t> marks(simd::padded(samples, 8));
  // threshold - reach <= z < threshold + reach, as one unsigned comparison that vectorises
  simd::run<mark_near>(width, z, samples, static_cast<std::int16_t>(threshold - reach),
                       static_cast<std::uint16_t>(2 * reach), marks.data());
  list_marks(marks, near);
}

void find_crossed(const std::int16_t* before, const std::int16_t* after, std::size_t samples,
                  std::span<const int> thresholds, std::vector<std::size_t>& crossed, simd::Width width) {
  std::vector<std::uint8_t> marks(simd::padded(samples, 8));
  for (const int threshold : thresholds)
    simd::run<mark_crossed>(width, before, after, samples, static_cast<std::int16_t>(threshold), marks.data());
  list_marks(marks, crossed);
}

void sum_heights(std::span<const FlipEvent> events, const EventRows& rows, std::span<const std::int16_t> steps,
                 std::size_t first, std::size_t last, int window, std::span<std::int64_t> sums, simd::Width width) {
  const Window flips = whole_vectors(first, last);
  std::int64_t largest = 1;
  for (const FlipEvent& event : events) largest = std::max(largest, std::abs(event.jump));
  const auto piece = static_cast<std::size_t>(INT16_MAX / (largest * std::max(1, 2 * window)));
  if (piece < 4)
    return simd::run<heights64>(width, events.data(), events.size(), rows, steps.data(), flips, window, sums.data());
  in_small_sums<std::int16_t>(events, piece, rows.length, sums,
                              [&](const FlipEvent* from, std::size_t count, std::int16_t* small) {
                                if (window == 0)
                                  simd::run<crossings16>(width, from, count, rows, steps.data(), flips, small);
                                else
                                  simd::run<ramps16>(width, from, count, rows, steps.data(), flips, window, small);
                              });
}

void sum_losses(std::span<const FlipShortfall> samples, const EventRows& rows, std::span<const std::int16_t> steps,
                std::size_t first, std::size_t last, bool squared, std::span<std::int64_t> sums, simd::Width width) {
  const Window window = whole_vectors(first, last);
  if (squared)
    return simd::run<squared_losses>(width, samples.data(), samples.size(), rows, steps.data(), window, sums.data());
  constexpr std::size_t piece = 1U << 15;  // a change is below 2^16: |step| <= 2^8 and |x| < 2^8
  in_small_sums<std::int32_t>(samples, piece, rows.length, sums,
                              [&](const FlipShortfall* from, std::size_t count, std::int32_t* small) {
                                simd::run<linear_losses>(width, from, count, rows, steps.data(), window, small);
                              });
}

std::int64_t sum_bias_losses(std::span<const FlipShortfall> samples, int step, bool squared) {
  std::int64_t sum = 0;
  for (const FlipShortfall& sample : samples) {
    const std::int64_t before = std::max(sample.shortfall, 0),
                       after = std::max(sample.shortfall - sample.target * step, 0);
    sum += squared ? after * after - before * before : after - before;
  }
  return sum;
}

void sum_losses(std::span<const FlipShortfall> samples, const EventRows& rows, std::span<const std::int16_t> steps,
                std::size_t first, std::size_t last, const network::LossTable& loss, std::span<std::int64_t> sums,
                simd::Width width) {
  const Window window = whole_vectors(first, last);
  std::int64_t before = 0;
  for (const FlipShortfall& sample : samples) before += loss.at(sample.shortfall);
  simd::run<table_losses>(width, samples.data(), samples.size(), rows, steps.data(), window, loss.data(), loss.first(),
                          sums.data());
  for (std::size_t i = window.first; i < window.last; ++i) sums[i] -= before;
}

std::int64_t sum_bias_losses(std::span<const FlipShortfall> samples, int step, const network::LossTable& loss) {
  std::int64_t sum = 0;
  for (const FlipShortfall& sample : samples)
    sum += loss.at(sample.shortfall - sample.target * step) - loss.at(sample.shortfall);
  return sum;
}

std::int64_t looked_up_loss(std::span<const int> z, std::span<const std::int8_t> signs, int margin,
                            const network::LossTable& loss) {
  std::int64_t sum = 0;
  for (std::size_t c = 0; c < z.size(); ++c) sum += loss.at(margin - signs[c] * z[c]);
  return sum;
}

std::int64_t looked_up_jump(const OutputMove& move, std::span<const std::int8_t> signs, int margin,
                            const network::LossTable& loss) {
  std::int64_t sum = 0;
  for (std::size_t c = 0; c < move.z.size(); ++c) {
    const int shortfall = margin - signs[c] * move.z[c], weight = signs[c] * move.weights[c];
    sum += loss.at(shortfall - weight * move.high) - loss.at(shortfall - weight * move.low);
  }
  return sum;
}

}  // namespace isinglass::train
