#include "sweep/sweep.hpp"

#include "base/error.hpp"
#include "config/reader.hpp"

#include <fmt/format.h>

namespace isinglass::sweep {

namespace {

std::vector<std::string> options_of(const SweepPoint& point) {
  std::vector<std::string> options;
  for (const auto& [key, value] : point.overrides) options.push_back(fmt::format("{}={}", key, value));
  return options;
}

}  // namespace

std::int64_t point_count(const Sweep& sweep) {
  std::int64_t count = 1;
  for (const SweepAxis& axis : sweep.axes) count *= static_cast<std::int64_t>(axis.values.size());
  return count;
}

std::vector<std::size_t> value_indices(const Sweep& sweep, std::int64_t number) {
  std::vector<std::size_t> indices(sweep.axes.size());
  auto rest = static_cast<std::size_t>(number - 1);
  for (std::size_t i = indices.size(); i-- > 0;) {
    indices[i] = rest % sweep.axes[i].values.size();
    rest /= sweep.axes[i].values.size();
  }
  return indices;
}

SweepPoint point_of(const Sweep& sweep, std::int64_t number) {
  const std::int64_t count = point_count(sweep);
  if (number < 1 || number > count) {
    throw InputError(fmt::format("{}: no point {}; the sweep has points 1 to {}", sweep.path.string(), number, count));
  }
  SweepPoint point;
  point.number = number;
  const std::vector<std::size_t> indices = value_indices(sweep, number);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    point.overrides.emplace_back(sweep.axes[i].key, sweep.axes[i].values[indices[i]].text);
  }
  point.folder = sweep.output / fmt::format("point-{:04}", number);
  return point;
}

config::Config config_of(const Sweep& sweep, const SweepPoint& point) {
  config::Config config = config::parse_config(sweep.base_text, sweep.base.string(), options_of(point));
  config.output.directory = point.folder.string();
  return config;
}

std::string to_text(const SweepPoint& point) { return fmt::format("{}", fmt::join(options_of(point), ", ")); }

}  // namespace isinglass::sweep
