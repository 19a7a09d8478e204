#pragma once

#include "filters/bank.hpp"
#include "simd/simd.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Inner loops of filter layers over blocks of 64 images: a pixel is 64 bytes, one an image, and a bit of a map is a
/// word of 64, so that conjunctions and counts are word operations for all images at once. Exact integers; the same for
/// every width.
namespace isinglass::filters {

inline constexpr std::size_t block_images = 64;
inline constexpr std::size_t contrast_block = 8;  ///< images of contrast are whole blocks of so many pixels
/// A conjunction writes rows of whole such blocks of words, and reads as far; maps are followed by so many words.
inline constexpr std::size_t word_block = 8;

/// Bytes of the map's first position, which a kernel reads, and the size of the map. The stride is from row to row.
struct MapPlace {
  const std::uint8_t* bytes;
  std::size_t byte_stride;
  std::size_t rows, columns;
};

/// Taps of one filter on a block of stored channel images, as bytes from a position's pixel.
struct FilterTaps {
  std::span<const std::ptrdiff_t> plus, minus;
};

/// The most taps of a sign, and of both, for which write_map takes half sums.
inline constexpr std::size_t byte_taps = 8;

/// Halves of the sums of both signs' taps, rounded down and up, [row][column][image]. A filter's weighted sum is twice
/// that of its plus taps less this sum, which all filters of a side and a dilation share.
struct HalfSums {
  std::span<std::uint8_t> down, up;
};

/// Writes half the sums over `taps`, of which there are at most 2 byte_taps.
void write_half_sums(std::span<const std::ptrdiff_t> taps, const MapPlace& place, const HalfSums& halves,
                     simd::Width width);

/// Writes a filter's map: words[row * stride + column] has a bit set where the sum over `plus` minus that over `minus`
/// exceeds `above`. With up to byte_taps of either sign it reads `halves`, which must be those of all its taps.
void write_map(const FilterTaps& taps, int above, const MapPlace& place, const HalfSums& halves,
               std::span<std::uint64_t> words, std::size_t stride, simd::Width width);

/// A literal of a unit as words: its map, moved by its column offset.
struct LiteralWords {
  const std::uint64_t* words;
  int row_offset;
  std::uint64_t flip;  ///< all bits set where the literal is negated
};

/// words[row][column] = AND over the literals, for `rows` rows of whole word blocks; the literals' rows are clamped.
void write_conjunction(std::span<const LiteralWords> literals, std::size_t literal_stride, std::size_t rows,
                       std::span<std::uint64_t> words, simd::Width width);

/// Counts of a part of the step function.
inline constexpr int part_counts = 15;
/// Rises of the level after 0 .. 15 counts of a part: the level of a count is the sum over the parts p of
/// part[min(max(count - 15 p, 0), 15)]. So short a table is looked up for a vector of counts at once.
using LevelPart = std::array<std::uint8_t, part_counts + 1>;

/// The parts of a step function [count] for counts of 0 .. largest; beyond the last count it stays as it is there.
[[nodiscard]] std::vector<LevelPart> level_parts(std::span<const std::uint8_t> levels, int largest);

/// A pooling with the memory that it works in.
struct Pooling {
  std::size_t rows = 0, columns = 0;  ///< of the map
  std::span<const Range> row_windows, column_windows;
  std::span<const LevelPart> parts;
  std::span<std::uint64_t> planes;            ///< 8 rows of whole word blocks
  std::span<std::uint8_t> counts;             ///< 64 bytes for each column
  std::size_t feature_stride = block_images;  ///< from window to window
};

/// features[window * feature_stride + image] += the level of each window's count of set bits.
void add_levels(const Pooling& pooling, std::span<const std::uint64_t> words, std::span<std::int8_t> features,
                simd::Width width);

/// The stored contrast of 49 p - sum and 49 sum of squares - sum^2 of each pixel.
void store_contrasts(std::span<const std::int32_t> above_mean, std::span<const std::int32_t> variance,
                     std::span<std::uint8_t> stored, simd::Width width);

}  // namespace isinglass::filters
