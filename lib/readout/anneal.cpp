#include "readout/anneal.hpp"

#include "base/error.hpp"
#include "base/random.hpp"
#include "readout/loops.hpp"
#include "readout/scores.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

namespace isinglass::readout {

namespace {

/// Keys of random numbers that are not a feature's.
enum OrderKey : std::uint32_t { of_groups = 0, of_classes = 1, of_features = 2, of_acceptance = 3 };

constexpr std::int64_t most_of_bias = std::int64_t{1} << 23;

void check_options(const AnnealOptions& options) {
  require(options.sweeps >= 0, "the number of sweeps is negative");
  require(options.first_t >= 0 && options.last_t >= 0 && (options.first_t == 0) == (options.last_t == 0),
          "temperatures must be positive, or both 0");
  require(options.group >= 1 && options.group <= largest_group,
          "a group has 1 to " + std::to_string(largest_group) + " features");
  require(options.largest_bias >= 0 && options.largest_bias <= most_of_bias,
          "a bias is at most " + std::to_string(most_of_bias));
  require(options.bias_step >= 0 && options.bias_step <= largest_excess / 2,
          "the step of a bias is at most " + std::to_string(largest_excess / 2));
}

AnnealOptions with_step(AnnealOptions options, std::int64_t margin) {
  if (options.bias_step == 0) options.bias_step = std::clamp<std::int64_t>(margin / 16, 1, largest_excess / 2);
  return options;
}

}  // namespace

Annealer::Annealer(const Problem& problem, const AnnealOptions& options, const parallel::Communicator& ranks,
                   Readout start, simd::Width width)
    : problem_(problem),
      options_(with_step(options, problem.margin)),
      ranks_(ranks),
      width_(width),
      readout_(std::move(start)),
      pass_(problem, width, options.skips_blocks) {
  check_options(options);
  check(problem, options.largest_bias);
  require(readout_.features == problem.features.count && has_rows_for(readout_, problem.layout) &&
              readout_.weights.size() == readout_.outputs() * readout_.features,
          "the start has another shape");
  find_groups();
  images_ = ranks.all_sum(static_cast<std::int64_t>(problem.layout.images()));
  restart();
}

void Annealer::find_groups() {
  bool fits = true;
  for (std::size_t first = 0; first < readout_.features; first += options_.group) {
    Group group{first, std::min(options_.group, readout_.features - first), 0};
    for (std::size_t f = first; f < first + group.size; ++f) {
      const FeatureSums sums = feature_sums(problem_.features.column(f), 0, problem_.layout.stride(), width_);
      group.largest = std::max(group.largest, sums.largest);
    }
    fits = fits && group.largest <= largest_feature;
    groups_.push_back(group);
  }
  require(!ranks_.any(!fits), "features must lie within -63 .. 63");
}

void Annealer::restart() {
  scores_ = readout::scores(problem_, readout_, width_);
  loss_ = readout::loss(problem_, scores_, ranks_, width_);
}

double Annealer::temperature(int sweep) const {
  const double unit = 2.0 * static_cast<double>(problem_.margin) * static_cast<double>(images_);
  if (options_.sweeps < 2 || options_.first_t == 0) return unit * options_.first_t;
  return unit * options_.first_t *
         std::pow(options_.last_t / options_.first_t, static_cast<double>(sweep) / (options_.sweeps - 1));
}

std::vector<std::size_t> Annealer::shuffled(std::size_t first, std::size_t size, std::uint32_t key) const {
  std::vector<std::size_t> order(size);
  std::iota(order.begin(), order.end(), first);
  const auto sweep = static_cast<std::uint32_t>(readout_.sweeps_done);
  for (std::size_t i = size; i > 1; --i) {
    const auto words = draw(options_.seed, Stream::readout, sweep, key, static_cast<std::uint32_t>(first + i), 0);
    std::swap(order[i - 1], order[below(words[0], static_cast<std::uint32_t>(i))]);
  }
  return order;
}

bool Annealer::sweep(const std::function<bool()>& stop) {
  const Readout before = readout_;
  const double now = temperature(readout_.sweeps_done);
  counts_ = {};
  for (const std::size_t g : shuffled(0, groups_.size(), of_groups)) {
    if (stop && ranks_.any(stop())) {
      readout_ = before;
      restart();
      return false;
    }
    const auto key = static_cast<std::uint32_t>(4 * g);
    for (const std::size_t row : shuffled(0, readout_.outputs(), key + of_classes)) sweep_row(row, groups_[g], now);
  }
  ++readout_.sweeps_done;
  loss_ = readout::loss(problem_, scores_, ranks_, width_);
  return true;
}

/// Takes the best of four steps of the bias, if it is downhill.
void Annealer::move_bias(std::size_t row, const Group& group) {
  const auto step = static_cast<int>(options_.bias_step);
  const std::array<int, 4> steps{step, -step, 2 * step, -2 * step};
  std::array<std::int64_t, 4> changes{};
  for (std::size_t i = 0; i < steps.size(); ++i) changes[i] = pass_.bias_change(steps[i]);
  ranks_.all_sum(changes);
  counts_.reductions += 1;
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (std::abs(std::int64_t{readout_.biases[row]} + steps[i]) > options_.largest_bias) changes[i] = 0;
  const auto best = static_cast<std::size_t>(std::min_element(changes.begin(), changes.end()) - changes.begin());
  if (changes[best] >= 0) return;
  readout_.biases[row] += steps[best];
  const std::size_t c = class_of_row(readout_, problem_.layout, row), stride = problem_.layout.stride();
  for (std::size_t i = c * stride; i < (c + 1) * stride; ++i) scores_[i] += steps[best];
  pass_.begin(c, scores_, group.largest);
}

/// Proposes the flips of a group's weights in one row.
void Annealer::sweep_row(std::size_t row, const Group& group, double temperature) {
  pass_.begin(class_of_row(readout_, problem_.layout, row), scores_, group.largest);
  move_bias(row, group);
  const auto key = static_cast<std::uint32_t>(4 * row) + of_features;
  const std::vector<std::size_t> order = shuffled(group.first, group.size, key);
  std::int8_t* weights = readout_.weights.data() + row * readout_.features;
  flips_.clear();
  rises_.clear();
  for (const std::size_t f : order) {
    flips_.push_back({problem_.features.column(f), -weights[f]});
    rises_.push_back(largest_rise(row, f, temperature));
  }
  changes_.assign(order.size(), 0);
  for (std::size_t at = 0, end = order.size(); at < order.size(); end = likely_end(at)) {
    evaluate(at, end);
    while (at < end && !is_accepted(at)) ++at;
    if (at == end) continue;
    pass_.apply(std::span(flips_).subspan(at, 1));
    std::int8_t& weight = weights[order[at++]];
    weight = static_cast<std::int8_t>(-weight);
    ++counts_.accepted;
  }
  pass_.end(scores_);
  counts_.proposals += static_cast<std::int64_t>(group.size);
}

/// The largest change of the loss that is accepted, drawn for this proposal.
double Annealer::largest_rise(std::size_t row, std::size_t f, double temperature) const {
  if (temperature == 0) return 0;
  const auto words = draw(options_.seed, Stream::readout, static_cast<std::uint32_t>(readout_.sweeps_done),
                          static_cast<std::uint32_t>(4 * row) + of_acceptance, static_cast<std::uint32_t>(f), 1);
  return -temperature * std::log(uniform(words[0]));
}

bool Annealer::is_accepted(std::size_t place) const {
  const std::int64_t change = changes_[place];
  return change != 0 && static_cast<double>(change) <= rises_[place];
}

/// Finds the changes of all ranks' loss by each of these flips alone.
void Annealer::evaluate(std::size_t begin, std::size_t end) {
  const auto changes = std::span(changes_).subspan(begin, end - begin);
  pass_.evaluate(std::span(flips_).subspan(begin, end - begin), changes);
  ranks_.all_sum(changes);
  counts_.alive += pass_.alive() * static_cast<double>(changes.size());
  counts_.evaluated += static_cast<std::int64_t>(changes.size());
  counts_.reductions += 1;
}

/// The end of the flips to evaluate next: behind the first one whose last known change is accepted, and up to the four
/// that are evaluated at once.
std::size_t Annealer::likely_end(std::size_t begin) const {
  std::size_t end = begin;
  while (end < flips_.size() && !is_accepted(end)) ++end;
  return std::min(begin + simd::padded(end + 1 - begin, 4), flips_.size());
}

}  // namespace isinglass::readout
