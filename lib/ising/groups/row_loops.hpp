#pragma once

#include <cstddef>

/// Loops over rows of couplings and fields, compiled for AVX-512, AVX2 and any machine. Sums, differences and comparisons
/// alone, with the same bits on each.
namespace isinglass::row_loops {

/// field += row.
void add(float* field, const float* row, std::size_t n);
void add(double* field, const double* row, std::size_t n);
/// field -= row.
void subtract(float* field, const float* row, std::size_t n);
void subtract(double* field, const double* row, std::size_t n);
/// field += up - down.
void move(float* field, const float* up, const float* down, std::size_t n);
void move(double* field, const double* up, const double* down, std::size_t n);
/// How many of field[0 .. n) are below `limit`.
[[nodiscard]] int count_below(const float* field, std::size_t n, float limit);
[[nodiscard]] int count_below(const double* field, std::size_t n, double limit);

}  // namespace isinglass::row_loops
