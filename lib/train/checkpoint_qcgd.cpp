#include "base/error.hpp"
#include "parallel/agreement.hpp"
#include "train/checkpoint_rules.hpp"
#include "train/qcgd/duals.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace isinglass::train {

namespace {

struct Range {
  double least = 0, most = 0;
};

/// f(X) of any X: every output of every sample falls short as far as it can.
double largest_objective_image(const config::Config& config, const network::Architecture& architecture,
                               const data::DataSplits& data) {
  constexpr double rounding = 1e-9;
  const int limit = network::output_limit(architecture);
  const int margin = network::margin_on_grid(architecture.layers.back(), config.qcgd.output_margin);
  const network::LossSpline loss = network::make_loss_spline(architecture, margin, limit);
  const double outputs = static_cast<double>(architecture.outputs()) * static_cast<double>(data.train.global_size);
  return (1 + rounding) * outputs * loss.unit * static_cast<double>(loss.at(-limit));
}

void expect_objective_image(double image, double most) {
  if (image >= 0 && image <= most) return;
  throw InputError(fmt::format("/state: objective_image is {}, outside 0 .. {:.6g}", image, most));
}

/// Every entry of one dataset of the duals, on this rank.
void expect_range(const ShardedRows& rows, std::size_t layer, const char* name, const Range& range) {
  const auto bad =
      std::ranges::find_if(rows.values, [&](float value) { return value < range.least || value > range.most; });
  if (bad == rows.values.end()) return;
  const auto at = static_cast<std::size_t>(bad - rows.values.begin());
  throw InputError(fmt::format("/duals/layer_{}/{}: of unit {} and sample {} is {}, outside {:.6g} .. {:.6g}", layer,
                               name, at / rows.columns, rows.first + at % rows.columns, *bad, range.least, range.most));
}

/// Images are weighted means of P >= 0, the first with all the weight. A multiplier starts at its first value and no
/// step takes more than beta0 times the image from it; with no step done both are what they start from.
void expect_ranges(const std::vector<DualRecord>& duals, const energy::StructuredState& state,
                   const config::QcgdConfig& settings, double steps) {
  const double rounding = 1 + 0x1p-23 * (steps + 1);  // of as many sums in single precision
  const double start = static_cast<float>(settings.initial_multiplier);
  for (std::size_t l = 0; l < duals.size(); ++l) {
    const energy::LayerState& layer = state.layers[l];
    const double largest = steps > 0 ? std::pow(layer.range.largest_distance / layer.layer->rms, 2) : 0;
    expect_range(duals[l].image, l, "image", {0, rounding * largest});
    expect_range(duals[l].multiplier, l, "multiplier", {start, rounding * (start + steps * settings.beta0 * largest)});
  }
}

/// No step takes the norm of y past the cap, so it is at most that, or what it started from. The terms of its square
/// are rounded to multiples of 2^-20. Collective.
void expect_norm(const TrainingState& checkpoint, const energy::StructuredState& state,
                 const config::QcgdConfig& settings, const parallel::Communicator& group) {
  constexpr double rounding = 1 + 1e-5;
  double constraints = 0;
  for (const DualRecord& record : checkpoint.duals)
    constraints += static_cast<double>(record.multiplier.rows) * static_cast<double>(record.multiplier.global_columns);
  const double first = constraints * settings.initial_multiplier * settings.initial_multiplier;
  const double most =
      rounding * std::max(settings.multiplier_cap * settings.multiplier_cap, first) + 0x1p-20 * constraints;
  NetworkDuals duals(state, 0, 0, group);
  duals.load(checkpoint.duals, state);
  const double square = duals.multiplier_square(0);
  if (square <= most) return;
  throw InputError(fmt::format("/duals: the norm of all multipliers is {:.6g}, more than {:.6g}", std::sqrt(square),
                               std::sqrt(most)));
}

}  // namespace

void expect_possible_images(const TrainingState& checkpoint, const TrainingInput& input) {
  const config::Config& config = input.config;
  const parallel::Communicator& group = input.grid.group;
  const bool has_steps = checkpoint.is_in(config::PhaseName::qcgd) && checkpoint.iteration > 0;
  expect_objective_image(checkpoint.objective_image,
                         has_steps ? largest_objective_image(config, input.architecture, input.data) : 0);
  if (!checkpoint.is_in(config::PhaseName::qcgd)) return;
  const energy::StructuredState state = energy::make_state(input.architecture, input.data.train, input.reach,
                                                           {config.qcgd.margin, config.qcgd.output_margin}, group);
  parallel::agree<InputError>(input.grid.world, [&] {
    expect_ranges(checkpoint.duals, state, config.qcgd, static_cast<double>(checkpoint.iteration));
  });
  expect_norm(checkpoint, state, config.qcgd, group);
}

}  // namespace isinglass::train
