#pragma once

#include "simd/simd.hpp"

#include <cstddef>
#include <cstdint>

/// Products of couplings with a batch. The same bits for every vector width, since every lane sums in the order of the
/// spins and a fused multiply-add rounds once everywhere. Arrays of a batch are [rows][lanes] and start on cache lines.
namespace isinglass::ising::dynamics {

/// Spins are padded with uncoupled ones to whole tiles of this many rows.
inline constexpr std::size_t row_tile = 12;
[[nodiscard]] constexpr std::size_t padded(std::size_t spins) { return simd::padded(spins, row_tile); }

/// Lanes of a batch: 16, 32 or 64.
inline constexpr std::size_t most_lanes = 64;
[[nodiscard]] constexpr std::size_t lanes_for(std::size_t reads) {
  return reads <= 16 ? 16 : reads <= 32 ? 32 : most_lanes;
}

using Floats = simd::AlignedVector<float>;

/// J by tiles of row_tile rows, each column by column, for the product with a batch.
struct PanelView {
  const float* value = nullptr;  ///< [rows / row_tile][inner][row_tile]
  std::size_t rows = 0, inner = 0;
};

/// Small integer couplings for the product with signs: words of four columns, a byte each.
struct BytePanelView {
  const std::int32_t* words = nullptr;    ///< [rows / row_tile][groups][row_tile]
  const std::int32_t* row_sum = nullptr;  ///< [rows]: sum of the row's bytes
  std::size_t rows = 0, groups = 0;
  float scale = 1;  ///< J_ij = scale * byte
};

/// J by its nonzero values.
struct RowView {
  const std::int64_t* start = nullptr;
  const std::int32_t* column = nullptr;
  const float* value = nullptr;
  std::size_t rows = 0;
};

/// J whose nonzero values are all +scale or -scale, at most 127 a row: first the columns of +scale, then those of
/// -scale.
struct UnitRowView {
  const std::int64_t* bounds = nullptr;  ///< [2 rows + 1]: where the positive and the negative part of each row begin
  const std::int32_t* column = nullptr;
  std::size_t rows = 0;
  float scale = 1;
};

struct ProductKernels {
  /// out[rows][lanes] = J x, x [inner][lanes].
  void (*multiply)(const PanelView& j, const float* x, std::size_t lanes, float* out);
  /// multiply for x packed by pack_signs.
  void (*multiply_bytes)(const BytePanelView& j, const std::int32_t* x, std::size_t lanes, float* out);
  void (*multiply_rows)(const RowView& j, const float* x, std::size_t lanes, float* out);
  /// multiply_rows for signs in bytes, by byte_signs.
  void (*multiply_units)(const UnitRowView& j, const std::int8_t* x, std::size_t lanes, float* out);
  /// Words of four spins, a byte each: 1 where x >= 0, else 0.
  void (*pack_signs)(const float* x, std::size_t rows, std::size_t lanes, std::int32_t* out);
  /// +1 where x >= 0, else -1.
  void (*byte_signs)(const float* x, std::size_t count, std::int8_t* out);
  void (*float_signs)(const float* x, std::size_t count, float* out);
};

/// The products for a width that this CPU has.
[[nodiscard]] const ProductKernels& product_kernels(simd::Width width = simd::cpu_width());

}  // namespace isinglass::ising::dynamics
