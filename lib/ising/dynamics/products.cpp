#include "ising/dynamics/products.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace isinglass::ising::dynamics {

namespace {

/// A matrix packed for ProductKernels::multiply, rows and columns padded with zeros.
struct Panels {
  Floats value;
  std::size_t rows = 0, inner = 0;
  [[nodiscard]] PanelView view() const { return {value.data(), rows, inner}; }
};

/// J [spins][spins] as floats or, if it fits, as bytes; each is packed when it is first needed.
class DenseProduct : public BatchProduct {
public:
  DenseProduct(const IsingProblem& problem, const ProductKernels& kernels);
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
  FactoredProduct(const IsingProblem& problem, const ProductKernels& kernels);
  void multiply(const Floats& x, std::size_t lanes, Floats& out) override;

private:
  Panels factors_, weighted_;
  Floats diagonal_, z_;
};

/// J by rows of nonzero values; products with signs on bytes when all of them are one number or its negative.
class SparseProduct : public BatchProduct {
public:
  SparseProduct(const IsingProblem& problem, const ProductKernels& kernels);
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

DenseProduct::DenseProduct(const IsingProblem& problem, const ProductKernels& kernels)
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
  if (panels_.rows == 0)
    panels_ = packed(spins_, spins_, [&](std::size_t i, std::size_t k) { return (*couplings_)(i, k); });
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
      panel[row_tile * (k / 4)] =
          static_cast<std::int32_t>(static_cast<std::uint32_t>(panel[row_tile * (k / 4)]) | bits);
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
  run().multiply_bytes({words_.data(), row_sum_.data(), rows, rows / 4, static_cast<float>(*unit_)}, packed_.data(),
                       lanes, out.data());
}

FactoredProduct::FactoredProduct(const IsingProblem& problem, const ProductKernels& kernels) : BatchProduct(kernels) {
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

SparseProduct::SparseProduct(const IsingProblem& problem, const ProductKernels& kernels) : BatchProduct(kernels) {
  const auto& j = std::get<SparseCouplings>(problem.couplings);
  const std::span<const double> values = j.values();
  start_.assign(j.outerIndexPtr(), j.outerIndexPtr() + problem.spins + 1);
  start_.resize(padded(problem.spins) + 1, j.nonZeros());
  column_.assign(j.columns().begin(), j.columns().end());
  value_.assign(values.begin(), values.end());
  const double size = values.empty() ? 0.0 : std::abs(values.front());
  const bool is_unit = std::ranges::all_of(values, [&](double v) { return std::abs(v) == size; });
  std::size_t longest = 0;
  for (std::size_t i = 0; i < problem.spins; ++i) longest = std::max(longest, j.columns(i).size());
  const auto unit = common_unit(values);
  is_exact_ = values.empty() || (unit && unit->sums_exactly(longest));
  if (size > 0 && is_unit && longest <= 127) {
    unit_ = static_cast<float>(size);
    sort_by_sign(j, problem.spins);
  }
}

void SparseProduct::sort_by_sign(const SparseCouplings& j, std::size_t spins) {
  for (std::size_t i = 0; i < padded(spins); ++i)
    for (const bool negative : {false, true}) {
      bounds_.push_back(std::ssize(sorted_));
      if (i >= spins) continue;
      for (SparseCouplings::InnerIterator k(j, i); k; ++k)
        if ((k.value() < 0) == negative) sorted_.push_back(static_cast<std::int32_t>(k.col()));
    }
  bounds_.push_back(std::ssize(sorted_));
}

void SparseProduct::multiply(const Floats& x, std::size_t lanes, Floats& out) {
  run().multiply_rows({start_.data(), column_.data(), value_.data(), start_.size() - 1}, x.data(), lanes, out.data());
}

void SparseProduct::multiply_signs(const Floats& x, std::size_t lanes, Floats& out) {
  if (unit_ == 0) return BatchProduct::multiply_signs(x, lanes, out);
  bytes_.resize(x.size());
  run().byte_signs(x.data(), x.size(), bytes_.data());
  run().multiply_units({bounds_.data(), sorted_.data(), start_.size() - 1, unit_}, bytes_.data(), lanes, out.data());
}

/// Runs a callback between [spin][lane] and its own [vector][spin].
class CallbackProduct : public BatchProduct {
public:
  CallbackProduct(const IsingProblem& problem, const ProductKernels& kernels)
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

std::unique_ptr<BatchProduct> batch_product(const IsingProblem& problem, const ProductKernels& kernels) {
  if (std::holds_alternative<DenseCouplings>(problem.couplings))
    return std::make_unique<DenseProduct>(problem, kernels);
  if (std::holds_alternative<FactoredCouplings>(problem.couplings))
    return std::make_unique<FactoredProduct>(problem, kernels);
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

}  // namespace isinglass::ising::dynamics
