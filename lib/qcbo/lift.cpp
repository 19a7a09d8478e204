#include "qcbo/lift.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>

namespace isinglass::qcbo {

namespace {

/// Sorts by pair and adds what belongs to the same one, in the order in which it came, so that sums are reproducible.
void merge(std::vector<QuboTerm>& terms) {
  std::stable_sort(terms.begin(), terms.end(),
                   [](const QuboTerm& a, const QuboTerm& b) { return a.i != b.i ? a.i < b.i : a.j < b.j; });
  std::size_t kept = 0;
  for (const QuboTerm& term : terms) {
    if (kept > 0 && terms[kept - 1].i == term.i && terms[kept - 1].j == term.j)
      terms[kept - 1].value += term.value;
    else
      terms[kept++] = term;
  }
  terms.resize(kept);
}

/// Terms as they come. Those among parameters come again with every sample: they are merged whenever they have doubled.
class Sum {
public:
  explicit Sum(std::int64_t parameters) : parameters_(parameters) {}

  void add(std::int64_t i, std::int64_t j, double value) {
    if (value == 0) return;
    const QuboTerm term{std::min(i, j), std::max(i, j), value};
    if (term.j >= parameters_) {
      qubo_.own.push_back(term);
      return;
    }
    qubo_.shared.push_back(term);
    if (qubo_.shared.size() < limit_) return;
    merge(qubo_.shared);
    limit_ = std::max(limit_, 2 * qubo_.shared.size());
  }
  void add_constant(double value) { qubo_.constant += value; }

  [[nodiscard]] Qubo result() && {
    for (std::vector<QuboTerm>* terms : {&qubo_.shared, &qubo_.own}) {
      merge(*terms);
      std::erase_if(*terms, [](const QuboTerm& term) { return term.value == 0; });
      for (const QuboTerm& term : *terms) {
        double& largest = term.i == term.j ? qubo_.largest_field : qubo_.largest_coupling;
        largest = std::max(largest, std::abs(term.value));
      }
    }
    return std::move(qubo_);
  }

private:
  std::int64_t parameters_;
  std::size_t limit_ = std::size_t{1} << 20;
  Qubo qubo_;
};

/// multiplier (sum c x - rhs)^2 with x^2 = x.
void add_row(Sum& sum, const Rows& rows, std::size_t r, double multiplier) {
  const std::int64_t rhs = rows.rhs[r];
  sum.add_constant(multiplier * static_cast<double>(rhs * rhs));
  for (auto a = rows.entries(r); a; ++a) {
    sum.add(a.col(), a.col(), multiplier * static_cast<double>(a.value() * (a.value() - 2 * rhs)));
    for (auto b = a; ++b;) sum.add(a.col(), b.col(), multiplier * static_cast<double>(2 * a.value() * b.value()));
  }
}

void add_product(Sum& sum, const Product& product, double multiplier) {
  sum.add(product.w, product.b, multiplier);
  sum.add(product.u, product.w, -2 * multiplier);
  sum.add(product.u, product.b, -2 * multiplier);
  sum.add(product.u, product.u, 3 * multiplier);
}

}  // namespace

Qubo lift(const Qcbo& qcbo, std::span<const double> row_multipliers, std::span<const double> product_multipliers) {
  assert(row_multipliers.size() == qcbo.rows.size() && product_multipliers.size() == qcbo.products.size());
  Sum sum(qcbo.parameters);
  sum.add_constant(qcbo.unit * static_cast<double>(qcbo.constant));
  for (const Term& term : qcbo.objective) sum.add(term.i, term.j, qcbo.unit * static_cast<double>(term.coefficient));
  for (std::size_t r = 0; r < qcbo.rows.size(); ++r) add_row(sum, qcbo.rows, r, row_multipliers[r]);
  for (std::size_t p = 0; p < qcbo.products.size(); ++p) add_product(sum, qcbo.products[p], product_multipliers[p]);
  return std::move(sum).result();
}

double energy(const Qubo& qubo, const BinaryPoint& point) {
  double sum = qubo.constant;
  for (const auto* terms : {&qubo.shared, &qubo.own})
    for (const QuboTerm& term : *terms)
      if (point[term.i] != 0 && point[term.j] != 0) sum += term.value;
  return sum;
}

}  // namespace isinglass::qcbo
