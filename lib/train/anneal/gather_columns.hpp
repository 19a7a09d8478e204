#pragma once

#include "simd/simd.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace isinglass::train {

/// Rows of bytes, [row][length], each with zeros up to `length`, a multiple of 32.
struct ByteRows {
  const std::int8_t* data;
  std::size_t length;
};

/// The first `features` columns of the chosen rows: columns[i stride + k] = rows[chosen[k]][i], zeros behind the last
/// one up to the stride, a multiple of 64. `columns` has room for `features` rounded up to 32.
void gather_columns(const ByteRows& rows, std::span<const std::uint32_t> chosen, std::size_t features,
                    std::size_t stride, std::int8_t* columns, simd::Width vectors = simd::cpu_width());

}  // namespace isinglass::train
