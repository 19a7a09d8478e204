#include "ising/dynamics/dense_product.hpp"

#include <cmath>

namespace isinglass::dynamics {

namespace {

/// `at(i, k)` for i < rows, k < inner, packed; zeros around.
template <class At>
Panels packed(std::size_t rows, std::size_t inner, const At& at) {
  Panels panels{{}, padded(rows), padded(inner)};
  panels.value.assign(panels.rows * panels.inner, 0.0F);
  for (std::size_t i = 0; i < rows; ++i) {
    float* column = panels.value.data() + i / row_tile * row_tile * panels.inner + i % row_tile;
    for (std::size_t k = 0; k < inner; ++k) column[row_tile * k] = static_cast<float>(at(i, k));
  }
  return panels;
}

}  // namespace

DenseProduct::DenseProduct(const IsingProblem& problem, const Kernels& kernels)
    : BatchProduct(kernels), spins_(problem.spins), couplings_(std::get_if<DenseCouplings>(&problem.couplings)) {
  if (couplings_ == nullptr) {
    own_ = to_dense(problem);
    couplings_ = &own_;
  }
  const std::span<const double> values(couplings_->data(), static_cast<std::size_t>(couplings_->size()));
  const auto common = common_unit(values);
  is_exact_ = common && common->sums_exactly(spins_);
  unit_ = byte_unit(values);
}

void DenseProduct::multiply(const Floats& x, std::size_t lanes, Floats& out) {
  if (panels_.rows == 0) panels_ = packed(spins_, spins_, [&](std::size_t i, std::size_t k) { return (*couplings_)(i, k); });
  run().multiply(panels_.view(), x.data(), lanes, out.data());
}

void DenseProduct::pack_bytes() {
  const std::size_t rows = padded(spins_), groups = rows / 4;
  words_.assign(rows * groups, 0);
  row_sum_.assign(rows, 0);
  for (std::size_t i = 0; i < spins_; ++i) {
    std::int32_t* panel = words_.data() + i / row_tile * row_tile * groups + i % row_tile;
    for (std::size_t k = 0; k < spins_; ++k) {
      const auto byte = static_cast<std::int32_t>(std::lrint((*couplings_)(i, k) / *unit_));
      const auto bits = static_cast<std::uint32_t>(byte & 0xFF) << (8 * (k % 4));
      panel[row_tile * (k / 4)] = static_cast<std::int32_t>(static_cast<std::uint32_t>(panel[row_tile * (k / 4)]) | bits);
      row_sum_[i] += byte;
    }
  }
}

void DenseProduct::multiply_signs(const Floats& x, std::size_t lanes, Floats& out) {
  if (!unit_) return BatchProduct::multiply_signs(x, lanes, out);
  if (words_.empty()) pack_bytes();
  const std::size_t rows = padded(spins_);
  packed_.resize(rows / 4 * lanes);
  run().pack_signs(x.data(), rows, lanes, packed_.data());
  run().multiply_bytes({words_.data(), row_sum_.data(), rows, rows / 4, static_cast<float>(*unit_)}, packed_.data(), lanes,
                       out.data());
}

FactoredProduct::FactoredProduct(const IsingProblem& problem, const Kernels& kernels) : BatchProduct(kernels) {
  const auto& j = std::get<FactoredCouplings>(problem.couplings);
  const std::size_t n = problem.spins, r = static_cast<std::size_t>(j.weight.size());
  factors_ = packed(r, n, [&](std::size_t row, std::size_t i) { return j.factor(row, i); });
  weighted_ = packed(n, r, [&](std::size_t i, std::size_t row) { return j.weight[row] * j.factor(row, i); });
  std::vector<double> diagonal(padded(n));
  for (std::size_t row = 0; row < r; ++row)
    for (std::size_t i = 0; i < n; ++i) {
      const double f = j.factor(row, i);
      diagonal[i] += j.weight[row] * f * f;
    }
  diagonal_.assign(diagonal.begin(), diagonal.end());
}

void FactoredProduct::multiply(const Floats& x, std::size_t lanes, Floats& out) {
  z_.resize(factors_.rows * lanes);
  run().multiply(factors_.view(), x.data(), lanes, z_.data());
  run().multiply(weighted_.view(), z_.data(), lanes, out.data());
  for (std::size_t i = 0; i < weighted_.rows; ++i)
    for (std::size_t l = 0; l < lanes; ++l) out[i * lanes + l] -= diagonal_[i] * x[i * lanes + l];
}

}  // namespace isinglass::dynamics
