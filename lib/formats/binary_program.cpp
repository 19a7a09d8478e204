#include "formats/binary_program.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace isinglass::formats {

namespace {

/// A sum of doubles to about twice their precision (Knuth's error-free addition, TAOCP vol. 2, 4.2.2, theorem B): terms
/// that cancel leave what is below them. Finite terms of a finite sum of magnitudes are assumed.
class DoubleSum {
public:
  DoubleSum() = default;
  explicit DoubleSum(double start) : high_(start) {}

  DoubleSum& operator+=(double term) {
    const double sum = high_ + term, rounded_term = sum - high_;
    low_ += (high_ - (sum - rounded_term)) + (term - rounded_term);
    high_ = sum;
    return *this;
  }
  [[nodiscard]] double value() const { return high_ + low_; }

private:
  double high_ = 0, low_ = 0;
};

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Share of a row's smallest coefficient that a sum of decimals may miss its side by.
constexpr double decimal_tolerance = 1e-9;

/// Relative error of a coefficient that was written as a decimal, twice: of the row's and of the side's.
constexpr double rounding = 4 * std::numeric_limits<double>::epsilon();

bool is_whole(double value) { return std::isinf(value) || value == std::nearbyint(value); }

bool is_whole(const LinearRow& row) {
  return is_whole(row.lower) && is_whole(row.upper) &&
         std::ranges::all_of(row.coefficient, [](double a) { return is_whole(a); });
}

double smallest_coefficient(const LinearRow& row) {
  double smallest = infinity;
  for (const double a : row.coefficient) smallest = std::min(smallest, std::abs(a));
  return std::isinf(smallest) ? 0 : smallest;
}

/// Tolerance of a sum to which coefficients of this total magnitude contribute.
double tolerance_of(const LinearRow& row, double magnitude) {
  if (is_whole(row)) return 0;
  for (const double side : {row.lower, row.upper})
    if (std::isfinite(side)) magnitude = std::max(magnitude, std::abs(side));
  return decimal_tolerance * smallest_coefficient(row) + rounding * magnitude;
}

}  // namespace

double objective_of(const BinaryProgram& program, std::span<const std::uint8_t> x) {
  DoubleSum sum(program.constant);
  for (const ising::BinaryTerm& term : program.objective)
    if (x[static_cast<std::size_t>(term.i)] != 0 && x[static_cast<std::size_t>(term.j)] != 0) sum += term.value;
  return sum.value();
}

double objective_size(const BinaryProgram& program) {
  double size = std::abs(program.constant);
  for (const ising::BinaryTerm& term : program.objective) size += std::abs(term.value);
  return size;
}

bool has_whole_objective(const BinaryProgram& program) {
  return objective_size(program) < 0x1p52 && is_whole(program.constant) &&
         std::ranges::all_of(program.objective, [](const ising::BinaryTerm& term) { return is_whole(term.value); });
}

std::vector<LinearRow> rows_of_product(const ProductRow& product) {
  const auto [u, w, b] = product;
  if (w == b) return {{{u, w}, {1, -1}, 0, 0}};
  return {{{u, w}, {1, -1}, -infinity, 0}, {{u, b}, {1, -1}, -infinity, 0}, {{w, b, u}, {1, 1, -1}, -infinity, 1}};
}

double row_tolerance(const LinearRow& row) {
  double magnitude = 0;
  for (const double a : row.coefficient) magnitude += std::abs(a);
  return tolerance_of(row, magnitude);
}

double violation(const LinearRow& row, std::span<const std::uint8_t> x) {
  DoubleSum below, above;  // of the sides
  double magnitude = 0;
  below += row.lower == -infinity ? 0 : row.lower;
  above += row.upper == infinity ? 0 : -row.upper;
  for (std::size_t k = 0; k < row.variable.size(); ++k) {
    if (x[static_cast<std::size_t>(row.variable[k])] == 0) continue;
    below += -row.coefficient[k];
    above += row.coefficient[k];
    magnitude += std::abs(row.coefficient[k]);
  }
  const double distance =
      std::max(row.lower == -infinity ? 0 : below.value(), row.upper == infinity ? 0 : above.value());
  if (distance <= 0) return 0;
  return distance > tolerance_of(row, magnitude) ? distance : 0;
}

double largest_violation(const BinaryProgram& program, std::span<const std::uint8_t> x) {
  double largest = 0;
  for (const LinearRow& row : program.rows) largest = std::max(largest, violation(row, x));
  for (const ProductRow& p : program.products) {
    const int product = x[static_cast<std::size_t>(p.w)] * x[static_cast<std::size_t>(p.b)];
    if (product != x[static_cast<std::size_t>(p.u)]) largest = std::max(largest, 1.0);
  }
  return largest;
}

std::vector<ising::BinaryTerm> merged_terms(std::vector<ising::BinaryTerm> terms, const std::function<void()>& look) {
  constexpr std::size_t between_looks = std::size_t{1} << 20;
  // By first variables: where each begins, then its terms in their order.
  std::vector<std::size_t> end;
  for (ising::BinaryTerm& term : terms) {
    if (term.i > term.j) std::swap(term.i, term.j);
    const auto i = static_cast<std::size_t>(term.i);
    if (i + 1 >= end.size()) end.resize(i + 2);
    ++end[i + 1];
  }
  std::partial_sum(end.begin(), end.end(), end.begin());
  std::vector<ising::BinaryTerm> ordered(terms.size());
  for (std::size_t k = 0; k < terms.size(); ++k) {
    ordered[end[static_cast<std::size_t>(terms[k].i)]++] = terms[k];
    if ((k + 1) % between_looks == 0) look();
  }
  terms.clear();
  std::size_t begin = 0, seen = 0;
  for (std::size_t i = 0; i + 1 < end.size(); begin = end[i++]) {
    const std::span<ising::BinaryTerm> row(ordered.data() + begin, end[i] - begin);
    if (!std::ranges::is_sorted(row, {}, &ising::BinaryTerm::j))
      std::ranges::stable_sort(row, {}, &ising::BinaryTerm::j);
    for (std::size_t k = 0; k < row.size();) {
      ising::BinaryTerm sum = row[k];
      for (++k; k < row.size() && row[k].j == sum.j; ++k) sum.value += row[k].value;
      if (sum.value != 0) terms.push_back(sum);
    }
    if ((seen += row.size() + 1) < between_looks) continue;
    seen = 0;
    look();
  }
  return terms;
}

}  // namespace isinglass::formats
