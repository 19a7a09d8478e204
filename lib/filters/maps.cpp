#include "filters/maps.hpp"

#include "base/names.hpp"

#include <algorithm>

namespace isinglass::filters {
namespace {

/// Pixels by which the taps of a filter leave the image from some position of the map, on any side.
int overhang(const Filter& filter, const Shape& shape) {
  const int span = (filter.side - 1) * filter.dilation, before = span / 2, after = span - before;
  return std::max({before - shape.map_rows.first, before - shape.map_columns.first,
                   after - (shape.rows - shape.map_rows.last), after - (shape.columns - shape.map_columns.last), 0});
}

}  // namespace

BlockMaps::BlockMaps(const Shape& shape, std::span<const Filter> filters, int reach, simd::Width width)
    : width_(width),
      image_rows_(static_cast<std::size_t>(shape.rows)),
      image_columns_(static_cast<std::size_t>(shape.columns)),
      rows_(static_cast<std::size_t>(shape.map_rows.size())),
      columns_(static_cast<std::size_t>(shape.map_columns.size())),
      reach_(static_cast<std::size_t>(std::max(reach, 1))),
      stride_(columns_ + 2 * reach_),
      map_size_(rows_ * stride_) {
  for (const Filter& filter : filters) pad_ = std::max(pad_, static_cast<std::size_t>(overhang(filter, shape)));
  padded_columns_ = image_columns_ + 2 * pad_;
  first_position_ = ((pad_ + static_cast<std::size_t>(shape.map_rows.first)) * padded_columns_ + pad_ +
                     static_cast<std::size_t>(shape.map_columns.first)) *
                    block_images;
  for (const Filter& filter : filters) taps_.push_back(taps_of(filter));
  channel_.resize((image_rows_ + 2 * pad_) * padded_columns_ * block_images);
  maps_.resize(2 * filters.size() * map_size_ + reach_ + word_block);
  wide_rows_.resize(rows_ * columns_);
}

BlockMaps::Taps BlockMaps::taps_of(const Filter& filter) const {
  Taps taps{filter.channel, {}, {}, filter.threshold};
  const int before = (filter.side - 1) * filter.dilation / 2;
  for (int i = 0; i < filter.side; ++i)
    for (int j = 0; j < filter.side; ++j) {
      const int dy = i * filter.dilation - before, dx = j * filter.dilation - before;
      const auto offset =
          (dy * static_cast<std::ptrdiff_t>(padded_columns_) + dx) * static_cast<std::ptrdiff_t>(block_images);
      const bool is_plus = filter.is_plus[static_cast<std::size_t>(i * filter.side + j)] != 0;
      (is_plus ? taps.plus : taps.minus).push_back(offset);
      taps.above += (is_plus ? 1 : -1) * stored_zero(filter.channel);
    }
  return taps;
}

bool BlockMaps::is_used(Channel channel) const {
  return std::ranges::any_of(taps_, [&](const Taps& taps) { return taps.channel == channel; });
}

void BlockMaps::take(const Images& images, std::size_t first) {
  images_.clear();
  for (auto& channel : stored_) channel.clear();
  for (std::size_t i = first; i < std::min(first + block_images, images.count()); ++i) {
    images_.emplace_back(images[i].begin(), images[i].end());
    for (const Channel channel : all_values<Channel>())
      if (is_used(channel))
        stored_[static_cast<std::size_t>(channel)].push_back(
            stored_channel(channel, images[i], image_columns_, width_));
  }
}

void BlockMaps::fill_channel(Channel channel, bool is_mirrored) {
  std::ranges::fill(channel_, static_cast<std::uint8_t>(stored_zero(channel)));
  const bool is_symmetric = channel != Channel::box;  // the others of a mirror image are mirrored themselves
  for (std::size_t i = 0; i < images_.size(); ++i) {
    std::vector<std::uint8_t> made;
    const std::vector<std::uint8_t>* stored = &stored_[static_cast<std::size_t>(channel)][i];
    if (is_mirrored) {
      made = is_symmetric ? mirrored(*stored, image_columns_)
                          : stored_channel(channel, mirrored(images_[i], image_columns_), image_columns_, width_);
      stored = &made;
    }
    for (std::size_t y = 0; y < image_rows_; ++y) {
      std::uint8_t* to = channel_.data() + ((y + pad_) * padded_columns_ + pad_) * block_images + i;
      const std::uint8_t* from = stored->data() + y * image_columns_;
      for (std::size_t x = 0; x < image_columns_; ++x) to[x * block_images] = from[x];
    }
  }
}

void BlockMaps::repeat_edges(std::uint64_t* map) const {
  for (std::size_t y = 0; y < rows_; ++y, map += stride_) {
    std::fill(map - reach_, map, map[0]);
    std::fill(map + columns_, map + columns_ + reach_, map[columns_ - 1]);
  }
}

void BlockMaps::widen(const std::uint64_t* map, std::uint64_t* widened) {
  for (std::size_t y = 0; y < rows_; ++y)
    for (std::size_t x = 0; x < columns_; ++x) {
      const std::uint64_t* at = map + y * stride_ + x;
      wide_rows_[y * columns_ + x] = at[-1] | at[0] | at[1];
    }
  for (std::size_t y = 0; y < rows_; ++y) {
    const std::uint64_t* here = wide_rows_.data() + y * columns_;
    const std::uint64_t* above = y > 0 ? here - columns_ : here;
    const std::uint64_t* below = y + 1 < rows_ ? here + columns_ : here;
    for (std::size_t x = 0; x < columns_; ++x) widened[y * stride_ + x] = above[x] | here[x] | below[x];
  }
}

void BlockMaps::make(bool is_mirrored) {
  for (const Channel channel : all_values<Channel>()) {
    if (!is_used(channel)) continue;
    fill_channel(channel, is_mirrored);
    for (std::size_t f = 0; f < taps_.size(); ++f) {
      if (taps_[f].channel != channel) continue;
      std::uint64_t* map = maps_.data() + map_begin(f, false);
      write_map({taps_[f].plus, taps_[f].minus, taps_[f].above},
                {channel_.data() + first_position_, padded_columns_ * block_images, map, stride_, rows_, columns_},
                width_);
      repeat_edges(map);
      std::uint64_t* widened = maps_.data() + map_begin(f, true);
      widen(map, widened);
      repeat_edges(widened);
    }
  }
}

LiteralWords BlockMaps::words_of(const Literal& literal) const {
  const std::size_t begin = map_begin(static_cast<std::size_t>(literal.filter), literal.widened);
  return {maps_.data() + begin + literal.dx, literal.dy, literal.negated ? ~std::uint64_t{0} : 0};
}

}  // namespace isinglass::filters
