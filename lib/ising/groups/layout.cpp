#include "ising/groups/layout.hpp"

#include "ising/coefficients.hpp"
#include "ising/groups/fold.hpp"
#include "simd/rows.hpp"
#include "simd/simd.hpp"

#include <algorithm>
#include <utility>

namespace isinglass {

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
    dense_.resize(size_ * size_);
    const DenseCouplings j = to_dense(problem);
    for (std::size_t a = 0; a < size_; ++a)
      for (std::size_t b = 0; b < size_; ++b)
        dense_[a * size_ + b] = static_cast<Real>(2 * j(layout.spin_of[a], layout.spin_of[b]));
    return;
  }
  const SparseCouplings j = to_sparse(problem);
  start_.push_back(0);
  for (const std::int32_t spin : layout.spin_of) {
    std::vector<std::pair<std::int32_t, Real>> row;
    for (SparseCouplings::InnerIterator k(j, spin); k; ++k)
      row.emplace_back(layout.slot_of[k.col()], static_cast<Real>(2 * k.value()));
    std::ranges::sort(row, {}, &std::pair<std::int32_t, Real>::first);
    for (const auto& [column, value] : row) {
      column_.push_back(column);
      value_.push_back(value);
    }
    start_.push_back(std::ssize(column_));
  }
}

template <class Real>
void FieldRows<Real>::add(std::size_t slot, std::span<Real> field) const {
  if (is_dense()) return simd::run<simd::add_row<Real>>(simd::cpu_width(), field.data(), row(slot), size_);
  for (auto k = static_cast<std::size_t>(start_[slot]); k < static_cast<std::size_t>(start_[slot + 1]); ++k)
    field[static_cast<std::size_t>(column_[k])] += value_[k];
}

template <class Real>
void FieldRows<Real>::subtract(std::size_t slot, std::span<Real> field) const {
  if (is_dense()) return simd::run<simd::subtract_row<Real>>(simd::cpu_width(), field.data(), row(slot), size_);
  for (auto k = static_cast<std::size_t>(start_[slot]); k < static_cast<std::size_t>(start_[slot + 1]); ++k)
    field[static_cast<std::size_t>(column_[k])] -= value_[k];
}

template <class Real>
void FieldRows<Real>::move(std::size_t up, std::size_t down, std::span<Real> field) const {
  if (is_dense()) return simd::run<simd::exchange_rows<Real>>(simd::cpu_width(), field.data(), row(up), row(down), size_);
  add(up, field);
  subtract(down, field);
}

template <class Real>
Real FieldRows<Real>::at(std::size_t i, std::size_t j) const {
  if (is_dense()) return row(i)[j];
  const auto first = column_.begin() + start_[i], last = column_.begin() + start_[i + 1];
  const auto found = std::lower_bound(first, last, static_cast<std::int32_t>(j));
  return found != last && *found == static_cast<std::int32_t>(j) ? value_[static_cast<std::size_t>(found - column_.begin())]
                                                                 : Real{0};
}

template class FieldRows<float>;
template class FieldRows<double>;

}  // namespace isinglass
