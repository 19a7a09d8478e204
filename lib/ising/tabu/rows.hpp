#pragma once

#include "ising/problem.hpp"
#include "ising/tabu/pick.hpp"

/// Couplings as tabu search wants them: what a flip does to the costs of all others, cost_j += 4 J_ij s_i s_j (before
/// the flip), in units in which everything is an integer where there are such.
namespace isinglass::ising {

/// 4 J / unit, each row padded with zeros.
template <class Cost, class Row>
class DenseRows {
public:
  using CostType = Cost;
  DenseRows(const IsingProblem& problem, double unit);
  void flip(std::size_t i, std::int8_t old_spin, Cost* cost, const Cost* sign) const {
    update(change(i, old_spin, cost, sign), padded_);
  }
  [[nodiscard]] Pick<Cost> flip_and_pick(std::size_t i, std::int8_t old_spin, Cost* cost, const Cost* sign,
                                         const MoveView<Cost>& view) const {
    return update_and_pick(change(i, old_spin, cost, sign), view);
  }

private:
  [[nodiscard]] Change<Cost, Row> change(std::size_t i, std::int8_t old_spin, Cost* cost, const Cost* sign) const {
    return {cost, row_.data() + i * padded_, sign, old_spin > 0};
  }
  std::size_t padded_;
  std::vector<Row> row_;
};

/// 4 J / unit of the pairs that are coupled.
template <class Cost>
class SparseRows {
public:
  using CostType = Cost;
  SparseRows(const IsingProblem& problem, double unit);
  void flip(std::size_t i, std::int8_t old_spin, Cost* cost, const Cost* sign) const {
    const Cost scale = old_spin;
    for (typename SparseRowMatrix<Cost>::InnerIterator k(rows_, i); k; ++k)
      cost[k.col()] += scale * k.value() * sign[k.col()];
  }
  [[nodiscard]] Pick<Cost> flip_and_pick(std::size_t i, std::int8_t old_spin, Cost* cost, const Cost* sign,
                                         const MoveView<Cost>& view) const {
    flip(i, old_spin, cost, sign);
    return pick(view);
  }

private:
  SparseRowMatrix<Cost> rows_;
};

}  // namespace isinglass::ising
