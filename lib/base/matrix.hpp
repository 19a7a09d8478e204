#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <type_traits>

#include <Eigen/Core>

/// Dense matrices are Eigen's, row-major; large products of them go to OpenBLAS (EIGEN_USE_BLAS, the same for every
/// target).
namespace isinglass {

template <class T>
using RowMatrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// A matrix in memory that another object holds.
template <class T>
using MatrixView =
    Eigen::Map<std::conditional_t<std::is_const_v<T>, const RowMatrix<std::remove_const_t<T>>, RowMatrix<T>>>;

/// A column vector in memory that another object holds.
template <class T>
using VectorView =
    Eigen::Map<std::conditional_t<std::is_const_v<T>, const Eigen::VectorX<std::remove_const_t<T>>, Eigen::VectorX<T>>>;
template <class Range>
[[nodiscard]] auto vector_view(Range&& values) {
  return VectorView<std::remove_pointer_t<decltype(std::data(values))>>(std::data(values), std::ssize(values));
}

/// Row `i` of a matrix as memory.
template <class Matrix>
[[nodiscard]] auto row_span(Matrix& matrix, std::size_t i) {
  const auto columns = static_cast<std::size_t>(matrix.cols());
  return std::span(matrix.data() + i * columns, columns);
}

/// `start` plus the sum of a_i b_i from the first to the last. Eigen adds in lanes: where terms are rounded, the order
/// decides bits.
template <class A, class B>
[[nodiscard]] double dot_in_order(const Eigen::MatrixBase<A>& a, const Eigen::MatrixBase<B>& b, double start = 0) {
  return std::inner_product(a.begin(), a.end(), b.begin(), start);
}

/// Largest absolute value; 0 of none.
[[nodiscard]] inline double largest_magnitude(std::span<const double> values) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

}  // namespace isinglass
