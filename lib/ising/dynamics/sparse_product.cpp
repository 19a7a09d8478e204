#include "ising/dynamics/sparse_product.hpp"

#include <algorithm>
#include <cmath>

namespace isinglass::dynamics {

SparseProduct::SparseProduct(const IsingProblem& problem, const Kernels& kernels) : BatchProduct(kernels) {
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

}  // namespace isinglass::dynamics
