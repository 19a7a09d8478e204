#pragma once

#include "base/matrix.hpp"

#include <cstdint>

/// Matrix products by BLAS of integers that are held in floats or doubles. No partial sum leaves the range of exact
/// integers: every product is exact, whatever the order in which a BLAS adds, so that results depend neither on the
/// library nor on the sharding.
namespace isinglass::products {

/// Makes BLAS ready, once per process, with one thread: ranks are the parallelism, and threads would fight over the
/// cores. To be called before the first product. Throws InputError where BLAS cannot have its buffers, as under `ulimit
/// -v`, for which it would wait without end in the middle of a product, and Interrupted if a stop signal comes
/// meanwhile.
void prepare_products();

/// Integers of magnitude up to this, and their sums and differences, are exact in float.
inline constexpr double largest_exact = 0x1.0p24;

/// Adds a b^T to `sums`, where |a_is b_js| <= largest_term < largest_exact. The sum over s is cut into blocks that stay
/// exact, added in 64-bit integers.
void add_products(const Eigen::Ref<const RowMatrix<float>>& a, const Eigen::Ref<const RowMatrix<float>>& b,
                  double largest_term, Eigen::Ref<RowMatrix<std::int64_t>> sums);

}  // namespace isinglass::products
