#include "qcbo/point.hpp"

#include <algorithm>
#include <cstddef>

namespace isinglass::qcbo {

std::vector<std::uint8_t> parameter_bits(const network::NetworkBits& bits) {
  std::vector<std::uint8_t> all;
  for (const network::LayerBits& layer : bits) {
    all.insert(all.end(), layer.weights.begin(), layer.weights.end());
    all.insert(all.end(), layer.biases.begin(), layer.biases.end());
  }
  return all;
}

std::int64_t objective_of(const Qcbo& qcbo, const BinaryPoint& point) {
  std::int64_t sum = qcbo.constant;
  for (const Term& term : qcbo.objective) sum += term.coefficient * point[term.i] * point[term.j];
  return sum;
}

std::vector<std::int64_t> row_residuals(const Qcbo& qcbo, const BinaryPoint& point) {
  const Rows& rows = qcbo.rows;
  std::vector<std::int64_t> residuals;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::int64_t sum = -rows.rhs[r];
    for (auto e = rows.entries(r); e; ++e) sum += e.value() * point[e.col()];
    residuals.push_back(sum);
  }
  return residuals;
}

std::vector<int> rosenberg_values(const Qcbo& qcbo, const BinaryPoint& point) {
  std::vector<int> values;
  for (const Product& product : qcbo.products) {
    const int u = point[product.u], w = point[product.w], b = point[product.b];
    values.push_back(w * b - 2 * u * (w + b) + 3 * u);
  }
  return values;
}

bool is_feasible(const Qcbo& qcbo, const BinaryPoint& point) {
  const auto is_zero = [](std::int64_t value) { return value == 0; };
  const auto residuals = row_residuals(qcbo, point);
  const auto values = rosenberg_values(qcbo, point);
  return std::all_of(residuals.begin(), residuals.end(), is_zero) && std::all_of(values.begin(), values.end(), is_zero);
}

void complete_products(const Qcbo& qcbo, BinaryPoint& point) {
  // Products are listed after their factors: those of a unit before those with the next layer's weights.
  for (const Product& product : qcbo.products)
    point.own[static_cast<std::size_t>(product.u - point.first)] = point[product.w] & point[product.b];
}

}  // namespace isinglass::qcbo
