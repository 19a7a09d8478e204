#include "train/anneal/gather_columns.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace isinglass::train {

namespace {

constexpr std::size_t side = 8, words = 4;   // rows of a block; 64-bit words of each that are turned together
constexpr std::size_t width = words * side;  // bytes of those
constexpr std::size_t line = 64;             // rows of a tile
using Block = std::array<std::array<std::uint64_t, words>, side>;

/// Exchanges the parts of two rows that do not lie in the mask with those of the other that do.
template <int shift>
void exchange(Block& block, std::size_t a, std::size_t b, std::uint64_t mask) {
  for (std::size_t w = 0; w < words; ++w) {
    const std::uint64_t differences = ((block[a][w] >> shift) ^ block[b][w]) & mask;
    block[b][w] ^= differences;
    block[a][w] ^= differences << shift;
  }
}

/// Each word's 8x8 bytes transposed: block[k][w] are the bytes k of word w of all rows. Bytes within pairs, pairs
/// within halves, halves.
void transpose(Block& block) {
  for (const std::size_t a : {0U, 2U, 4U, 6U}) exchange<8>(block, a, a + 1, 0x00FF00FF00FF00FFU);
  for (const std::size_t a : {0U, 1U, 4U, 5U}) exchange<16>(block, a, a + 2, 0x0000FFFF0000FFFFU);
  for (const std::size_t a : {0U, 1U, 2U, 3U}) exchange<32>(block, a, a + 4, 0x00000000FFFFFFFFU);
}

/// `side` rows of `width` bytes, to columns of a tile; rows that are not there are zeros.
void turn_rows(const ByteRows& rows, const std::uint32_t* chosen, std::size_t count, std::size_t from,
               std::int8_t* tile) {
  Block block{};
  for (std::size_t r = 0; r < count; ++r)
    std::memcpy(block[r].data(), rows.data + chosen[r] * rows.length + from, width);
  transpose(block);
  for (std::size_t w = 0; w < words; ++w)
    for (std::size_t k = 0; k < side; ++k) std::memcpy(tile + (w * side + k) * line, &block[k][w], side);
}

/// Rows are read here and there, which no processor foresees.
void fetch(const ByteRows& rows, std::span<const std::uint32_t> chosen, std::size_t features) {
  for (const std::uint32_t row : chosen)
    for (std::size_t at = 0; at < features; at += line) __builtin_prefetch(rows.data + row * rows.length + at);
}

/// By tiles of whole cache lines: columns lie so far apart that parts of lines would be thrown out of the cache before
/// they are full.
void gather_loop(const ByteRows& rows, const std::uint32_t* chosen, std::size_t count, std::size_t features,
                 std::size_t stride, std::int8_t* columns) {
  std::array<std::int8_t, width * line> tile{};
  for (std::size_t first = 0; first < stride; first += line) {
    const std::size_t members = std::min(line, count - std::min(count, first));
    const std::size_t next = std::min(count, first + line);
    fetch(rows, {chosen + next, std::min(line, count - next)}, features);
    for (std::size_t from = 0; from < features; from += width) {
      for (std::size_t r = 0; r < line; r += side)
        turn_rows(rows, chosen + std::min(count, first + r), std::min(side, members - std::min(members, r)), from,
                  tile.data() + r);
      for (std::size_t i = 0; i < width; ++i)
        std::memcpy(columns + (from + i) * stride + first, tile.data() + i * line, line);
    }
  }
}

}  // namespace

void gather_columns(const ByteRows& rows, std::span<const std::uint32_t> chosen, std::size_t features,
                    std::size_t stride, std::int8_t* columns, simd::Width vectors) {
  simd::run<gather_loop>(vectors, rows, chosen.data(), chosen.size(), features, stride, columns);
}

}  // namespace isinglass::train
