#include "ising/anneal/simd_level.hpp"

namespace isinglass {

SimdLevel best_simd_level() {
  static const SimdLevel level = __builtin_cpu_supports("avx512bw") ? SimdLevel::avx512
                                 : __builtin_cpu_supports("avx2")   ? SimdLevel::avx2
                                                                    : SimdLevel::plain;
  return level;
}

}  // namespace isinglass
