#pragma once

#include "ising/dynamics/products.hpp"

namespace isinglass::dynamics {

/// A matrix packed for Kernels::multiply, rows and columns padded with zeros.
struct Panels {
  Floats value;
  std::size_t rows = 0, inner = 0;
  [[nodiscard]] PanelView view() const { return {value.data(), rows, inner}; }
};

/// J [spins][spins] as floats or, if it fits, as bytes; each is packed when it is first needed.
class DenseProduct : public BatchProduct {
public:
  DenseProduct(const IsingProblem& problem, const Kernels& kernels);
  void multiply(const Floats& x, std::size_t lanes, Floats& out) override;
  void multiply_signs(const Floats& x, std::size_t lanes, Floats& out) override;
  [[nodiscard]] bool signs_are_exact() const override { return is_exact_; }

private:
  void pack_bytes();

  std::size_t spins_;
  DenseCouplings own_;  ///< of a sparse problem; else empty
  const DenseCouplings* couplings_;
  bool is_exact_ = false;
  std::optional<double> unit_;  ///< of bytes
  Panels panels_;
  simd::AlignedVector<std::int32_t> words_, row_sum_, packed_;
};

/// Two packed products: z = F x, then F^T (weights z), minus the diagonal.
class FactoredProduct : public BatchProduct {
public:
  FactoredProduct(const IsingProblem& problem, const Kernels& kernels);
  void multiply(const Floats& x, std::size_t lanes, Floats& out) override;

private:
  Panels factors_, weighted_;
  Floats diagonal_, z_;
};

}  // namespace isinglass::dynamics
