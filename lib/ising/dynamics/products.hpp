#pragma once

#include "ising/dynamics/kernels.hpp"
#include "ising/dynamics/lanes.hpp"
#include "ising/problem.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace isinglass::dynamics {

/// The product of J with a batch [rows][lanes], rows = padded(spins): dense couplings as a packed matrix product, sparse ones
/// row by row, factored ones as two matrix products, matrix-free ones by their callback. Products with signs are taken on bytes
/// when the couplings are small multiples of one number. Each lane of a result is the same in every batch and on every
/// processor, except for what a callback does.
class BatchProduct {
public:
  virtual ~BatchProduct() = default;
  /// out = J x.
  virtual void multiply(const Floats& x, std::size_t lanes, Floats& out) = 0;
  /// out = J sign(x), sign(0) = +1.
  virtual void multiply_signs(const Floats& x, std::size_t lanes, Floats& out);

protected:
  explicit BatchProduct(const Kernels& kernels) : kernels_(&kernels) {}
  [[nodiscard]] const Kernels& run() const { return *kernels_; }

private:
  const Kernels* kernels_;
  Floats signs_;
};

/// The product for `problem`, whose callback, if it has one, must outlive it.
[[nodiscard]] std::unique_ptr<BatchProduct> batch_product(const IsingProblem& problem, const Kernels& kernels);

/// The number of which all values are multiples by at most 127, if there is one: exactly, so that products are exact too.
[[nodiscard]] std::optional<double> common_unit(std::span<const double> values);

}  // namespace isinglass::dynamics
