#pragma once

#include "ising/problem.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::ising {

/// Spins in an order in which each group is a run: groups one after the other, then the plain spins. "Slots" are
/// numbers in that order.
struct GroupLayout {
  std::vector<std::int32_t> spin_of;  ///< [slots]
  std::vector<std::int32_t> slot_of;  ///< [spins]
  std::vector<std::size_t> start{0};  ///< group g has the slots start[g] .. start[g+1]; plain spins follow start.back()

  explicit GroupLayout(const IsingProblem& problem);
  [[nodiscard]] std::size_t groups() const { return start.size() - 1; }
  [[nodiscard]] std::size_t first_plain() const { return start.back(); }
  [[nodiscard]] std::size_t size() const { return spin_of.size(); }
};

/// 2 J by slots, dense or sparse: what a flip adds to the fields.
template <class Real>
class FieldRows {
public:
  FieldRows(const IsingProblem& problem, const GroupLayout& layout);
  /// field += 2 J_i (the spin went up), or -= (down).
  void add(std::size_t slot, std::span<Real> field) const;
  void subtract(std::size_t slot, std::span<Real> field) const;
  /// One spin up, another down.
  void move(std::size_t up, std::size_t down, std::span<Real> field) const;
  /// 2 J_ij.
  [[nodiscard]] Real at(std::size_t i, std::size_t j) const;
  [[nodiscard]] bool is_dense() const { return dense_.size() != 0; }

private:
  using Entry = typename SparseRowMatrix<Real>::InnerIterator;

  [[nodiscard]] const Real* row(std::size_t slot) const { return row_span(dense_, slot).data(); }

  std::size_t size_;
  RowMatrix<Real> dense_;  ///< empty: sparse
  SparseRowMatrix<Real> sparse_;
};

}  // namespace isinglass::ising
