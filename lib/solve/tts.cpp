#include "solve/tts.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace isinglass::solve {

Fraction success_fraction(std::int64_t successes, std::int64_t runs) {
  assert(successes >= 0 && successes <= runs);
  if (runs == 0) return {};
  constexpr double z = 1.959963984540054;  // 97.5 % quantile of the normal distribution
  const auto n = static_cast<double>(runs);
  const double p = static_cast<double>(successes) / n;
  const double scale = 1 + z * z / n, middle = p + z * z / (2 * n);
  const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  Fraction fraction{p, std::max(0.0, (middle - half) / scale), std::min(1.0, (middle + half) / scale)};
  if (successes == 0) fraction.low = 0;
  if (successes == runs) fraction.high = 1;
  return fraction;
}

double runs_to_99(double probability) {
  if (probability >= 0.99) return 1;
  if (probability <= 0) return std::numeric_limits<double>::infinity();
  return std::log(0.01) / std::log1p(-probability);
}

TimeToSolution time_to_solution(std::int64_t successes, std::int64_t runs) {
  TimeToSolution tts;
  tts.success = success_fraction(successes, runs);
  tts.runs = runs_to_99(tts.success.value);
  tts.runs_low = runs_to_99(tts.success.high);
  tts.runs_high = runs_to_99(tts.success.low);
  tts.is_lower_bound = successes == 0;
  return tts;
}

}  // namespace isinglass::solve
