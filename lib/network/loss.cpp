#include "network/loss.hpp"

#include "base/error.hpp"
#include "network/logistic_spline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <utility>

namespace isinglass::network {

namespace {

/// (M - t) or (M - t)^2 from -limit on.
LossPiece rising_piece(int margin, int limit, bool squared) {
  const std::int64_t shortfall = static_cast<std::int64_t>(margin) + limit;
  if (squared) return {-limit, shortfall * shortfall, -2 * shortfall, 1};
  return {-limit, shortfall, -1, 0};
}

void check(const Architecture& architecture, int margin, int limit) {
  if (margin < 1 || limit < 1)
    throw InputError("network.output: the margin of a loss must be at least one step of its grid");
  if (architecture.loss != Loss::logistic) return;
  if (architecture.loss_segments < 1) throw InputError("network.output.loss_segments: must be at least 1");
  if (architecture.loss_degree < 0 || architecture.loss_degree > 2)
    throw InputError(fmt::format("network.output.loss_degree: must be 0, 1 or 2, found {}", architecture.loss_degree));
}

}  // namespace

std::int64_t LossSpline::at(int t) const {
  const auto after = std::ranges::upper_bound(pieces, t, {}, &LossPiece::from);
  const LossPiece& piece = after == pieces.begin() ? pieces.front() : *(after - 1);
  const std::int64_t d = static_cast<std::int64_t>(t) - piece.from;
  return piece.constant + d * (piece.linear + d * piece.quadratic);
}

LossSpline make_loss_spline(const Architecture& architecture, int margin, int limit) {
  check(architecture, margin, limit);
  LossSpline spline;
  spline.margin = margin;
  const double step = output_step(architecture);
  if (architecture.loss == Loss::logistic) {
    LogisticSpline fit = fit_logistic({margin, limit, architecture.loss_segments, architecture.loss_degree});
    spline.pieces = std::move(fit.pieces);
    spline.unit = margin / (step * fit.levels);
    spline.sup_error = fit.sup_error;
    return spline;
  }
  const bool squared = architecture.loss != Loss::hinge;
  spline.pieces.push_back(rising_piece(margin, limit, squared));
  if (architecture.loss != Loss::squared) spline.pieces.push_back({margin, 0, 0, 0});
  spline.unit = squared ? 1 / (step * margin) : 1 / step;
  return spline;
}

int margin_on_grid(const Layer& output, double margin) {
  return std::max(1, static_cast<int>(std::lround(margin * output.rms)));
}

int output_limit(const Architecture& architecture) {
  const Layer& output = architecture.layers.back();
  std::int64_t input = architecture.layers.size() > 1 ? 1 : std::numeric_limits<std::int8_t>::max();
  if (architecture.layers.size() > 1)
    for (const std::int8_t value : architecture.layers[architecture.layers.size() - 2].values)
      input = std::max<std::int64_t>(input, std::abs(static_cast<int>(value)));
  const std::int64_t bias = static_cast<std::int64_t>(output.bias_unit) * output.bias.largest();
  return static_cast<int>(std::min<std::int64_t>(solver_grid, output.inputs * input * output.weights.largest() + bias));
}

LossTable::LossTable(const LossSpline& spline, int limit) : first_(spline.margin - limit), unit_(spline.unit) {
  if (spline.at(-limit) > std::numeric_limits<std::int32_t>::max())
    throw InputError(
        "network.output: this loss does not fit 32 bits: use a smaller margin or fewer levels of the weights");
  for (int t = limit; t >= -limit; --t) values_.push_back(static_cast<std::int32_t>(spline.at(t)));
}

LossTable make_loss_table(const Architecture& architecture, int margin) {
  const int limit = output_limit(architecture);
  return {make_loss_spline(architecture, margin, limit), limit};
}

}  // namespace isinglass::network
