#include "ising/dynamics/descent.hpp"

#include <algorithm>
#include <cmath>

namespace isinglass::dynamics {

namespace {

/// products += change * (column i of J).
struct AddColumn {
  std::span<const std::int8_t> spins;
  std::size_t i;
  double change;
  std::vector<double>& products;

  void operator()(const SparseCouplings& j) const {
    for (auto k = static_cast<std::size_t>(j.start[i]); k < static_cast<std::size_t>(j.start[i + 1]); ++k)
      products[static_cast<std::size_t>(j.column[k])] += change * j.value[k];
  }
  void operator()(const DenseCouplings& j) const {
    const double* row = j.value.data() + i * products.size();
    for (std::size_t k = 0; k < products.size(); ++k) products[k] += change * row[k];
  }
  void operator()(const FactoredCouplings& j) const {
    const std::size_t n = products.size();
    const double before = products[i];
    for (std::size_t r = 0; r < j.weight.size(); ++r) {
      const float* row = j.factor.data() + r * n;
      const double f = change * j.weight[r] * static_cast<double>(row[i]);
      if (f == 0) continue;
      for (std::size_t k = 0; k < n; ++k) products[k] += f * static_cast<double>(row[k]);
    }
    products[i] = before;  // J has no diagonal
  }
  void operator()(const MatrixFreeCouplings& j) const {
    const std::vector<float> x(spins.begin(), spins.end());
    std::vector<float> out(x.size());
    j.multiply(x, out, 1);
    std::ranges::copy(out, products.begin());
  }
};

/// Gains below this share of the largest field are rounding: a callback works in floats.
double rounding(const IsingProblem& problem) {
  return std::holds_alternative<MatrixFreeCouplings>(problem.couplings) ? 1e-5 : 1e-9;
}

}  // namespace

double descend(const IsingProblem& problem, std::span<std::int8_t> spins, std::vector<double> products) {
  double largest = 0;
  for (std::size_t i = 0; i < spins.size(); ++i) largest = std::max(largest, std::abs(products[i] + problem.fields[i]));
  const double least = rounding(problem) * largest;
  for (bool moved = true; moved;) {
    moved = false;
    for (std::size_t i = 0; i < spins.size(); ++i) {
      if (spins[i] * (products[i] + problem.fields[i]) <= least) continue;
      spins[i] = static_cast<std::int8_t>(-spins[i]);
      std::visit(AddColumn{spins, i, 2.0 * spins[i], products}, problem.couplings);
      moved = true;
    }
  }
  double sum = problem.offset;
  for (std::size_t i = 0; i < spins.size(); ++i) sum += (0.5 * products[i] + problem.fields[i]) * spins[i];
  return sum;
}

std::vector<double> coupling_products(const IsingProblem& problem, std::span<const std::int8_t> spins) {
  std::vector<double> products(spins.size());
  if (const auto* dense = std::get_if<DenseCouplings>(&problem.couplings)) {
    // J is symmetric: whole rows in order, instead of one long sum after the other.
    for (std::size_t k = 0; k < spins.size(); ++k) AddColumn{spins, k, static_cast<double>(spins[k]), products}(*dense);
    return products;
  }
  products = local_fields(problem, spins);
  for (std::size_t i = 0; i < spins.size(); ++i) products[i] -= problem.fields[i];
  return products;
}

}  // namespace isinglass::dynamics
