#include "products/exact_products.hpp"

#include <algorithm>
#include <cassert>
#include <vector>

#include <cblas.h>

namespace isinglass {

namespace {

/// Longer blocks do not make the products faster, and shorter partial results stay in the cache.
constexpr std::size_t longest_block = 4096;

int size_of(std::size_t size) { return static_cast<int>(size); }

}  // namespace

void add_products(FloatMatrix a, FloatMatrix b, double largest_term, std::span<std::int64_t> out) {
  assert(a.columns == b.columns && out.size() == a.rows * b.rows && largest_term < largest_exact);
  if (out.empty()) return;
  const auto exact = static_cast<std::size_t>(largest_exact / std::max(1.0, largest_term));
  const std::size_t block = std::clamp<std::size_t>(exact, 1, longest_block);
  std::vector<float> part(out.size());
  for (std::size_t first = 0; first < a.columns; first += block) {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, size_of(a.rows), size_of(b.rows),
                size_of(std::min(block, a.columns - first)), 1.0F, a.data + first, size_of(a.stride), b.data + first,
                size_of(b.stride), 0.0F, part.data(), size_of(b.rows));
    for (std::size_t i = 0; i < out.size(); ++i) out[i] += static_cast<std::int64_t>(part[i]);
  }
}

void multiply(FloatMatrix w, FloatMatrix x, float* z, std::size_t z_stride) {
  assert(w.columns == x.rows);
  if (x.columns == 0 || w.rows == 0) return;
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, size_of(w.rows), size_of(x.columns), size_of(w.columns), 1.0F, w.data,
              size_of(w.stride), x.data, size_of(x.stride), 0.0F, z, size_of(z_stride));
}

}  // namespace isinglass
