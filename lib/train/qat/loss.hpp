#pragma once

#include "config/config.hpp"
#include "network/architecture.hpp"
#include "network/loss.hpp"

#include <cstdint>
#include <span>

namespace isinglass::train::qat {

/// Loss that the gradient comes from. The reported objective is always the network's own loss.
/// cross_entropy is a softmax over all outputs, logistic the cross-entropy of each output by itself.
enum class Objective { hinge, squared_hinge, squared, logistic, cross_entropy };

/// A loss on the outputs of the quantized network.
struct LossScale {
  Objective objective = Objective::hinge;
  network::Loss reported = network::Loss::hinge;
  network::LossSpline spline;    ///< of the reported loss, for margin_grid; not of the hinges, which are computed
  double rms = 1;                ///< of an output, grid units
  double margin = 1;             ///< in units of rms; cross-entropy: divides the logits
  std::int64_t margin_grid = 1;  ///< margin in grid units, rounded, at least 1
  double reported_unit = 1;      ///< turns sample_loss into the objective that is reported, in units of output_step

  [[nodiscard]] bool has_spline() const {
    return reported != network::Loss::hinge && reported != network::Loss::squared_hinge;
  }
};
[[nodiscard]] LossScale make_loss(const network::Architecture& architecture, const config::QatConfig& config);

/// Fixed-point unit of the signals, and the bound that keeps every sum of products below 2^53.
inline constexpr double signal_one = 1 << 20;
inline constexpr double signal_limit = 1 << 26;

/// Nearest integer, ties to even, clamped to +-signal_limit.
[[nodiscard]] double to_signal(double value);

/// Derivative of one sample's loss by its outputs, up to a common factor, as integers of 1 / signal_one.
void output_signals(const LossScale& loss, std::span<const double> outputs, int label, std::span<double> signals);

/// The network's loss of one sample, exact, in the integer units of its spline.
[[nodiscard]] std::int64_t sample_loss(const LossScale& loss, std::span<const double> outputs, int label);

}  // namespace isinglass::train::qat
