#include "ising/groups/layout.hpp"

#include "ising/coefficients.hpp"
#include "ising/groups/fold.hpp"
#include "simd/rows.hpp"
#include "simd/simd.hpp"

#include <algorithm>
#include <utility>

namespace isinglass::ising {

GroupLayout::GroupLayout(const IsingProblem& problem) : slot_of(problem.spins) {
  for (const OneHotGroup& group : problem.groups) {
    spin_of.insert(spin_of.end(), group.begin(), group.end());
    start.push_back(spin_of.size());
  }
  const std::vector<std::int32_t> group = group_of_spins(problem);
  for (std::size_t i = 0; i < problem.spins; ++i)
    if (group[i] < 0) spin_of.push_back(static_cast<std::int32_t>(i));
  for (std::size_t slot = 0; slot < spin_of.size(); ++slot)
    slot_of[static_cast<std::size_t>(spin_of[slot])] = static_cast<std::int32_t>(slot);
}

template <class Real>
FieldRows<Real>::FieldRows(const IsingProblem& problem, const GroupLayout& layout) : size_(problem.spins) {
  if (wants_dense_rows(problem)) {
    const DenseCouplings j = to_dense(problem);
    dense_ = (2 * j(layout.spin_of, layout.spin_of)).template cast<Real>();
    return;
  }
  const SparseCouplings j = to_sparse(problem);
  sparse_ = SparseRowMatrix<Real>(j.rows(), j.cols());
  for (std::size_t slot = 0; slot < size_; ++slot) {
    std::vector<std::pair<std::int32_t, Real>> row;
    for (SparseCouplings::InnerIterator k(j, layout.spin_of[slot]); k; ++k)
      row.emplace_back(layout.slot_of[k.col()], static_cast<Real>(2 * k.value()));
    std::ranges::sort(row, {}, &std::pair<std::int32_t, Real>::first);
    sparse_.startVec(static_cast<Eigen::Index>(slot));
    for (const auto& [column, value] : row) sparse_.insertBack(static_cast<Eigen::Index>(slot), column) = value;
  }
  sparse_.finalize();
}

template <class Real>
void FieldRows<Real>::add(std::size_t slot, std::span<Real> field) const {
  if (is_dense()) return simd::run<simd::add_row<Real>>(simd::cpu_width(), field.data(), row(slot), size_);
  for (Entry k(sparse_, slot); k; ++k) field[k.col()] += k.value();
}

template <class Real>
void FieldRows<Real>::subtract(std::size_t slot, std::span<Real> field) const {
  if (is_dense()) return simd::run<simd::subtract_row<Real>>(simd::cpu_width(), field.data(), row(slot), size_);
  for (Entry k(sparse_, slot); k; ++k) field[k.col()] -= k.value();
}

template <class Real>
void FieldRows<Real>::move(std::size_t up, std::size_t down, std::span<Real> field) const {
  if (is_dense())
    return simd::run<simd::exchange_rows<Real>>(simd::cpu_width(), field.data(), row(up), row(down), size_);
  add(up, field);
  subtract(down, field);
}

template <class Real>
Real FieldRows<Real>::at(std::size_t i, std::size_t j) const {
  return is_dense() ? dense_(i, j) : sparse_.coeff(i, j);
}

template class FieldRows<float>;
template class FieldRows<double>;

}  // namespace isinglass::ising
