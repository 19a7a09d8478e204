#include "train/readout/unit_choice.hpp"

#include "readout/anneal.hpp"
#include "readout/scores.hpp"
#include "train/readout/stage_images.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <utility>

namespace isinglass::train {

namespace {

constexpr double margin_factor = 0.7;  // as of narrow networks in train/readout/settings.cpp
constexpr double cold = 0;             // a temperature at which no flip raises the loss
constexpr int fitting_sweeps = 2;      // of a candidate's own weights
constexpr std::size_t units_between_fits = 8;
constexpr int rounds = 6;

/// Images of which there are enough to tell candidates apart.
constexpr std::size_t most_images = 20000;
constexpr std::size_t most_bytes = std::size_t{1} << 30;

/// The images whose number over all ranks is a multiple of `step`.
LabelledPixels every(std::size_t step, const data::Samples& samples, std::size_t classes) {
  LabelledPixels images{{}, {}, static_cast<std::size_t>(samples.features), classes};
  for (std::size_t s = 0; s < samples.size(); ++s) {
    if ((samples.first + s) % step != 0) continue;
    const std::span<const std::uint8_t> image = samples.image(s);
    images.pixels.insert(images.pixels.end(), image.begin(), image.end());
    images.labels.push_back(samples.labels[s]);
  }
  return images;
}

/// So that every step-th of `images` images are as many as are wanted at most.
std::size_t step_for(const filters::Candidates& candidates, std::size_t images) {
  const std::size_t fitting = most_bytes / filters::feature_count(candidates.bank);
  const std::size_t wanted = std::clamp(fitting, std::size_t{1}, most_images);
  return std::max(std::size_t{1}, (images + wanted - 1) / wanted);
}

/// Units that are in the network, and its output layer, which reads zeros from those that are not.
struct Grown {
  std::vector<std::size_t> choice;            // [unit] number of its candidate
  simd::AlignedVector<std::int8_t> features;  // [unit][window][place]
  readout::Readout readout;
  simd::AlignedVector<std::int32_t> scores;  // [class][place]
  double variance = 0;                       // of the features, summed
};

class UnitChoice {
public:
  UnitChoice(const filters::Candidates& candidates, const LabelledPixels& images, std::uint64_t seed,
             const parallel::Communicator& ranks)
      : candidates_(candidates),
        seed_(seed),
        ranks_(ranks),
        windows_(filters::windows_per_unit(candidates.bank.shape)),
        images_(images, by_class(images), candidates.bank) {
    for (std::size_t c = 0; c < candidates.bank.units.size(); ++c) {
      const double rms = readout::feature_rms(layout(), features_of(c), ranks);
      variances_.push_back(rms * rms);
    }
    const std::size_t units = candidates.units(), outputs = images.classes == 2 ? 1 : images.classes;
    grown_.choice.resize(units);
    grown_.features.resize(units * unit_size());
    grown_.readout = readout::random_readout(outputs, units * windows_, seed);
    grown_.scores.resize(layout().classes() * layout().stride());
  }

  std::vector<std::size_t> choose() {
    std::vector<std::size_t> units(grown_.choice.size());
    std::iota(units.begin(), units.end(), std::size_t{0});
    add(units);
    fit_anew();
    for (int round = 0; round < rounds; ++round) improve();
    return grown_.choice;
  }

private:
  /// A candidate in the network with weights of its own.
  struct Fit {
    std::size_t candidate = 0;  // of all
    readout::Readout readout;   // its weights, and what is added to the biases
    std::vector<std::int32_t> scores;
    double loss = std::numeric_limits<double>::infinity();
  };

  [[nodiscard]] const readout::ClassLayout& layout() const { return images_.places.layout(); }
  [[nodiscard]] std::size_t unit_size() const { return windows_ * layout().stride(); }
  [[nodiscard]] std::size_t candidate_of(std::size_t unit) const {
    return unit * candidates_.per_unit + grown_.choice[unit];
  }
  [[nodiscard]] readout::FeatureView features_of(std::size_t candidate) const {
    return {images_.features.data() + candidate * unit_size(), windows_, layout().stride()};
  }
  [[nodiscard]] readout::FeatureView features() const {
    return {grown_.features.data(), grown_.readout.features, layout().stride()};
  }

  [[nodiscard]] static std::int64_t margin(double variance) {
    return readout::stage_margin(margin_factor, std::sqrt(variance));
  }

  /// In units of the margin, which grows with the network.
  [[nodiscard]] double loss() const {
    const readout::Problem problem{layout(), features(), {}, margin(grown_.variance)};
    return static_cast<double>(readout::loss(problem, grown_.scores, ranks_)) / static_cast<double>(problem.margin);
  }

  [[nodiscard]] readout::AnnealOptions options(int sweeps, double first_t) const {
    readout::AnnealOptions options;
    options.seed = seed_ + fits_;
    options.sweeps = sweeps;
    options.first_t = first_t;
    options.last_t = std::min(first_t, 1e-7);
    return options;
  }

  /// Weights of equal signs for all classes move no lead: descent begins with the network as it is.
  [[nodiscard]] readout::Readout neutral_readout(std::size_t candidate) const {
    const std::size_t outputs = grown_.readout.outputs();
    if (outputs == 1) return readout::random_readout(outputs, windows_, seed_ + candidate);
    return {windows_, std::vector<std::int8_t>(outputs * windows_, -1), std::vector<std::int32_t>(outputs)};
  }

