#include "bounds/lifted_constants.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace isinglass::bounds {

namespace {

/// Coefficients of x_i x_j, i <= j, that the QUBO of an oracle call may have, with the sum over the rows of their
/// squares.
using Couplings = std::map<std::pair<std::int64_t, std::int64_t>, double>;

void add_square(Couplings& couplings, std::int64_t i, std::int64_t j, double coefficient) {
  couplings[std::minmax(i, j)] += coefficient * coefficient;
}

/// (sum_v a_v x_v - rhs)^2; returns its largest value over binary x.
double add_row(Couplings& couplings, const qcbo::Rows& rows, std::size_t r) {
  const auto rhs = static_cast<double>(rows.rhs[r]);
  double low = -rhs, high = -rhs;
  for (auto v = rows.entries(r); v; ++v) {
    const auto a = static_cast<double>(v.value());
    (a < 0 ? low : high) += a;
    add_square(couplings, v.col(), v.col(), a * a - 2 * rhs * a);
    for (auto w = v; ++w;) add_square(couplings, v.col(), w.col(), 2 * a * static_cast<double>(w.value()));
  }
  const double farthest = std::max(std::abs(low), std::abs(high));
  return farthest * farthest;
}

/// w b - 2 u (w + b) + 3 u; its largest value, at u = 1 and w = b = 0.
double add_product(Couplings& couplings, const qcbo::Product& product) {
  add_square(couplings, product.w, product.b, 1);
  add_square(couplings, product.u, product.w, -2);
  add_square(couplings, product.u, product.b, -2);
  add_square(couplings, product.u, product.u, 3);
  return 3;
}

}  // namespace

LiftedConstants lifted_constants(const qcbo::Qcbo& qcbo) {
  Couplings couplings;
  double image_square = 0;
  const auto add_image = [&](double largest) { image_square += largest * largest; };
  for (std::size_t r = 0; r < qcbo.rows.size(); ++r) add_image(add_row(couplings, qcbo.rows, r));
  for (const qcbo::Product& product : qcbo.products) add_image(add_product(couplings, product));
  double row_square = 0;
  for (const auto& [pair, square] : couplings) row_square = std::max(row_square, square);

  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> objective;
  for (const qcbo::Term& term : qcbo.objective) objective[std::minmax(term.i, term.j)] += term.coefficient;
  double largest = 0, range = 0;
  for (const auto& [pair, sum] : objective) {
    const double coefficient = qcbo.unit * std::abs(static_cast<double>(sum));
    couplings.try_emplace(pair, 0.0);
    largest = std::max(largest, coefficient);
    range += coefficient;
  }
  const double half_count = 0.5 * static_cast<double>(couplings.size());
  LiftedConstants constants;
  constants.constraints = static_cast<std::int64_t>(qcbo.rows.size() + qcbo.products.size());
  constants.image_diameter = std::sqrt(image_square);
  // An integer form that is violated is at least 1, so a price of the objective's range on every row is enough.
  constants.dual_norm = range * std::sqrt(static_cast<double>(constants.constraints));
  constants.objective_coefficient = half_count * largest;
  constants.row_coefficient = half_count * std::sqrt(row_square);
  return constants;
}

}  // namespace isinglass::bounds
