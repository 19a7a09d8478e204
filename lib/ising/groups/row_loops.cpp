#include "ising/groups/row_loops.hpp"

// Sanitizers instrument the resolvers of clones before they are ready, so those builds take the plain variant.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define ISINGLASS_LOOP __attribute__((target_clones("arch=x86-64-v4", "avx2", "default"), optimize("O3")))
#else
#define ISINGLASS_LOOP
#endif

namespace isinglass::row_loops {

ISINGLASS_LOOP void add(float* __restrict field, const float* __restrict row, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) field[i] += row[i];
}
ISINGLASS_LOOP void subtract(float* __restrict field, const float* __restrict row, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) field[i] -= row[i];
}
ISINGLASS_LOOP void move(float* __restrict field, const float* __restrict up, const float* __restrict down, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) field[i] += up[i] - down[i];
}
ISINGLASS_LOOP int count_below(const float* field, std::size_t n, float limit) {
  int count = 0;
  for (std::size_t i = 0; i < n; ++i) count += field[i] < limit ? 1 : 0;
  return count;
}

ISINGLASS_LOOP void add(double* __restrict field, const double* __restrict row, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) field[i] += row[i];
}
ISINGLASS_LOOP void subtract(double* __restrict field, const double* __restrict row, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) field[i] -= row[i];
}
ISINGLASS_LOOP void move(double* __restrict field, const double* __restrict up, const double* __restrict down, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) field[i] += up[i] - down[i];
}
ISINGLASS_LOOP int count_below(const double* field, std::size_t n, double limit) {
  int count = 0;
  for (std::size_t i = 0; i < n; ++i) count += field[i] < limit ? 1 : 0;
  return count;
}

}  // namespace isinglass::row_loops
