#pragma once

#include <cstddef>

/// Loops over rows of couplings and fields, to be called through simd::run. Sums, products and comparisons of single
/// elements, with the same bits for every width.
namespace isinglass::simd {

/// field += row.
template <class Real>
void add_row(Real* __restrict field, const Real* __restrict row, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) field[i] += row[i];
}

/// field -= row.
template <class Real>
void subtract_row(Real* __restrict field, const Real* __restrict row, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) field[i] -= row[i];
}

/// field += factor row.
template <class Real>
void add_scaled_row(Real* __restrict field, const Real* __restrict row, Real factor, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) field[i] += factor * row[i];
}

/// field += up - down.
template <class Real>
void exchange_rows(Real* __restrict field, const Real* __restrict up, const Real* __restrict down, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) field[i] += up[i] - down[i];
}

/// How many of field[0 .. n) are below `limit`.
template <class Real>
[[nodiscard]] int count_below(const Real* field, std::size_t n, Real limit) {
  int count = 0;
  for (std::size_t i = 0; i < n; ++i) count += field[i] < limit ? 1 : 0;
  return count;
}

}  // namespace isinglass::simd
