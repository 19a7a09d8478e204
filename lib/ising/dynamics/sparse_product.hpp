#pragma once

#include "ising/dynamics/products.hpp"

namespace isinglass::dynamics {

/// J by rows of nonzero values; products with signs on bytes when all of them are one number or its negative.
class SparseProduct : public BatchProduct {
public:
  SparseProduct(const IsingProblem& problem, const Kernels& kernels);
  void multiply(const Floats& x, std::size_t lanes, Floats& out) override;
  void multiply_signs(const Floats& x, std::size_t lanes, Floats& out) override;
  [[nodiscard]] bool signs_are_exact() const override { return is_exact_; }

private:
  void sort_by_sign(const SparseCouplings& j, std::size_t spins);

  std::vector<std::int64_t> start_;
  std::vector<std::int32_t> column_;
  std::vector<float> value_;
  bool is_exact_ = false;
  float unit_ = 0;  ///< 0: the values differ in size
  std::vector<std::int64_t> bounds_;
  std::vector<std::int32_t> sorted_;
  simd::AlignedVector<std::int8_t> bytes_;
};

}  // namespace isinglass::dynamics
