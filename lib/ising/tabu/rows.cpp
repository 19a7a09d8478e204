#include "ising/tabu/rows.hpp"

#include "ising/coefficients.hpp"

namespace isinglass::ising {

template <class Cost, class Row>
DenseRows<Cost, Row>::DenseRows(const IsingProblem& problem, double unit)
    : padded_(simd::padded(problem.spins, pick_lanes<Cost>)), row_(problem.spins * padded_) {
  for (std::size_t i = 0; i < problem.spins; ++i)
    for_row(problem, i, [&](std::size_t k, double j) { row_[i * padded_ + k] = static_cast<Row>(4 * j / unit); });
}

template <class Cost>
SparseRows<Cost>::SparseRows(const IsingProblem& problem, double unit)
    : rows_(std::get<SparseCouplings>(problem.couplings).unaryExpr([&](double j) {
        return static_cast<Cost>(4 * j / unit);
      })) {}

template class DenseRows<std::int32_t, std::int16_t>;
template class DenseRows<std::int32_t, std::int32_t>;
template class DenseRows<double, double>;
template class SparseRows<std::int32_t>;
template class SparseRows<double>;

}  // namespace isinglass::ising
