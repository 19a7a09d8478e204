#pragma once

#include "readout/flip_sums.hpp"
#include "readout/loops.hpp"
#include "readout/problem.hpp"
#include "simd/simd.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace isinglass::readout {

/// Excesses are limited to +-this: within a pass over one class at most `largest_group` flips move one by 126 each,
/// after which a limited one is still further from 0 than one flip reaches.
inline constexpr int largest_excess = 16383;
/// Features whose flips of one class may be made in one pass.
inline constexpr std::size_t largest_group = 127;

/// For the images of class y: excess [image] = u - max(lo, 0) limited to +-largest_excess, where the loss is
/// max(0, lo, u), u is what moves with the score of class c, and lo what the other classes say. While s_c moves by d,
/// the loss changes by max(0, excess + d) - max(0, excess); for y = c, whose u falls, by that of -d. Padding has the
/// lowest excess.
void find_excess(const ScoreView& scores, const ClassLayout& layout, std::size_t y, std::size_t c, std::int16_t* excess,
                 simd::Width width);

/// The part of the images that is kept while the score of a class moves.
struct PassView {
  std::int16_t* excess = nullptr;   ///< [image], now
  std::uint8_t* gap = nullptr;      ///< [image], 128 - excess limited to 0 .. 255
  std::int16_t* highest = nullptr;  ///< excess of each block
};

/// Moves the excesses of some blocks by `flips`, turned round if `sign` is -1, and their gaps; the highest are out of
/// date then. Writes the blocks with an excess above `limit` to `above`, which has room for one more than all. Returns
/// how many.
[[nodiscard]] std::size_t move_blocks(const PassView& pass, BlockList blocks, std::span<const Flip> flips, int sign,
                                      int limit, std::uint32_t* above, simd::Width width);

/// The same, but instead of a list finds the highest of these blocks.
void move_and_rank_blocks(const PassView& pass, BlockList blocks, std::span<const Flip> flips, int sign,
                          simd::Width width);

}  // namespace isinglass::readout
