#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

/// Matrix products of integers by BLAS. The integers are held in floats, and no partial sum reaches 2^24: every product is
/// exact, whatever the order in which a BLAS adds, so that results depend neither on the library nor on the sharding.
namespace isinglass {

/// Integers of magnitude up to this, and their sums and differences, are exact in float.
inline constexpr double largest_exact = 0x1.0p24;

/// A row-major matrix of integers held in floats, of which the first `columns` entries of each `stride` are read.
struct FloatMatrix {
  const float* data = nullptr;
  std::size_t rows = 0, columns = 0, stride = 0;
};

/// out[i][j] += sum_s a[i][s] b[j][s], out row-major [a.rows][b.rows]; |a_is b_js| <= largest_term. The sum over s is cut
/// into blocks that stay exact, added in 64-bit integers.
void add_products(FloatMatrix a, FloatMatrix b, double largest_term, std::span<std::int64_t> out);

/// z[j][s] = sum_i w[j][i] x[i][s], z row-major [w.rows][z_stride]. The caller sees to it that every
/// sum_i |w_ji x_is| stays below 2^24.
void multiply(FloatMatrix w, FloatMatrix x, float* z, std::size_t z_stride);

}  // namespace isinglass
