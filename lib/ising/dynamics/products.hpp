#pragma once

#include "ising/dynamics/product_kernels.hpp"
#include "ising/problem.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace isinglass::ising::dynamics {

/// The product of J with a batch [rows][lanes], rows = padded(spins): dense couplings as a packed matrix product,
/// sparse ones row by row, factored ones as two matrix products, matrix-free ones by their callback. Products with
/// signs are taken on bytes when the couplings are small multiples of one number. Each lane of a result is the same in
/// every batch and on every processor, except for what a callback does.
class BatchProduct {
public:
  virtual ~BatchProduct() = default;
  /// out = J x.
  virtual void multiply(const Floats& x, std::size_t lanes, Floats& out) = 0;
  /// out = J sign(x), sign(0) = +1.
  virtual void multiply_signs(const Floats& x, std::size_t lanes, Floats& out);
  /// Whether multiply_signs makes no rounding error.
  [[nodiscard]] virtual bool signs_are_exact() const { return false; }

protected:
  explicit BatchProduct(const ProductKernels& kernels) : kernels_(&kernels) {}
  [[nodiscard]] const ProductKernels& run() const { return *kernels_; }

private:
  const ProductKernels* kernels_;
  Floats signs_;
};

/// The product for `problem`, whose callback, if it has one, must outlive it.
[[nodiscard]] std::unique_ptr<BatchProduct> batch_product(const IsingProblem& problem, const ProductKernels& kernels);

/// Largest number that all values of a matrix are multiples of, exactly.
struct CommonUnit {
  double unit = 0;     ///< the largest such number
  double quantum = 0;  ///< the largest power of two of which they are multiples
  double largest = 0;  ///< absolute value
  [[nodiscard]] bool fits_bytes() const { return largest <= 127 * unit; }
  /// Whether sums of so many values, with signs, are exact in floats.
  [[nodiscard]] bool sums_exactly(std::size_t terms) const {
    return largest / quantum * static_cast<double>(terms) < 0x1.0p24;
  }
};

/// Common factor of values that are multiples of 2^-20 and not all zero.
[[nodiscard]] std::optional<CommonUnit> common_unit(std::span<const double> values);

/// A number of which all values are multiples by at most 127, to the rounding of doubles: the common unit, or the step
/// of coefficients of few bits, largest / (2^(bits-1) - 1).
[[nodiscard]] std::optional<double> byte_unit(std::span<const double> values);

}  // namespace isinglass::ising::dynamics
