#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <Eigen/SparseCore>

namespace isinglass {

/// Eigen's sparse matrix by compressed rows, which moves instead of copying (Eigen 3.4 cannot) and shows its rows as
/// memory. It is written row by row: startVec(row), then insertBack(row, column) with ascending columns, and finalize()
/// at the end.
template <class T>
class SparseRowMatrix : public Eigen::SparseMatrix<T, Eigen::RowMajor, std::int32_t> {
public:
  using Base = Eigen::SparseMatrix<T, Eigen::RowMajor, std::int32_t>;
  using Base::Base;
  SparseRowMatrix() = default;
  ~SparseRowMatrix() = default;
  SparseRowMatrix(const SparseRowMatrix&) = default;
  SparseRowMatrix(SparseRowMatrix&& other) noexcept { this->swap(other); }
  SparseRowMatrix& operator=(const SparseRowMatrix& other) = default;
  SparseRowMatrix& operator=(SparseRowMatrix&& other) noexcept {
    this->swap(other);
    return *this;
  }

  /// All stored values, row after row.
  [[nodiscard]] std::span<T> values() { return {this->valuePtr(), static_cast<std::size_t>(this->nonZeros())}; }
  [[nodiscard]] std::span<const T> values() const {
    return {this->valuePtr(), static_cast<std::size_t>(this->nonZeros())};
  }
  /// Their columns.
  [[nodiscard]] std::span<const std::int32_t> columns() const { return {this->innerIndexPtr(), values().size()}; }
  /// The values of one row, and their columns.
  [[nodiscard]] std::span<const T> values(std::size_t row) const { return values().subspan(first(row), count(row)); }
  [[nodiscard]] std::span<const std::int32_t> columns(std::size_t row) const {
    return columns().subspan(first(row), count(row));
  }

private:
  [[nodiscard]] std::size_t first(std::size_t row) const {
    return static_cast<std::size_t>(this->outerIndexPtr()[row]);
  }
  [[nodiscard]] std::size_t count(std::size_t row) const { return first(row + 1) - first(row); }
};

}  // namespace isinglass
