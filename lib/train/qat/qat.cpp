#include "train/qat/qat.hpp"

#include "base/error.hpp"
#include "products/products.hpp"
#include "train/qat/batch_pass.hpp"
#include "train/qat/batches.hpp"
#include "train/qat/latents.hpp"

#include <fmt/format.h>

#include <tuple>

namespace isinglass {

namespace {

using namespace qat;

/// The state of a training run: everything that moves.
class Trainer {
public:
  explicit Trainer(const TrainingInput& input)
      : input_(input),
        config_(input.config.qat),
        layout_(make_layout(input.architecture)),
        loss_(make_loss(input.architecture, config_)),
        pass_(input.architecture, layout_, config_.window),
        latents_(initial_latents(layout_, config_.initial_scale, input.config.seed)),
        values_(layout_.parameters),
        gradient_(layout_.parameters),
        adam_(layout_.parameters) {
    if (input.resume != nullptr) resume(*input.resume);
  }

  SolveOutcome run(std::vector<HistoryRow>& history) {
    for (int epoch = epochs_done_; epoch < config_.epochs; ++epoch) {
      if (!train_epoch(epoch)) {
        input_.control.interrupted([&] { return checkpoint(epoch, history); });
        return stopped_outcome();
      }
      keep_best();
      history.push_back(row(epoch + 1));
      if (input_.report && input_.grid.is_coordinator()) input_.report(history.back());
      if (input_.control.iteration_done([&] { return checkpoint(epoch + 1, history); }, Keep::when_due))
        return stopped_outcome();
    }
    outcome_.stop_reason = fmt::format("all {} epochs done", config_.epochs);
    return outcome_;
  }

private:
  /// False, with the state as it was before, if a rank was asked to stop.
  [[nodiscard]] bool train_epoch(int epoch) {
    const std::vector<double> latents = latents_;
    const auto moments = adam_.state();
    const auto& samples = input_.data.train;
    const auto batch = static_cast<std::size_t>(config_.batch);
    const Batches batches(samples, batch, input_.config.seed, static_cast<std::uint32_t>(epoch));
    const auto count = static_cast<std::int64_t>(batches.count());
    for (std::int64_t b = 0; b < count; ++b) {
      if (input_.grid.world.all_max(input_.control.stop_is_asked() ? 1.0 : 0.0) > 0) {
        latents_ = latents;
        adam_.set_state(moments);
        return false;
      }
      step(batches.rows(static_cast<std::size_t>(b)),
           cosine_rate(config_.learning_rate, epoch * count + b, config_.epochs * count));
    }
    return true;
  }

  /// One batch: this rank's part of the gradient, the exact sum over the group, the same update everywhere.
  void step(std::span<const std::uint32_t> rows, double learning_rate) {
    round_latents(layout_, latents_, values_);
    gradient_.assign(gradient_.size(), 0);
    labels_.clear();
    for (const auto row : rows) labels_.push_back(input_.data.train.labels[row]);
    pass_.forward(values_, input_.data.train, rows);
    pass_.backward(values_, loss_, labels_, gradient_);
    input_.grid.group.all_sum(gradient_);
    adam_.step(latents_, gradient_, 1 / (signal_one * config_.batch), learning_rate);
  }

  void keep_best() {
    round_latents(layout_, latents_, values_);
    const auto train = assess(pass_, values_, loss_, input_.data.train, input_.grid.group);
    const auto validation = assess(pass_, values_, loss_, input_.data.validation, input_.grid.group);
    objective_ = static_cast<double>(train.loss) * loss_.reported_unit;
    if (has_best_ && rank_of(validation, train) <= rank_of(best_validation_, best_train_)) return;
    has_best_ = true;
    best_train_ = train;
    best_validation_ = validation;
    outcome_.incumbent = to_bits(input_.architecture, layout_, latents_);
    outcome_.objective = objective_;
  }

  /// What makes one epoch's network better than another's.
  static std::tuple<std::int64_t, std::int64_t, std::int64_t> rank_of(const Assessment& validation, const Assessment& train) {
    return {validation.correct, train.correct, -train.loss};
  }

  /// What the next epoch starts from.
  TrainingState checkpoint(int epochs, const std::vector<HistoryRow>& history) const {
    TrainingState checkpoint;
    checkpoint.phase = "qat";
    checkpoint.iteration = epochs;
    checkpoint.incumbent = outcome_.incumbent;
    checkpoint.incumbent_objective = outcome_.objective;
    checkpoint.current = {outcome_.incumbent};  // an epoch starts from latents, not from a network
    checkpoint.latents = latents_;
    checkpoint.gradient_mean = adam_.state().mean;
    checkpoint.gradient_square = adam_.state().square;
    checkpoint.gradient_steps = adam_.state().steps;
    for (const Assessment& of : {best_validation_, best_train_})
      checkpoint.incumbent_counts.insert(checkpoint.incumbent_counts.end(), {of.loss, of.correct, of.total});
    checkpoint.history = history;
    return checkpoint;
  }

  void resume(const TrainingState& checkpoint) {
    const auto& counts = checkpoint.incumbent_counts;
    if (checkpoint.latents.size() != layout_.parameters || counts.size() != 6)
      throw InputError("the checkpoint's latent parameters do not fit this network");
    epochs_done_ = static_cast<int>(checkpoint.iteration);
    latents_ = checkpoint.latents;
    adam_.set_state({checkpoint.gradient_mean, checkpoint.gradient_square, checkpoint.gradient_steps});
    outcome_.incumbent = checkpoint.incumbent;
    outcome_.objective = checkpoint.incumbent_objective;
    best_validation_ = {counts[0], counts[1], counts[2]};
    best_train_ = {counts[3], counts[4], counts[5]};
    has_best_ = true;
  }

  HistoryRow row(int epoch) const {
    HistoryRow row;
    row.phase = "qat";
    row.iteration = epoch;
    row.wall_seconds = input_.seconds();
    row.energy = objective_;
    row.objective = objective_;
    row.incumbent_objective = outcome_.objective;
    row.train_accuracy = best_train_.accuracy();
    row.validation_accuracy = best_validation_.accuracy();
    return row;
  }

  const TrainingInput& input_;
  const QatConfig& config_;
  Layout layout_;
  LossScale loss_;
  BatchPass pass_;
  std::vector<double> latents_, values_;
  std::vector<std::int64_t> gradient_;
  std::vector<std::uint8_t> labels_;
  Adam adam_;
  int epochs_done_ = 0;    // before this start
  double objective_ = 0;   // of the epoch just finished
  bool has_best_ = false;  // whether the two below and outcome_ hold a network
  Assessment best_train_, best_validation_;
  SolveOutcome outcome_;
};

}  // namespace

SolveOutcome solve_qat(const TrainingInput& input, std::vector<HistoryRow>& history) {
  // 127 * signal_limit * batch must stay below 2^53 for the sums to be exact.
  if (input.config.qat.batch < 1 || input.config.qat.batch > 1 << 19) throw InputError("qat.batch: must be from 1 to 524288");
  prepare_products();
  return Trainer(input).run(history);
}

}  // namespace isinglass
