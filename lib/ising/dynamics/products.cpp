#include "ising/dynamics/products.hpp"

#include "ising/dynamics/dense_product.hpp"
#include "ising/dynamics/sparse_product.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace isinglass::dynamics {

namespace {

/// What a callback does, between [spin][lane] and its own [vector][spin].
class CallbackProduct : public BatchProduct {
public:
  CallbackProduct(const IsingProblem& problem, const Kernels& kernels)
      : BatchProduct(kernels), spins_(problem.spins), couplings_(&std::get<MatrixFreeCouplings>(problem.couplings)) {}

  void multiply(const Floats& x, std::size_t lanes, Floats& out) override {
    in_.resize(lanes * spins_);
    result_.resize(lanes * spins_);
    for (std::size_t i = 0; i < spins_; ++i)
      for (std::size_t l = 0; l < lanes; ++l) in_[l * spins_ + i] = x[i * lanes + l];
    couplings_->multiply(in_, result_, lanes);
    out.assign(x.size(), 0.0F);
    for (std::size_t i = 0; i < spins_; ++i)
      for (std::size_t l = 0; l < lanes; ++l) out[i * lanes + l] = result_[l * spins_ + i];
  }

private:
  std::size_t spins_;
  const MatrixFreeCouplings* couplings_;
  std::vector<float> in_, result_;
};

/// Above this share of nonzero values, whole rows in order are faster than gathered ones (measured for n = 1000).
constexpr double dense_share = 0.3;

bool is_better_dense(const SparseCouplings& j, std::size_t spins) {
  return spins <= largest_dense && static_cast<double>(j.nonZeros()) > dense_share * static_cast<double>(spins * spins);
}

}  // namespace

void BatchProduct::multiply_signs(const Floats& x, std::size_t lanes, Floats& out) {
  signs_.resize(x.size());
  run().float_signs(x.data(), x.size(), signs_.data());
  multiply(signs_, lanes, out);
}

std::unique_ptr<BatchProduct> batch_product(const IsingProblem& problem, const Kernels& kernels) {
  if (std::holds_alternative<DenseCouplings>(problem.couplings)) return std::make_unique<DenseProduct>(problem, kernels);
  if (std::holds_alternative<FactoredCouplings>(problem.couplings)) return std::make_unique<FactoredProduct>(problem, kernels);
  if (std::holds_alternative<MatrixFreeCouplings>(problem.couplings))
    return std::make_unique<CallbackProduct>(problem, kernels);
  if (is_better_dense(std::get<SparseCouplings>(problem.couplings), problem.spins))
    return std::make_unique<DenseProduct>(problem, kernels);
  return std::make_unique<SparseProduct>(problem, kernels);
}

std::optional<CommonUnit> common_unit(std::span<const double> values) {
  constexpr double largest_scale = 0x1.0p20, largest_integer = 0x1.0p40;
  double largest = 0, scale = 1;
  for (const double v : values) {
    largest = std::max(largest, std::abs(v));
    if (largest * scale > largest_integer) return std::nullopt;
    while (v * scale != static_cast<double>(static_cast<std::int64_t>(v * scale))) {
      scale *= 2;
      if (scale > largest_scale || largest * scale > largest_integer) return std::nullopt;
    }
  }
  if (largest == 0) return std::nullopt;
  std::int64_t divisor = 0;
  for (const double v : values) {
    const auto integer = static_cast<std::int64_t>(v * scale);
    if (divisor == 0 || integer % divisor != 0) divisor = std::gcd(divisor, integer);
    if (divisor == 1) break;
  }
  return CommonUnit{static_cast<double>(divisor) / scale, 1 / scale, largest};
}

std::optional<double> byte_unit(std::span<const double> values) {
  if (const auto common = common_unit(values); common && common->fits_bytes()) return common->unit;
  double largest = 0;
  for (const double v : values) largest = std::max(largest, std::abs(v));
  for (const double levels : {127.0, 63.0, 31.0, 15.0, 7.0, 3.0}) {
    const double scale = levels / largest;
    const auto is_multiple = [&](double v) {
      const double steps = v * scale;
      return std::abs(steps - static_cast<double>(static_cast<std::int64_t>(steps + (steps < 0 ? -0.5 : 0.5)))) < 1e-9;
    };
    if (largest > 0 && std::ranges::all_of(values, is_multiple)) return largest / levels;
  }
  return std::nullopt;
}

}  // namespace isinglass::dynamics
