#include "base/error.hpp"
#include "filters/copies.hpp"
#include "network/filtered.hpp"
#include "parallel/agreement.hpp"
#include "readout/anneal.hpp"
#include "readout/scores.hpp"
#include "train/phase.hpp"
#include "train/readout/settings.hpp"
#include "train/readout/stage_images.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace isinglass::train {

namespace {

/// Units of the pilot, a small network whose scores sort the images of the first stage, and sweeps of its annealing.
constexpr std::size_t pilot_units = 64;
constexpr int pilot_sweeps = 4;
constexpr double pilot_margin = 0.7;

/// The images of a split, with affine copies of each behind them all.
LabelledPixels with_copies(const data::Samples& samples, const data::DataSplits& data,
                           const config::FiltersConfig& filters, std::uint64_t seed) {
  LabelledPixels images{samples.pixels, samples.labels, static_cast<std::size_t>(samples.features),
                        data.class_names.size()};
  const filters::AffineRanges ranges{filters.copy_scale, filters.copy_shear, filters.copy_shift};
  for (std::uint32_t copy = 0; copy < static_cast<std::uint32_t>(filters.copies); ++copy) {
    const std::vector<std::uint8_t> pixels =
        filters::affine_copies(network::images_of(samples), static_cast<std::size_t>(data.columns), ranges, seed, copy,
                               static_cast<std::uint32_t>(samples.first));
    images.pixels.insert(images.pixels.end(), pixels.begin(), pixels.end());
    images.labels.insert(images.labels.end(), samples.labels.begin(), samples.labels.end());
  }
  return images;
}

/// Order of the images in which blocks are alike, by scores in the places of `placed`.
std::vector<std::uint32_t> sorted(const PlacedImages& placed, std::span<const std::int32_t> scores,
                                  std::int64_t margin) {
  std::vector<std::uint32_t> order;
  for (const std::size_t place : readout::order_of_images(placed.layout(), scores, margin))
    order.push_back(placed.image_at(place));
  return order;
}

/// A stage's images, and the annealing of its part of the output layer on them.
struct Stage {
  Stage(std::size_t number, const filters::Bank& filters, const LabelledPixels& train_images,
        std::span<const std::uint32_t> order, const LabelledPixels& validation_images)
      : bank(number),
        train(train_images, order, filters),
        validation(validation_images, by_class(validation_images), filters) {}

  std::size_t bank;
  StageImages train, validation;
  std::vector<std::int32_t> fixed_train, fixed_validation;  // scores of the stages before, in places
  double rms = 0;                                           // of the scores of random weights
  std::optional<readout::Problem> problem;
  std::unique_ptr<readout::Annealer> annealer;
};

double images_per_class(const data::DataSplits& data) {
  return static_cast<double>(data.train.global_size) / static_cast<double>(data.class_names.size());
}

/// Annealing of an output layer of one-bit weights on filters, stage by stage: what earlier stages say of an image is
/// kept as scores, and only the weights of the present stage move. The biases are those of all stages together.
class ReadoutPhase : public Phase {
public:
  ReadoutPhase(TrainingContext& context, std::int64_t steps)
      : Phase(context, config::PhaseName::readout, steps),
        settings_(readout_settings(input_.config, images_per_class(input_.data))),
        filters_(input_.config.network.hidden.front().filters),
        architecture_(input_.architecture),
        train_(with_copies(input_.data.train, input_.data, filters_, input_.config.seed)),
        validation_(with_copies(input_.data.validation, input_.data, {}, input_.config.seed)),
        train_scores_(train_.classes * train_.count()),
        validation_scores_(validation_.classes * validation_.count()) {}

  void start(const network::NetworkBits& network) override { bits_ = network; }

  PhaseStep step() override {
    const int sweep = static_cast<int>(steps_done_ % settings_.sweeps);
    if (!stage_) begin_stage(static_cast<std::size_t>(steps_done_ / settings_.sweeps), sweep);
    if (!stage_->annealer->sweep(input_.control.stop_is_asked)) return {.was_cut = true};
    ++steps_done_;
    take_parameters();
    const HistoryRow row = judged_row();
    if (stage_->annealer->is_done()) end_stage();
    return {.row = row};
  }