  [[nodiscard]] Fit fitted(std::size_t candidate) const {
    const readout::Problem problem{layout(), features_of(candidate), grown_.scores,
                                   margin(grown_.variance + variances_[candidate])};
    readout::Annealer annealer(problem, options(fitting_sweeps, cold), ranks_, neutral_readout(candidate));
    while (!annealer.is_done()) static_cast<void>(annealer.sweep());
    return {candidate,
            annealer.readout(),
            {annealer.scores().begin(), annealer.scores().end()},
            static_cast<double>(annealer.loss()) / static_cast<double>(problem.margin)};
  }

  /// A unit's candidate of the lowest loss, the first of equal ones.
  [[nodiscard]] Fit best_fit(std::size_t unit) const {
    Fit best;
    for (std::size_t k = 0; k < candidates_.per_unit; ++k) {
      Fit fit = fitted(unit * candidates_.per_unit + k);
      if (fit.loss < best.loss) best = std::move(fit);
    }
    return best;
  }

  void put_in(std::size_t unit, const Fit& fit) {
    grown_.choice[unit] = fit.candidate % candidates_.per_unit;
    std::copy_n(features_of(fit.candidate).data, unit_size(), grown_.features.data() + unit * unit_size());
    for (std::size_t row = 0; row < grown_.readout.outputs(); ++row) {
      std::copy_n(fit.readout.weights.data() + row * windows_, windows_, weights(row, unit));
      grown_.readout.biases[row] += fit.readout.biases[row];
    }
    std::ranges::copy(fit.scores, grown_.scores.begin());
    grown_.variance += variances_[fit.candidate];
  }

  [[nodiscard]] std::int8_t* weights(std::size_t row, std::size_t unit) {
    return grown_.readout.weights.data() + row * grown_.readout.features + unit * windows_;
  }

  /// Subtracts a unit from the scores and the variance; its features stay.
  void take_from_scores(std::size_t unit) {
    const std::size_t outputs = grown_.readout.outputs();
    readout::Readout negative{windows_, {}, std::vector<std::int32_t>(outputs)};
    for (std::size_t row = 0; row < outputs; ++row)
      for (std::size_t w = 0; w < windows_; ++w)
        negative.weights.push_back(static_cast<std::int8_t>(-weights(row, unit)[w]));
    grown_.scores = readout::scores({layout(), features_of(candidate_of(unit)), grown_.scores, 1}, negative);
    grown_.variance -= variances_[candidate_of(unit)];
  }

  void take_out(std::size_t unit) {
    take_from_scores(unit);
    std::fill_n(grown_.features.data() + unit * unit_size(), unit_size(), std::int8_t{0});
  }

  /// Fits all weights together.
  void fit(int sweeps, double first_t) {
    const readout::Problem problem{layout(), features(), {}, margin(grown_.variance)};
    ++fits_;
    grown_.readout.sweeps_done = 0;
    readout::Annealer annealer(problem, options(sweeps, first_t), ranks_, grown_.readout);
    while (!annealer.is_done()) static_cast<void>(annealer.sweep());
    grown_.readout = annealer.readout();
    std::ranges::copy(annealer.scores(), grown_.scores.begin());
  }

  void fit_anew() { fit(2, 1e-6); }

  void add(std::span<const std::size_t> units) {
    for (std::size_t n = 0; n < units.size(); ++n) {
      put_in(units[n], best_fit(units[n]));
      if ((n + 1) % units_between_fits == 0) fit(1, cold);
    }
  }

  /// The units by the loss without each.
  [[nodiscard]] std::vector<std::size_t> least_needed_first() {
    std::vector<std::pair<double, std::size_t>> losses;
    for (std::size_t unit = 0; unit < grown_.choice.size(); ++unit) {
      const simd::AlignedVector<std::int32_t> scores = grown_.scores;
      const double variance = grown_.variance;
      take_from_scores(unit);
      losses.emplace_back(loss(), unit);
      grown_.scores = scores;
      grown_.variance = variance;
    }
    std::ranges::sort(losses);
    std::vector<std::size_t> units;
    for (const auto& [loss, unit] : losses) units.push_back(unit);
    return units;
  }

  void improve() {
    const Grown before = grown_;
    const double loss_before = loss();
    std::vector<std::size_t> units = least_needed_first();
    units.resize((units.size() + 3) / 4);
    for (const std::size_t unit : units) take_out(unit);
    fit(1, cold);
    add(units);
    fit_anew();
    if (loss() >= loss_before) grown_ = before;
  }

  const filters::Candidates& candidates_;
  std::uint64_t seed_;
  const parallel::Communicator& ranks_;
  std::size_t windows_;
  StageImages images_;
  std::vector<double> variances_;  // [candidate]
  Grown grown_;
  std::uint64_t fits_ = 0;
};

}  // namespace

std::vector<std::size_t> choose_units(const filters::Candidates& candidates, const data::DataSplits& data,
                                      std::uint64_t seed, const parallel::Communicator& ranks) {
  if (candidates.per_unit == 1) return std::vector<std::size_t>(candidates.units());
  const std::size_t step = step_for(candidates, data.train.global_size);
  const LabelledPixels images = every(step, data.train, data.class_names.size());
  return UnitChoice(candidates, images, seed, ranks).choose();
}

}  // namespace isinglass::train
