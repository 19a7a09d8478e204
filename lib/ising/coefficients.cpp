#include "ising/coefficients.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <utility>

namespace isinglass::ising {

namespace {

/// Finest unit that is tried: 2^-20.
constexpr int finest = 20;

/// Halves needed to make `value`, which is finite, an integer; more than `finest`: too many. It is asked of every
/// coefficient.
int halvings(double value) {
  constexpr std::uint64_t hidden = std::uint64_t{1} << 52;
  constexpr int bias = 1075;  // value = mantissa 2^(exponent - bias)
  const auto bits = std::bit_cast<std::uint64_t>(value);
  if (bits << 1 == 0) return 0;
  const auto exponent = static_cast<int>((bits >> 52) & 0x7ff);
  if (exponent == 0) return finest + 1;
  const std::uint64_t mantissa = (bits & (hidden - 1)) | hidden;
  return std::clamp(bias - exponent - std::countr_zero(mantissa), 0, finest + 1);
}

}  // namespace

std::optional<double> integer_unit(const IsingProblem& problem, int bits) {
  int halves = 0;
  double most = 0;
  for (std::size_t i = 0; i < problem.spins; ++i) {
    halves = std::max(halves, halvings(2 * problem.fields[i]));
    double sum = std::abs(2 * problem.fields[i]);
    for_row(problem, i, [&](std::size_t, double j) {
      if (halves <= finest) halves = std::max(halves, halvings(2 * j));
      sum += 2 * std::abs(j);
    });
    most = std::max(most, sum);
    if (halves > finest) return std::nullopt;
  }
  if (std::ldexp(most, halves) >= std::ldexp(1.0, bits)) return std::nullopt;
  return std::ldexp(1.0, -halves);
}

std::span<const double> stored_values(const IsingProblem& problem) {
  if (const auto* sparse = std::get_if<SparseCouplings>(&problem.couplings)) return sparse->values();
  if (const auto* dense = std::get_if<DenseCouplings>(&problem.couplings))
    return {dense->data(), static_cast<std::size_t>(dense->size())};
  return {};
}

std::span<double> stored_values(IsingProblem& problem) {
  const std::span<const double> values = stored_values(std::as_const(problem));
  return {const_cast<double*>(values.data()), values.size()};  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

std::span<const double> row_values(const IsingProblem& problem, std::size_t i) {
  if (const auto* sparse = std::get_if<SparseCouplings>(&problem.couplings)) return sparse->values(i);
  return row_span(std::get<DenseCouplings>(problem.couplings), i);
}

bool wants_dense_rows(const IsingProblem& problem) {
  if (problem.spins > largest_dense) return false;
  const auto* sparse = std::get_if<SparseCouplings>(&problem.couplings);
  if (sparse == nullptr) return true;
  return static_cast<double>(sparse->nonZeros()) >
         0.1 * static_cast<double>(problem.spins) * static_cast<double>(problem.spins);
}

}  // namespace isinglass::ising