  PhaseEnd finish() override {
    return {.objective = incumbent_.objective(),
            .stop_reason = fmt::format("all {} sweeps of {} stages are done", steps_, filters_.stages)};
  }

protected:
  void load(const TrainingState& state) override {
    bits_ = state.current.front();
    if (steps_done_ > 0) incumbent_.replace(state.incumbent, state.incumbent_objective);
    if (!state.history.empty())
      incumbent_.set_accuracies(state.history.back().train_accuracy, state.history.back().validation_accuracy);
    if (steps_done_ == 0) return;
    const auto last = static_cast<std::size_t>((steps_done_ - 1) / settings_.sweeps);
    for (std::size_t bank = 0; bank < last; ++bank) add_scores(bank);
    begin_stage(last, static_cast<int>((steps_done_ - 1) % settings_.sweeps) + 1);
    expect_loss(state.incumbent_objective);
    if (stage_->annealer->is_done()) end_stage();
  }

  void store(TrainingState& state) const override {
    state.current = {bits_};
    if (steps_done_ == 0) state.incumbent = bits_;  // there is none yet
  }

private:
  /// A checkpoint whose network has another loss than it says is not what a run left.
  void expect_loss(double said) const {
    const auto found = static_cast<double>(stage_->annealer->loss());
    if (found == said) return;
    throw parallel::AgreedError(
        fmt::format("the checkpoint's /state: incumbent_objective is {}, but that of its network is {}; remove it and "
                    "start the run again",
                    said, found),
        ExitCode::checkpoint_unusable);
  }

  [[nodiscard]] const network::Layer& output() const { return architecture_.layers.front(); }
  [[nodiscard]] const parallel::Communicator& ranks() const { return input_.grid.group; }

  /// Adds what a trained stage says of all images to the scores, without biases.
  void add_scores(std::size_t bank) {
    const readout::Readout readout = network::readout_of(architecture_, bits_, bank);
    const auto add = [&](const LabelledPixels& images, std::vector<std::int32_t>& scores) {
      const StageImages stage(images, by_class(images), architecture_.banks[bank]);
      const readout::ClassLayout& layout = stage.places.layout();
      const readout::Problem problem{layout, stage.view(), {}, 1};
      const std::vector<std::int32_t> added = stage.places.to_images(readout::scores(problem, readout));
      std::ranges::transform(added, scores, scores.begin(), std::plus<>());
      return readout::feature_rms(layout, stage.view(), ranks());
    };
    rms_before_ = std::hypot(rms_before_, add(train_, train_scores_));
    static_cast<void>(add(validation_, validation_scores_));
  }

  [[nodiscard]] readout::AnnealOptions options(std::size_t bank) const {
    constexpr std::uint64_t apart = 0x9e3779b97f4a7c15U;  // seeds of stages differ in all bits
    const std::int64_t unit = output().bias_unit;
    readout::AnnealOptions options;
    options.seed = input_.config.seed + apart * bank;
    options.sweeps = settings_.sweeps;
    options.first_t = settings_.hot_temperature;
    options.last_t = settings_.cold_temperature;
    options.largest_bias = unit * output().bias.largest();
    options.bias_step = 2 * unit;  // values of the codebook are odd
    return options;
  }

  [[nodiscard]] readout::Readout starting_readout(std::size_t bank) const {
    readout::Readout readout = network::readout_of(architecture_, bits_, bank);
    const network::LayerValues values = network::decode(output(), bits_.front());
    readout.biases.assign(values.biases.begin(), values.biases.end());
    return readout;
  }

  /// By the scores of the stages before, or of a small network on the first units.
  [[nodiscard]] std::vector<std::uint32_t> order_for(std::size_t bank) const {
    std::vector<std::uint32_t> plain = by_class(train_);
    if (bank > 0) {
      const PlacedImages placed(train_, plain);
      return sorted(placed, placed.to_places(train_scores_),
                    readout::stage_margin(settings_.margin_of_stage(bank - 1), rms_before_));
    }
    const filters::Bank& whole = architecture_.banks[bank];
    if (whole.units.size() < 4 * pilot_units) return plain;  // a pilot takes longer than it saves
    std::vector<std::size_t> units(pilot_units);
    std::iota(units.begin(), units.end(), std::size_t{0});
    const StageImages images(train_, plain, filters::with_units(whole, units));
    const double rms = readout::feature_rms(images.places.layout(), images.view(), ranks());
    const readout::Problem problem{images.places.layout(), images.view(), {}, readout::stage_margin(pilot_margin, rms)};
    readout::AnnealOptions settings = options(bank);
    settings.sweeps = pilot_sweeps;
    readout::Annealer annealer(
        problem, settings, ranks(),
        readout::random_readout(static_cast<std::size_t>(output().units), images.count, settings.seed));
    while (!annealer.is_done()) static_cast<void>(annealer.sweep());
    return sorted(images.places, annealer.scores(), problem.margin);
  }

