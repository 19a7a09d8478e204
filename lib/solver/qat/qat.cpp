#include "solver/qat/qat.hpp"

#include "base/error.hpp"
#include "solver/qat/adam.hpp"
#include "solver/qat/assess.hpp"
#include "solver/qat/batch_pass.hpp"
#include "solver/qat/batches.hpp"

#include <cblas.h>
#include <fmt/format.h>

#include <optional>
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
        adam_(layout_.parameters) {}

  SolveOutcome run(std::vector<HistoryRow>& history) {
    for (int epoch = 0; epoch < config_.epochs; ++epoch) {
      train_epoch(epoch);
      keep_best();
      history.push_back(row(epoch + 1));
      if (input_.report && input_.grid.is_coordinator()) input_.report(history.back());
    }
    outcome_.stop_reason = fmt::format("all {} epochs done", config_.epochs);
    return outcome_;
  }

private:
  void train_epoch(int epoch) {
    const auto& samples = input_.data.train;
    const auto batch = static_cast<std::size_t>(config_.batch);
    const Batches batches(samples, batch, input_.config.seed, static_cast<std::uint32_t>(epoch));
    const auto count = static_cast<std::int64_t>(batches.count());
    for (std::int64_t b = 0; b < count; ++b)
      step(batches.rows(static_cast<std::size_t>(b)),
           cosine_rate(config_.learning_rate, epoch * count + b, config_.epochs * count));
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
    const auto rank = std::tuple(validation.correct, train.correct, -train.loss);
    if (best_ && rank <= *best_) return;
    best_ = rank;
    best_train_ = train;
    best_validation_ = validation;
    outcome_.incumbent = to_bits(input_.architecture, layout_, latents_);
    outcome_.objective = objective_;
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
  double objective_ = 0;                                                      // of the epoch just finished
  std::optional<std::tuple<std::int64_t, std::int64_t, std::int64_t>> best_;  // correct (validation, training), minus the loss
  Assessment best_train_, best_validation_;
  SolveOutcome outcome_;
};

}  // namespace

SolveOutcome solve_qat(const TrainingInput& input, std::vector<HistoryRow>& history) {
  // 127 * signal_limit * batch must stay below 2^53 for the sums to be exact.
  if (input.config.qat.batch < 1 || input.config.qat.batch > 1 << 19) throw InputError("qat.batch: must be from 1 to 524288");
  openblas_set_num_threads(1);  // ranks are the parallelism; threads would fight over the cores
  return Trainer(input).run(history);
}

}  // namespace isinglass
