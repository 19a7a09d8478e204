#include "train/anneal/gather_columns.hpp"

#include <array>
#include <vector>

#define HWY_TARGET_INCLUDE "train/anneal/gather_columns.cpp"
#include "simd/each_width.hpp"

HWY_BEFORE_NAMESPACE();
namespace isinglass::train::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t line = 64;  // rows of a tile: columns lie far apart, so that their cache lines are written whole
constexpr std::size_t side = 16;  // columns of a tile: bytes of a block
using Tile = std::array<const std::int8_t*, line>;

#if HWY_TARGET == HWY_SCALAR

void turn(const Tile& rows, std::size_t from, std::int8_t* columns, std::size_t stride) {
  for (std::size_t i = 0; i < side; ++i)
    for (std::size_t r = 0; r < line; ++r) columns[i * stride + r] = rows[r][from + i];
}

#else

using Tag = hn::CappedTag<std::int8_t, line>;
using Block = std::array<hn::Vec<Tag>, side>;

/// Blocks of 16 bytes of rows that are 16 apart, in one vector.
template <class D>
HWY_INLINE hn::Vec<D> load_blocks(D d, const std::int8_t* const* rows, std::size_t from) {
  constexpr std::size_t bytes = hn::MaxLanes(D());
  if constexpr (bytes == side) {
    return hn::LoadU(d, rows[0] + from);
  } else {
    const hn::Half<D> half;
    return hn::Combine(d, load_blocks(half, rows + bytes / 2, from), load_blocks(half, rows, from));
  }
}

/// Byte c of row r goes to byte (2c + (r >= 8)) mod 16 of row (2r + (c >= 8)) mod 16: the eight bits of (r, c) are
/// turned left by one, so that four times exchange r and c.
HWY_INLINE void shuffle(const Block& in, Block& out) {
  const Tag d;
  for (std::size_t k = 0; k < side / 2; ++k) {
    out[2 * k] = hn::InterleaveLower(d, in[k], in[k + side / 2]);
    out[2 * k + 1] = hn::InterleaveUpper(d, in[k], in[k + side / 2]);
  }
}

void turn(const Tile& rows, std::size_t from, std::int8_t* columns, std::size_t stride) {
  const Tag d;
  Block a, b;
  for (std::size_t first = 0; first < line; first += hn::Lanes(d)) {
    for (std::size_t r = 0; r < side; ++r) a[r] = load_blocks(d, rows.data() + first + r, from);
    shuffle(a, b);
    shuffle(b, a);
    shuffle(a, b);
    shuffle(b, a);
    for (std::size_t i = 0; i < side; ++i) hn::StoreU(a[i], d, columns + i * stride + first);
  }
}

#endif

/// Rows are read here and there, which no processor foresees: those of a tile are fetched while the one before it is
/// turned.
void gather(const ByteRows& rows, const std::uint32_t* chosen, std::size_t count, std::size_t features,
            std::size_t stride, std::int8_t* columns) {
  const std::vector<std::int8_t> nothing(rows.length);
  const auto tile_from = [&](std::size_t first) {
    Tile tile;
    for (std::size_t r = 0; r < line; ++r)
      tile[r] = first + r < count ? rows.data + chosen[first + r] * rows.length : nothing.data();
    return tile;
  };
  Tile now = tile_from(0);
  for (std::size_t first = 0; first < stride; first += line) {
    const Tile next = tile_from(first + line);
    for (std::size_t from = 0; from < features; from += side) {
      if (from % line == 0)
        for (const std::int8_t* row : next) __builtin_prefetch(row + from);
      turn(now, from, columns + from * stride + first, stride);
    }
    now = next;
  }
}

}  // namespace
}  // namespace isinglass::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace isinglass::train {

void gather_columns(const ByteRows& rows, std::span<const std::uint32_t> chosen, std::size_t features,
                    std::size_t stride, std::int8_t* columns, simd::Width vectors) {
  ISINGLASS_OF_WIDTH(vectors, gather)(rows, chosen.data(), chosen.size(), features, stride, columns);
}

}  // namespace isinglass::train
#endif
