#include "train/readout/settings.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace isinglass::train {

namespace {

/// What suits a number of features; between them it goes by the logarithm.
struct Row {
  double features, margin, sweeps, hot_temperature;
};
constexpr std::array<Row, 6> table{{{1200, 0.7, 30, 1e-5},
                                    {3200, 0.7, 15, 5e-6},
                                    {12800, 0.7, 6, 2e-6},
                                    {25600, 0.9, 4, 1e-6},
                                    {37500, 1.0, 4, 1e-6},
                                    {102400, 1.3, 4, 1e-6}}};
constexpr double cold_temperature = 1e-7;  // of all of them

std::int64_t features_of(const config::LayerConfig& layer) {
  return std::int64_t{layer.units} * layer.filters.cells * layer.filters.cells;
}

Row row_for(double features) {
  const double f = std::clamp(features, table.front().features, table.back().features);
  std::size_t i = 1;
  while (i + 1 < table.size() && table[i].features < f) ++i;
  const Row &low = table[i - 1], &high = table[i];
  const double share = std::log(f / low.features) / std::log(high.features / low.features);
  return {f, std::lerp(low.margin, high.margin, share), std::lerp(low.sweeps, high.sweeps, share),
          low.hot_temperature * std::pow(high.hot_temperature / low.hot_temperature, share)};
}

/// A stage need not be found as well if others come after it.
ReadoutSettings suitable_settings(const config::LayerConfig& layer) {
  constexpr int fewest_sweeps = 3;
  const Row row = row_for(static_cast<double>(features_of(layer)));
  const int sweeps = static_cast<int>(std::lround(row.sweeps));
  if (layer.filters.stages == 1) return {row.margin, sweeps, row.hot_temperature, cold_temperature};
  return {row.margin, std::max(fewest_sweeps, sweeps / 2), row.hot_temperature / 2, cold_temperature};
}

/// The factor of the margin by the number of images; it is 1 for the number that the table was made with.
double factor_for(double images_per_class) {
  constexpr double images_of_table = 5400, power = 0.3;
  return std::pow(images_of_table / std::max(1.0, images_per_class), power);
}

}  // namespace

ReadoutSettings readout_settings(const config::Config& config, double images_per_class) {
  ReadoutSettings settings = suitable_settings(config.network.hidden.front());
  settings.margin *= factor_for(images_per_class);
  const config::ReadoutConfig& set = config.readout;
  if (set.margin > 0) settings.margin = set.margin;
  if (set.sweeps > 0) settings.sweeps = set.sweeps;
  if (set.hot_temperature > 0) {
    settings.hot_temperature = set.hot_temperature;
    settings.cold_temperature = set.cold_temperature;
  }
  return settings;
}

int readout_sweeps(const config::Config& config) { return readout_settings(config, 1).sweeps; }

double ReadoutSettings::margin_of_stage(std::size_t stage) const {
  constexpr double growth = 0.2;
  return margin * std::pow(static_cast<double>(stage + 1), growth);
}

std::int64_t feature_bytes(const config::Config& config, const data::DataSplits& data) {
  const config::LayerConfig& layer = config.network.hidden.front();
  const auto padding = static_cast<std::int64_t>(64 * data.class_names.size());
  const auto images = static_cast<std::int64_t>(data.train.size()) * (1 + layer.filters.copies) +
                      static_cast<std::int64_t>(data.validation.size()) + 2 * padding;
  return images * features_of(layer);
}

}  // namespace isinglass::train
