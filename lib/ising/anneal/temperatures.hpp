#pragma once

#include "config/config.hpp"
#include "ising/problem.hpp"

#include <cstdint>

namespace isinglass::ising {

/// Temperatures in units of energy: a flip that costs dE is accepted with probability exp(-dE / T).
struct TemperatureRange {
  double hot = 1, cold = 1;
};

/// The range that suits a problem of sparse or dense couplings. A spin's field in random states has the
/// root-mean-square sqrt(sum_j J_ij^2); hot is 1.1 times its upper quartile over the spins. Cold is 0.13 times the
/// lower decile of median_j |J_ij| sqrt(number of couplings), so that a few strong couplings (penalties, chains) do not
/// raise it and a few weak ones do not lower it. Fields h count only if nothing is coupled.
[[nodiscard]] TemperatureRange automatic_range(const IsingProblem& problem);

/// One temperature a sweep, from hot to cold, geometric or linear in T. Each is computed when it is asked for: a read
/// may have any number of sweeps.
class Schedule {
public:
  Schedule(const config::SaConfig& config, TemperatureRange range, std::int64_t sweeps);
  [[nodiscard]] std::int64_t sweeps() const { return sweeps_; }
  /// Temperature of sweep 0 .. sweeps() - 1.
  [[nodiscard]] double at(std::int64_t sweep) const;

private:
  TemperatureRange range_;
  std::int64_t sweeps_;
  bool is_linear_;
};

}  // namespace isinglass::ising
