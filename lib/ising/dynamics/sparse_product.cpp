#include "ising/dynamics/sparse_product.hpp"

#include <algorithm>
#include <cmath>

namespace isinglass::dynamics {

SparseProduct::SparseProduct(const IsingProblem& problem, const Kernels& kernels) : BatchProduct(kernels) {
  const auto& j = std::get<SparseCouplings>(problem.couplings);
  start_ = j.start;
  start_.resize(padded(problem.spins) + 1, j.start.back());
  column_ = j.column;
  value_.assign(j.value.begin(), j.value.end());
  const double size = j.value.empty() ? 0.0 : std::abs(j.value.front());
  const bool is_unit = std::ranges::all_of(j.value, [&](double v) { return std::abs(v) == size; });
  std::int64_t longest = 0;
  for (std::size_t i = 0; i < problem.spins; ++i) longest = std::max(longest, j.start[i + 1] - j.start[i]);
  const auto unit = common_unit(j.value);
  is_exact_ = j.value.empty() || (unit && unit->sums_exactly(static_cast<std::size_t>(longest)));
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
      for (auto k = static_cast<std::size_t>(j.start[i]); k < static_cast<std::size_t>(j.start[i + 1]); ++k)
        if ((j.value[k] < 0) == negative) sorted_.push_back(j.column[k]);
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
