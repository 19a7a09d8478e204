#pragma once

namespace isinglass {

/// Vector instructions that a kernel may use. Results are the same on every level.
enum class SimdLevel { plain, avx2, avx512 };

/// The highest level of this machine.
[[nodiscard]] SimdLevel best_simd_level();

}  // namespace isinglass
