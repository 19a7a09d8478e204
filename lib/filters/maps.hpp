#pragma once

#include "filters/bank.hpp"
#include "filters/channels.hpp"
#include "filters/kernels.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::filters {

/// The maps of filters, as they are and widened, for a block of up to 64 images: words of 64 bits, an image each.
/// Between blocks the memory is kept, a few MB or less.
class BlockMaps {
public:
  /// `reach` is the largest offset of the literals that will be asked for; of filters that are not `wanted` [filter]
  /// there will be no maps. The shape and the filters were checked.
  BlockMaps(const Shape& shape, std::span<const Filter> filters, const std::vector<bool>& wanted, int reach,
            simd::Width width);

  /// Takes images first .. first+63, or as many as there are; the others are blank.
  void take(const Images& images, std::size_t first);

  /// Makes the maps of the images taken, or of their mirror images.
  void make(bool is_mirrored);

  /// The words of a literal for write_conjunction, valid until the object ends.
  [[nodiscard]] LiteralWords words_of(const Literal& literal) const;

  /// A channel's stored values and the places at which the taps of a filter meet them, valid until the object ends.
  struct TapPlaces {
    MapPlace place;
    std::span<const std::ptrdiff_t> taps;  ///< [row of the filter][column], bytes from a position's pixel
  };
  [[nodiscard]] TapPlaces taps_of(const Filter& filter) const;

  [[nodiscard]] std::size_t stride() const { return stride_; }  ///< words from row to row
  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }

private:
  /// Taps of one filter as offsets into a padded channel.
  struct Taps {
    std::size_t number;  // of the filter
    std::vector<std::ptrdiff_t> plus, minus;
    int above;
  };
  /// Filters with the same taps.
  struct Kind {
    Channel channel;
    int side, dilation;
    std::vector<std::ptrdiff_t> taps;
    std::vector<Taps> filters;

    [[nodiscard]] bool has(const Filter& filter) const {
      return channel == filter.channel && side == filter.side && dilation == filter.dilation;
    }
  };

  void add_filter(const Filter& filter, std::size_t number);
  [[nodiscard]] MapPlace place_of(Channel channel) const;
  void make_maps(const Kind& kind);
  void fill_block(Channel channel, bool is_mirrored);
  void write_block(Channel channel, std::span<const std::vector<std::uint8_t>> stored, bool is_reversed);
  [[nodiscard]] bool is_used(Channel channel) const;
  void repeat_edges(std::uint64_t* map) const;
  void widen(const std::uint64_t* map, std::uint64_t* widened);
  [[nodiscard]] std::size_t map_begin(std::size_t filter, bool widened) const {
    return (2 * filter + (widened ? 1 : 0)) * map_size_ + reach_;
  }

  simd::Width width_;
  std::size_t image_rows_, image_columns_, rows_, columns_;
  std::size_t reach_, stride_, map_size_;  ///< columns repeated at each edge, words of a row and of a map
  std::size_t pad_ = 0, padded_columns_;   ///< pixels around an image that taps may meet
  std::size_t first_position_;             ///< bytes to the pixel of the map's first position
  std::vector<Kind> kinds_;
  std::vector<std::vector<std::uint8_t>> images_;                 // as taken, then blank ones up to 64
  std::array<std::vector<std::vector<std::uint8_t>>, 4> stored_;  // [channel][image]
  std::array<simd::AlignedVector<std::uint8_t>, 4> blocks_;       // [channel][padded row][padded column][image]
  simd::AlignedVector<std::uint64_t> maps_;  // [filter][plain, widened][row][reach, column, reach], a word block
  std::vector<std::uint64_t> wide_rows_;     // [row][column]
  simd::AlignedVector<std::uint8_t> halves_down_, halves_up_;  // of a kind's sums, [row][column][image]
};

}  // namespace isinglass::filters