  void begin_stage(std::size_t bank, int sweeps_done) {
    const std::vector<std::uint32_t> order = order_for(bank);
    stage_ = std::make_unique<Stage>(bank, architecture_.banks[bank], train_, order, validation_);
    Stage& stage = *stage_;
    if (bank > 0) stage.fixed_train = stage.train.places.to_places(train_scores_);
    stage.fixed_validation = stage.validation.places.to_places(validation_scores_);
    const readout::ClassLayout& layout = stage.train.places.layout();
    stage.rms = readout::feature_rms(layout, stage.train.view(), ranks());
    stage.problem = readout::Problem{layout, stage.train.view(), stage.fixed_train,
                                     readout::stage_margin(settings_.margin_of_stage(bank), stage.rms, rms_before_)};
    readout::Readout start = starting_readout(bank);
    start.sweeps_done = sweeps_done;
    stage.annealer = std::make_unique<readout::Annealer>(*stage.problem, options(bank), ranks(), std::move(start));
  }

  /// Puts the present parameters into the network's bits.
  void take_parameters() {
    const readout::Readout& now = stage_->annealer->readout();
    network::set_weights(architecture_, stage_->bank, now, bits_);
    std::vector<std::uint8_t>& biases = bits_.front().biases;
    biases.clear();
    for (const std::int32_t bias : now.biases) {
      const std::vector<std::uint8_t> bits = output().bias.nearest_bits(static_cast<double>(bias) / output().bias_unit);
      biases.insert(biases.end(), bits.begin(), bits.end());
    }
    incumbent_.replace(bits_, static_cast<double>(stage_->annealer->loss()));
  }

  /// Fraction of the first `global` images, over all ranks, of which `local` are here, that are where they belong.
  [[nodiscard]] double accuracy(const PlacedImages& images, std::span<const std::int32_t> scores,
                                const data::Samples& samples) const {
    if (samples.global_size == 0) return std::numeric_limits<double>::quiet_NaN();
    const std::int64_t correct = ranks().all_sum(images.count_correct(scores, samples.size()));
    return static_cast<double>(correct) / static_cast<double>(samples.global_size);
  }

  [[nodiscard]] HistoryRow judged_row() {
    const Stage& stage = *stage_;
    const readout::Problem validation{stage.validation.places.layout(), stage.validation.view(), stage.fixed_validation,
                                      1};
    incumbent_.set_accuracies(accuracy(stage.train.places, stage.annealer->scores(), input_.data.train),
                              accuracy(stage.validation.places, readout::scores(validation, stage.annealer->readout()),
                                       input_.data.validation));
    HistoryRow row = new_row();
    row.energy = row.objective = incumbent_.objective();
    return row;
  }

  /// Keeps what the stages up to this one say of the images, and lets go of the features.
  void end_stage() {
    const Stage& stage = *stage_;
    const auto keep = [&](const StageImages& images, std::span<const std::int32_t> fixed,
                          std::vector<std::int32_t>& scores) {
      readout::Readout readout = stage.annealer->readout();
      std::ranges::fill(readout.biases, 0);
      scores = images.places.to_images(readout::scores({images.places.layout(), images.view(), fixed, 1}, readout));
    };
    keep(stage.train, stage.fixed_train, train_scores_);
    keep(stage.validation, stage.fixed_validation, validation_scores_);
    rms_before_ = std::hypot(rms_before_, stage.rms);
    stage_.reset();
  }

  ReadoutSettings settings_;
  const config::FiltersConfig& filters_;
  const network::Architecture& architecture_;
  LabelledPixels train_, validation_;
  std::vector<std::int32_t> train_scores_, validation_scores_;  // [class][image], of the stages that are done
  double rms_before_ = 0;                                       // of their scores
  network::NetworkBits bits_;
  std::unique_ptr<Stage> stage_;
};

}  // namespace

std::unique_ptr<Phase> make_readout(TrainingContext& context, std::int64_t steps) {
  return std::make_unique<ReadoutPhase>(context, steps);
}

}  // namespace isinglass::train
