#include "base/error.hpp"
#include "products/products.hpp"
#include "train/phase.hpp"
#include "train/qat/batch_pass.hpp"
#include "train/qat/batches.hpp"
#include "train/qat/latents.hpp"

#include <fmt/format.h>

namespace isinglass::train {

namespace {

using namespace qat;

/// Quantization-aware training, the baseline: straight-through estimator and Adam on latent parameters.
/// The incumbent is the epoch with the best validation accuracy, ties (and runs without a validation split) decided by
/// the training accuracy, then by the exact training loss: the loss alone would judge cross-entropy by a hinge. Every
/// group of ranks does the same work, so only grid.group communicates. Signals are integers and sums are exact: the
/// result does not depend on the sharding.
class Qat final : public Phase {
public:
  Qat(TrainingContext& context, std::int64_t epochs)
      : Phase(context, config::PhaseName::qat, epochs),
        config_(input_.config.qat),
        layout_(make_layout(input_.architecture)),
        loss_(make_loss(input_.architecture, config_)),
        pass_(input_.architecture, layout_, config_.window, filter_pass()),
        latents_(initial_latents(layout_, config_.initial_scale, input_.config.seed)),
        values_(layout_.parameters),
        gradient_(layout_.parameters),
        adam_(layout_.parameters) {
    // 127 * signal_limit * batch must stay below 2^53 for the sums to be exact.
    if (config_.batch < 1 || config_.batch > 1 << 19) throw InputError("qat.batch: must be from 1 to 524288");
    start_at_filters(input_.architecture, layout_, latents_);
    products::prepare_products();
  }

  /// Keeps the random latents, or puts them next to the network of a file, which the answer is then never worse than.
  void start(const network::NetworkBits& network) override {
    if (!config::begins_with_file(input_.config)) return;
    start_at_network(input_.architecture, layout_, network, latents_);
    keep_best();
  }

  [[nodiscard]] PhaseStep step() override {
    if (!train_epoch(steps_done_)) return {.was_cut = true};
    ++steps_done_;
    const double objective = keep_best();
    HistoryRow row = new_row();
    row.energy = row.objective = objective;
    return {.row = row};
  }

  [[nodiscard]] PhaseEnd finish() override {
    return {incumbent_.objective(), fmt::format("all {} epochs done", steps_)};
  }

private:
  [[nodiscard]] std::unique_ptr<FilterPass> filter_pass() const {
    if (layout_.banks.empty()) return nullptr;
    return std::make_unique<FilterPass>(input_.architecture, layout_, config_.window, input_.data);
  }

  /// False, with the state as it was before, if a rank was asked to stop.
  [[nodiscard]] bool train_epoch(std::int64_t epoch) {
    const std::vector<double> latents = latents_;
    const auto moments = adam_.state();
    const auto batch = static_cast<std::size_t>(config_.batch);
    const Batches batches(input_.data.train, batch, input_.config.seed, static_cast<std::uint32_t>(epoch));
    const auto count = static_cast<std::int64_t>(batches.count());
    for (std::int64_t b = 0; b < count; ++b) {
      if (any_rank(input_.control.stop_is_asked())) {
        latents_ = latents;
        adam_.set_state(moments);
        return false;
      }
      learn(batches.rows(static_cast<std::size_t>(b)), epoch * count + b, steps_ * count);
    }
    return true;
  }

  /// One batch: this rank's part of the gradient, the exact sum over the group, the same update everywhere.
  void learn(std::span<const std::uint32_t> rows, std::int64_t number, std::int64_t of_batches) {
    round_latents(layout_, latents_, values_);
    gradient_.assign(gradient_.size(), 0);
    labels_.clear();
    for (const auto row : rows) labels_.push_back(input_.data.train.labels[row]);
    pass_.forward(values_, input_.data.train, rows);
    pass_.backward(values_, loss_, labels_, gradient_, static_cast<std::size_t>(number));
    input_.grid.group.all_sum(gradient_);
    const double rate = cosine_rate(config_.learning_rate, number, of_batches);
    adam_.step(latents_, gradient_, 1 / (signal_one * config_.batch),
               {rate, config_.filter_rate * rate, layout_.first_filter()});
  }

  /// Offers the network of this epoch; returns its exact training loss.
  double keep_best() {
    round_latents(layout_, latents_, values_);
    const auto train = assess(pass_, values_, loss_, input_.data.train, input_.grid.group);
    const auto validation = assess(pass_, values_, loss_, input_.data.validation, input_.grid.group);
    const double objective = static_cast<double>(train.loss) * loss_.reported_unit;
    take(to_bits(input_.architecture, layout_, latents_), objective, train, validation);
    return objective;
  }

  void take(const network::NetworkBits& bits, double objective, const Assessment& train, const Assessment& validation) {
    const Incumbent::Merit merit{-static_cast<double>(validation.correct), -static_cast<double>(train.correct),
                                 static_cast<double>(train.loss)};
    if (!incumbent_.offer(bits, objective, merit)) return;
    incumbent_.set_accuracies(train.accuracy(), validation.accuracy());
    best_train_ = train;
    best_validation_ = validation;
  }

  void store(TrainingState& state) const override {
    state.current = {incumbent_.bits()};  // an epoch starts from latents, not from a network
    state.latents = latents_;
    state.gradient_mean = adam_.state().mean;
    state.gradient_square = adam_.state().square;
    state.gradient_steps = adam_.state().steps;
    for (const Assessment& of : {best_validation_, best_train_})
      state.incumbent_counts.insert(state.incumbent_counts.end(), {of.loss, of.correct, of.total});
  }

  void load(const TrainingState& state) override {
    const auto& counts = state.incumbent_counts;
    if (state.latents.size() != layout_.parameters || counts.size() != 6)
      throw InputError("the checkpoint's latent parameters do not fit this network");
    latents_ = state.latents;
    adam_.set_state({state.gradient_mean, state.gradient_square, state.gradient_steps});
    take(state.incumbent, state.incumbent_objective, {counts[3], counts[4], counts[5]},
         {counts[0], counts[1], counts[2]});
  }

  const config::QatConfig& config_;
  Layout layout_;
  LossScale loss_;
  BatchPass pass_;
  std::vector<double> latents_, values_;
  std::vector<std::int64_t> gradient_;
  std::vector<std::uint8_t> labels_;
  Adam adam_;
  Assessment best_train_, best_validation_;
};

}  // namespace

std::unique_ptr<Phase> make_qat(TrainingContext& context, std::int64_t steps) {
  return std::make_unique<Qat>(context, steps);
}

}  // namespace isinglass::train
