#include "train/qat/loss.hpp"

#include "network/forward.hpp"

#include <algorithm>
#include <cmath>

namespace isinglass::train::qat {

namespace {

Objective own_objective(network::Loss loss) {
  switch (loss) {
    case network::Loss::hinge:
      return Objective::hinge;
    case network::Loss::squared_hinge:
      return Objective::squared_hinge;
    case network::Loss::squared:
      return Objective::squared;
    case network::Loss::logistic:
      return Objective::logistic;
  }
  return Objective::hinge;
}

/// Derivative of the network's own loss by y z / M, but for a factor: of squared losses by half of it.
double slope(const LossScale& loss, double lack) {
  switch (loss.objective) {
    case Objective::hinge:
      return lack > 0 ? 1.0 : 0.0;
    case Objective::squared_hinge:
      return std::max(lack, 0.0);
    case Objective::squared:
      return lack;
    default:
      return 1 / (1 + std::exp(1 - lack / loss.margin));  // u = 1 - lack / margin
  }
}

void own_signals(const LossScale& loss, std::span<const double> outputs, int label, std::span<double> signals) {
  const auto count = static_cast<int>(outputs.size());
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    const int sign = network::target_sign(count, static_cast<int>(k), label);
    const double lack = loss.margin - sign * outputs[k] / loss.rms;
    signals[k] = to_signal(-sign * slope(loss, lack) * signal_one);
  }
}

/// Softmax over the outputs; the logistic function where there is only one.
void cross_entropy_signals(const LossScale& loss, std::span<const double> outputs, int label,
                           std::span<double> signals) {
  const double unit = loss.rms * loss.margin;
  if (outputs.size() == 1) {
    signals[0] = to_signal((1 / (1 + std::exp(-outputs[0] / unit)) - (label == 1 ? 1 : 0)) * signal_one);
    return;
  }
  const double top = *std::ranges::max_element(outputs);
  double sum = 0;
  for (std::size_t k = 0; k < outputs.size(); ++k) sum += signals[k] = std::exp((outputs[k] - top) / unit);
  for (std::size_t k = 0; k < outputs.size(); ++k)
    signals[k] = to_signal((signals[k] / sum - (static_cast<int>(k) == label ? 1 : 0)) * signal_one);
}

}  // namespace

LossScale make_loss(const network::Architecture& architecture, const config::QatConfig& config) {
  LossScale loss;
  loss.objective =
      config.loss == config::GradientLoss::cross_entropy ? Objective::cross_entropy : own_objective(architecture.loss);
  loss.reported = architecture.loss;
  loss.rms = architecture.layers.back().rms;
  loss.margin = config.output_margin;
  loss.margin_grid = std::max<std::int64_t>(1, std::llround(loss.margin * loss.rms));
  loss.reported_unit = 1 / network::output_step(architecture);
  if (loss.reported == network::Loss::squared_hinge) loss.reported_unit /= static_cast<double>(loss.margin_grid);
  if (loss.has_spline()) {
    loss.spline = network::make_loss_spline(architecture, static_cast<int>(loss.margin_grid),
                                            network::output_limit(architecture));
    loss.reported_unit = loss.spline.unit;
  }
  return loss;
}

double to_signal(double value) {
  // Adding 1.5 * 2^52 leaves no bits for a fraction: rounds without a library call, so that loops vectorise.
  constexpr double shift = 0x1.8p52;
  return std::clamp((value + shift) - shift, -signal_limit, signal_limit);
}

void output_signals(const LossScale& loss, std::span<const double> outputs, int label, std::span<double> signals) {
  if (loss.objective == Objective::cross_entropy)
    cross_entropy_signals(loss, outputs, label, signals);
  else
    own_signals(loss, outputs, label, signals);
}

std::int64_t sample_loss(const LossScale& loss, std::span<const double> outputs, int label) {
  const auto count = static_cast<int>(outputs.size());
  std::int64_t sum = 0;
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    const std::int64_t t =
        network::target_sign(count, static_cast<int>(k), label) * static_cast<std::int64_t>(outputs[k]);
    const auto lack = std::max<std::int64_t>(0, loss.margin_grid - t);
    if (loss.has_spline())
      sum += loss.spline.at(static_cast<int>(t));
    else
      sum += loss.reported == network::Loss::hinge ? lack : lack * lack;
  }
  return sum;
}

}  // namespace isinglass::train::qat
