#include "ising/anneal/temperatures.hpp"

#include "ising/coefficients.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace isinglass::ising {

namespace {

/// The sizes of couplings of spin i, without zeros.
std::vector<double> sizes_of(const IsingProblem& problem, std::size_t i) {
  std::vector<double> sizes;
  for (const double v : row_values(problem, i))
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

Schedule::Schedule(const config::SaConfig& config, TemperatureRange range, std::int64_t sweeps)
    : range_(range), sweeps_(sweeps), is_linear_(config.cooling == config::Cooling::linear) {
  if (config.hot_temperature > 0) range_.hot = config.hot_temperature;
  range_.cold = config.cold_temperature > 0 ? config.cold_temperature : std::min(range_.cold, range_.hot);
  range_.hot = std::max(range_.hot, range_.cold);
}

double Schedule::at(std::int64_t sweep) const {
  const double part = sweeps_ == 1 ? 1 : static_cast<double>(sweep) / static_cast<double>(sweeps_ - 1);
  if (is_linear_) return range_.hot + part * (range_.cold - range_.hot);
  return range_.hot * std::pow(range_.cold / range_.hot, part);
}

}  // namespace isinglass::ising
