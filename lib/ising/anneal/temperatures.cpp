#include "ising/anneal/temperatures.hpp"

#include <algorithm>
#include <cmath>

namespace isinglass {

namespace {

/// The sizes of couplings of spin i, without zeros.
std::vector<double> sizes_of(const IsingProblem& problem, std::size_t i) {
  std::span<const double> row;
  if (const auto* sparse = std::get_if<SparseCouplings>(&problem.couplings))
    row = std::span(sparse->value)
              .subspan(static_cast<std::size_t>(sparse->start[i]),
                       static_cast<std::size_t>(sparse->start[i + 1] - sparse->start[i]));
  else
    row = std::span(std::get<DenseCouplings>(problem.couplings).value).subspan(i * problem.spins, problem.spins);
  std::vector<double> sizes;
  for (const double v : row)
    if (v != 0) sizes.push_back(std::abs(v));
  return sizes;
}

/// The value below which a part `q` of the values lies.
double quantile(std::vector<double> values, double q) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, at);
  return *at;
}

double root_of_squares(std::span<const double> values) {
  double sum = 0;
  for (const double v : values) sum += v * v;
  return std::sqrt(sum);
}

/// Spins that are looked at, evenly spread.
constexpr std::size_t most_rows = 512;

/// Measured on random graphs, planar-like graphs and full matrices: neither end needs fine tuning.
TemperatureRange range_of(const std::vector<double>& strong, const std::vector<double>& typical) {
  const double hot = 1.1 * quantile(strong, 0.75);
  return {hot, std::min(hot, 0.13 * quantile(typical, 0.1))};
}

double temperature(const std::string& cooling, TemperatureRange range, double part) {
  if (cooling == "linear") return range.hot + part * (range.cold - range.hot);
  return range.hot * std::pow(range.cold / range.hot, part);
}

}  // namespace

TemperatureRange automatic_range(const IsingProblem& problem) {
  std::vector<double> strong, typical, alone;
  const std::size_t step = (problem.spins + most_rows - 1) / most_rows;
  for (std::size_t i = 0; i < problem.spins; i += step) {
    const std::vector<double> sizes = sizes_of(problem, i);
    if (sizes.empty()) {
      if (problem.fields[i] != 0) alone.push_back(std::abs(problem.fields[i]));
      continue;
    }
    strong.push_back(root_of_squares(sizes));
    typical.push_back(quantile(sizes, 0.5) * std::sqrt(static_cast<double>(sizes.size())));
  }
  if (!strong.empty()) return range_of(strong, typical);
  return alone.empty() ? TemperatureRange{} : range_of(alone, alone);
}

std::vector<double> schedule(const SaConfig& config, TemperatureRange range, std::int64_t sweeps) {
  if (config.hot_temperature > 0) range.hot = config.hot_temperature;
  range.cold = config.cold_temperature > 0 ? config.cold_temperature : std::min(range.cold, range.hot);
  range.hot = std::max(range.hot, range.cold);
  std::vector<double> temperatures;
  for (std::int64_t t = 0; t < sweeps; ++t) {
    const double part = sweeps == 1 ? 1 : static_cast<double>(t) / static_cast<double>(sweeps - 1);
    temperatures.push_back(temperature(config.cooling, range, part));
  }
  return temperatures;
}

}  // namespace isinglass
