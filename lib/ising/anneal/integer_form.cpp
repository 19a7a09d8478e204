#include "ising/anneal/integer_form.hpp"

#include <algorithm>
#include <cmath>

namespace isinglass {

namespace {

constexpr double tolerance = 1e-9;
constexpr std::int64_t largest_field = std::int64_t{1} << 30;

double largest_of(std::span<const double> values) {
  double largest = 0;
  for (const double v : values) largest = std::max(largest, std::abs(v));
  return largest;
}

/// Euclid's algorithm on real numbers; what is below `noise` counts as zero.
double common_unit(double a, double b, double noise) {
  while (b > noise) {
    const double rest = std::abs(a - b * std::round(a / b));
    a = b;
    b = rest;
  }
  return a;
}

/// The largest number of which all values are multiples; 0 if there are none.
double unit_of(std::span<const double> values, double unit, double noise) {
  double last = 0;
  for (const double v : values) {
    const double size = std::abs(v);
    if (size <= noise || size == last) continue;
    last = size;
    unit = unit == 0 ? size : common_unit(std::max(unit, size), std::min(unit, size), noise);
    if (unit < noise * 1000) return unit;  // real numbers: no need to look further
  }
  return unit;
}

bool are_multiples(std::span<const double> values, double unit, double noise) {
  return std::ranges::all_of(values, [&](double v) { return std::abs(v - unit * std::round(v / unit)) <= noise; });
}

std::vector<std::int32_t> rounded(std::span<const double> values, double unit) {
  std::vector<std::int32_t> whole;
  whole.reserve(values.size());
  for (const double v : values) whole.push_back(static_cast<std::int32_t>(std::lround(v / unit)));
  return whole;
}

/// Largest |h_i| + sum_j |J_ij|.
double largest_sum(const SparseCouplings& couplings, std::span<const double> fields) {
  double largest = 0;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    double sum = std::abs(fields[i]);
    for (auto k = static_cast<std::size_t>(couplings.start[i]); k < static_cast<std::size_t>(couplings.start[i + 1]); ++k)
      sum += std::abs(couplings.value[k]);
    largest = std::max(largest, sum);
  }
  return largest;
}

std::int64_t largest_sum(const SparseCouplings& couplings, const IntegerForm& form) {
  std::int64_t largest = 0;
  for (std::size_t i = 0; i < form.field.size(); ++i) {
    std::int64_t sum = std::abs(static_cast<std::int64_t>(form.field[i]));
    for (auto k = static_cast<std::size_t>(couplings.start[i]); k < static_cast<std::size_t>(couplings.start[i + 1]); ++k)
      sum += std::abs(static_cast<std::int64_t>(form.value[k]));
    largest = std::max(largest, sum);
  }
  return largest;
}

IntegerForm form_of(const SparseCouplings& couplings, std::span<const double> fields, double unit) {
  IntegerForm form{unit, rounded(couplings.value, unit), rounded(fields, unit), 0};
  form.largest_sum = largest_sum(couplings, form);
  return form;
}

}  // namespace

std::optional<IntegerForm> integer_form(const SparseCouplings& couplings, std::span<const double> fields) {
  const double largest = std::max(largest_of(couplings.value), largest_of(fields)), noise = tolerance * largest;
  if (largest == 0) return form_of(couplings, fields, 1);
  const double unit = unit_of(fields, unit_of(couplings.value, 0, noise), noise);
  if (unit < noise * 1000 || largest_sum(couplings, fields) / unit > static_cast<double>(largest_field)) return std::nullopt;
  if (!are_multiples(couplings.value, unit, noise) || !are_multiples(fields, unit, noise)) return std::nullopt;
  return form_of(couplings, fields, unit);
}

IntegerForm rounded_form(const SparseCouplings& couplings, std::span<const double> fields) {
  const double sum = largest_sum(couplings, fields);
  // Rounding adds at most half a unit a term: one bit of room.
  return form_of(couplings, fields, sum == 0 ? 1 : sum / static_cast<double>(largest_field / 2));
}

}  // namespace isinglass
