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

void check_options(const AnnealOptions& options) {
  require(options.sweeps >= 0, "the number of sweeps is negative");
  require(options.first_t >= 0 && options.last_t >= 0 && (options.first_t == 0) == (options.last_t == 0),
          "temperatures must be positive, or both 0");
  require(options.ahead >= 1, "ranks go ahead by one flip or more");
  require(options.group >= 1 && options.group <= largest_group,
          "a group has 1 to " + std::to_string(largest_group) + " features");
  require(options.bias_bits >= 2 && options.bias_bits <= 24, "a bias has 2 to 24 bits");
  require(options.bias_step >= 0 && options.bias_step <= largest_excess / 2,
          "the step of a bias is at most " + std::to_string(largest_excess / 2));
}

std::int64_t largest_bias(const AnnealOptions& options) { return (std::int64_t{1} << (options.bias_bits - 1)) - 1; }

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
  check(problem, largest_bias(options));
  require(readout_.features == problem.features.count && readout_.classes() == problem.layout.classes() &&
              readout_.weights.size() == readout_.classes() * readout_.features,
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
    for (const std::size_t c : shuffled(0, readout_.classes(), key + of_classes)) sweep_class(c, groups_[g], now);
  }
  ++readout_.sweeps_done;
  loss_ = readout::loss(problem_, scores_, ranks_, width_);
  return true;
}

/// Takes the best of four steps of the bias, if it is downhill.
void Annealer::move_bias(std::size_t c, const Group& group) {
  const auto step = static_cast<int>(options_.bias_step);
  const std::array<int, 4> steps{step, -step, 2 * step, -2 * step};
  std::array<std::int64_t, 4> changes{};
  for (std::size_t i = 0; i < steps.size(); ++i) changes[i] = pass_.bias_change(steps[i]);
  ranks_.all_sum(changes);
  counts_.reductions += 1;
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (std::abs(std::int64_t{readout_.biases[c]} + steps[i]) > largest_bias(options_)) changes[i] = 0;
  const auto best = static_cast<std::size_t>(std::min_element(changes.begin(), changes.end()) - changes.begin());
  if (changes[best] >= 0) return;
  readout_.biases[c] += steps[best];
  const std::size_t stride = problem_.layout.stride();
  for (std::size_t i = c * stride; i < (c + 1) * stride; ++i) scores_[i] += steps[best];
  pass_.begin(c, scores_, group.largest);
}

Flip Annealer::flip(std::size_t c, std::size_t f) const {
  return {problem_.features.column(f), -readout_.weights[c * readout_.features + f]};
}

void Annealer::sweep_class(std::size_t c, const Group& group, double temperature) {
  pass_.begin(c, scores_, group.largest);
  move_bias(c, group);
  const auto key = static_cast<std::uint32_t>(4 * c) + of_features;
  const std::vector<std::size_t> order = shuffled(group.first, group.size, key);
  std::vector<char> guesses(order.size(), 0);
  // First all at once, which is what the first guesses come from.
  for (std::size_t at = 0, ahead = order.size(); at < order.size();) {
    const auto features = std::span(order).subspan(at, std::min(ahead, order.size() - at));
    const auto guessed = std::span(guesses).subspan(at, features.size());
    flips_.clear();
    for (const std::size_t f : features) flips_.push_back(flip(c, f));
    evaluate_ahead(guessed);
    at += decide(c, features, guessed, temperature);
    ahead = flips_ahead(std::span(guesses).subspan(at));
  }
  pass_.end(scores_);
  counts_.proposals += static_cast<std::int64_t>(group.size);
}

/// How many flips to go ahead: until `ahead` of them are guessed to be accepted, filled up to the four that are
/// evaluated at once. The last one and what fills up are evaluated as if it was refused: then they serve, too.
std::size_t Annealer::flips_ahead(std::span<char> guesses) const {
  const auto most = static_cast<std::size_t>(std::clamp(2 * run_, 4.0, 128.0));
  int left = options_.ahead;
  std::size_t flips = 0;
  for (; flips < std::min(most, guesses.size()) && left > 0; ++flips) left -= guesses[flips];
  const std::size_t filled = std::min(simd::padded(flips, 4), guesses.size());
  if (flips > 0)
    std::fill(guesses.begin() + static_cast<std::ptrdiff_t>(flips) - 1,
              guesses.begin() + static_cast<std::ptrdiff_t>(filled), char{0});
  return filled;
}

/// Changes of all ranks' loss by each of the flips, if those before it are accepted as guessed; makes these.
void Annealer::evaluate_ahead(std::span<const char> guesses) {
  changes_.resize(flips_.size());
  for (std::size_t from = 0, to = 0; from < flips_.size(); from = to) {
    while (to < flips_.size() && guesses[to] == 0) ++to;
    const bool moves = to < flips_.size();
    to += moves ? 1 : 0;
    pass_.evaluate(std::span(flips_).subspan(from, to - from), std::span(changes_).subspan(from, to - from));
    counts_.alive += pass_.alive() * static_cast<double>(to - from);
    if (moves) pass_.apply(std::span(flips_).subspan(to - 1, 1));
    counts_.moved += moves ? 1 : 0;
  }
  ranks_.all_sum(changes_);
  counts_.evaluated += static_cast<std::int64_t>(flips_.size());
  counts_.reductions += 1;
}

/// Judges the evaluated flips in order until a guess was wrong, mends the state after that one and guesses the others
/// anew; how many it judged.
std::size_t Annealer::decide(std::size_t c, std::span<const std::size_t> features, std::span<char> guesses,
                             double temperature) {
  const auto accepts = [&](std::size_t i) -> char { return accept(c, features[i], changes_[i], temperature) ? 1 : 0; };
  for (std::size_t i = 0; i < features.size(); ++i) {
    const char accepted = accepts(i);
    counts_.accepted += accepted;
    if (accepted != 0) {
      std::int8_t& weight = readout_.weights[c * readout_.features + features[i]];
      weight = static_cast<std::int8_t>(-weight);
    }
    run_ += (1 - (accepted != guesses[i] ? run_ : 0)) / 8;
    if (accepted == guesses[i]) continue;
    const auto back = [](const Flip& flip) { return Flip{flip.x, -flip.direction}; };
    moves_.assign(1, accepted != 0 ? flips_[i] : back(flips_[i]));
    for (std::size_t k = i + 1; k < features.size(); ++k) {
      if (guesses[k] != 0) moves_.push_back(back(flips_[k]));
      guesses[k] = accepts(k);
    }
    pass_.apply(moves_);
    return i + 1;
  }
  return features.size();
}

bool Annealer::accept(std::size_t c, std::size_t f, std::int64_t change, double temperature) const {
  constexpr double largest_threshold = 23;  // -log of the least number that is drawn
  if (change <= 0 || temperature == 0) return change < 0;
  if (static_cast<double>(change) > largest_threshold * temperature) return false;
  const auto words = draw(options_.seed, Stream::readout, static_cast<std::uint32_t>(readout_.sweeps_done),
                          static_cast<std::uint32_t>(4 * c) + of_acceptance, static_cast<std::uint32_t>(f), 1);
  return static_cast<double>(change) <= -temperature * std::log(uniform(words[0]));
}

}  // namespace isinglass::readout
