#include "ising/anneal/temperatures.hpp"

#include "ising/anneal/random_states.hpp"

#include <algorithm>
#include <cmath>

namespace isinglass {

namespace {

/// Calls visit(k, J_ik) for row i.
template <class Visit>
void for_row(const SparseCouplings& j, std::size_t, std::size_t i, const Visit& visit) {
  for (auto k = static_cast<std::size_t>(j.start[i]); k < static_cast<std::size_t>(j.start[i + 1]); ++k)
    visit(static_cast<std::size_t>(j.column[k]), j.value[k]);
}
template <class Visit>
void for_row(const DenseCouplings& j, std::size_t spins, std::size_t i, const Visit& visit) {
  for (std::size_t k = 0; k < spins; ++k) visit(k, j.value[i * spins + k]);
}

/// The value below which a part `q` of the values lies.
double quantile(std::vector<double> values, double q) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, at);
  return *at;
}

/// Root-mean-square local fields in random states.
template <class Form>
std::vector<double> random_fields(const Form& couplings, std::span<const double> h) {
  std::vector<double> rms;
  for (std::size_t i = 0; i < h.size(); ++i) {
    double sum = h[i] * h[i];
    for_row(couplings, h.size(), i, [&](std::size_t, double v) { sum += v * v; });
    if (sum > 0) rms.push_back(std::sqrt(sum));
  }
  return rms;
}

/// |f_i| != 0 in a state that descent ends in.
template <class Form>
std::vector<double> quenched_fields(const Form& couplings, std::span<const double> h) {
  const std::size_t n = h.size();
  Spins s = random_state(0, 0, n);
  std::vector<double> f(h.begin(), h.end());
  for (std::size_t i = 0; i < n; ++i) for_row(couplings, n, i, [&](std::size_t k, double v) { f[k] += v * s[i]; });
  bool any = true;
  for (int sweep = 0; any && sweep < 50; ++sweep) {
    any = false;
    for (std::size_t i = 0; i < n; ++i) {
      if (s[i] * f[i] <= 0) continue;
      s[i] = static_cast<std::int8_t>(-s[i]);
      for_row(couplings, n, i, [&](std::size_t k, double v) { f[k] += 2 * v * s[i]; });
      any = true;
    }
  }
  std::vector<double> sizes;
  const double noise = 1e-9 * std::abs(*std::ranges::max_element(f, {}, [](double v) { return std::abs(v); }));
  for (const double v : f)
    if (std::abs(v) > noise) sizes.push_back(std::abs(v));
  return sizes;
}

template <class Form>
TemperatureRange range_of(const Form& couplings, std::span<const double> h) {
  const std::vector<double> random = random_fields(couplings, h);
  if (random.empty()) return {};
  const double hot = 1.2 * quantile(random, 0.75);
  const std::vector<double> quenched = quenched_fields(couplings, h);
  const double cold = quenched.empty() ? hot / 10 : 0.3 * quantile(quenched, 0.1);
  return {hot, std::min(cold, hot / 5)};
}

}  // namespace

TemperatureRange automatic_range(const IsingProblem& problem) {
  if (const auto* sparse = std::get_if<SparseCouplings>(&problem.couplings)) return range_of(*sparse, problem.fields);
  return range_of(std::get<DenseCouplings>(problem.couplings), problem.fields);
}

std::vector<double> schedule(const SaConfig& config, TemperatureRange range, std::int64_t sweeps) {
  if (config.hot_temperature > 0) range.hot = config.hot_temperature;
  range.cold = config.cold_temperature > 0 ? config.cold_temperature : std::min(range.cold, range.hot);
  range.hot = std::max(range.hot, range.cold);
  std::vector<double> temperatures;
  for (std::int64_t t = 0; t < sweeps; ++t) {
    const double part = sweeps == 1 ? 1 : static_cast<double>(t) / static_cast<double>(sweeps - 1);
    temperatures.push_back(config.cooling == "geometric" ? range.hot * std::pow(range.cold / range.hot, part)
                                                         : 1 / (1 / range.hot + part * (1 / range.cold - 1 / range.hot)));
  }
  return temperatures;
}

}  // namespace isinglass
