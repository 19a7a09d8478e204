#pragma once

#include "readout/excess.hpp"
#include "readout/flip_sums.hpp"
#include "readout/loops.hpp"
#include "readout/problem.hpp"
#include "simd/simd.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::readout {

/// The score of one class over this rank's images, while weights of that class alone flip. Then an image's loss is
/// max(lo, u) with u moving by the feature and lo at rest, and all that its changes hang on is the excess u - lo, of
/// which 8 bits are enough near the kink: above it the loss moves as the feature does, below it not at all. Blocks of
/// 64 images that are all too far below are skipped; those which a few flips cannot bring near are moved later.
///
/// Memory: 5 bytes per image, beside the scores' 4 bytes per image and class.
class ClassPass {
public:
  /// `problem` outlives this. The vectors of `width` change how fast it is, never a number; nor does `skips_blocks`.
  ClassPass(const Problem& problem, simd::Width width, bool skips_blocks = true);

  /// Turns to class c with `scores` [class][stride], and to flips of features of at most `largest` in magnitude, of
  /// which at most largest_group may follow.
  void begin(std::size_t c, std::span<const std::int32_t> scores, int largest);
  /// Changes of this rank's loss by each flip alone, against the state as it is.
  void evaluate(std::span<const Flip> flips, std::span<std::int64_t> changes) const;
  /// Makes the flips, which may be any number.
  void apply(std::span<const Flip> flips);
  /// Adds the flips that were made since begin() to the class' row of `scores`.
  void end(std::span<std::int32_t> scores);
  /// Change of this rank's loss by a step of the bias: right between begin() and the first flip. |step| <=
  /// largest_excess.
  [[nodiscard]] std::int64_t bias_change(int step) const;
  /// Share of the blocks in which a flip can matter.
  [[nodiscard]] double alive() const;

private:
  /// The blocks of the class, whose excess turns round, or those of the others.
  struct Side {
    int sign = 1;
    std::array<std::array<std::uint32_t, 2>, 2> ranges{};  // of images
    std::vector<std::uint32_t> near, far;                  // far: above which no excess comes by the pending flips
    std::vector<std::uint32_t> alive;                      // near ones where a flip can matter; longer than they are
    std::size_t alive_count = 0;

    void set(int new_sign, const std::array<std::array<std::uint32_t, 2>, 2>& new_ranges);
  };

  void sort_blocks();
  void add_pending(const Flip& flip);
  [[nodiscard]] PassView view() { return {excess_.data(), gap_.data(), highest_.data()}; }

  const Problem& problem_;
  simd::Width width_;
  bool skips_blocks_;
  std::size_t class_ = 0;
  int reach_ = 0;
  simd::AlignedVector<std::int16_t> start_, excess_;  // [image], at begin() and now
  simd::AlignedVector<std::uint8_t> gap_;             // [image]
  std::vector<std::int16_t> highest_;                 // excess of a block; of far ones without the pending flips
  std::array<Side, 2> sides_;                         // the others, the class
  std::vector<Flip> pending_;                         // made on near blocks, to be made on far ones
};

}  // namespace isinglass::readout
