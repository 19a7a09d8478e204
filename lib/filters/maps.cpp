#include "filters/maps.hpp"

#include "base/names.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace isinglass::filters {
namespace {

/// Pixels by which the taps of a filter leave the image from some position of the map, on any side.
int overhang(const Filter& filter, const Shape& shape) {
  const int span = (filter.side - 1) * filter.dilation, before = span / 2, after = span - before;
  return std::max({before - shape.map_rows.first, before - shape.map_columns.first,
                   after - (shape.rows - shape.map_rows.last), after - (shape.columns - shape.map_columns.last), 0});
}

using Eights = std::array<std::uint64_t, 8>;

/// Byte j of word i becomes byte i of word j.
Eights transposed(Eights words) {
  const auto exchange = [&](std::size_t a, std::size_t b, unsigned bits, std::uint64_t low) {
    const std::uint64_t moved = ((words[a] >> bits) ^ words[b]) & low;
    words[b] ^= moved;
    words[a] ^= moved << bits;
  };
  for (const std::size_t i : {0, 1, 2, 3}) exchange(i, i + 4, 32, 0x00000000FFFFFFFF);
  for (const std::size_t i : {0, 1, 4, 5}) exchange(i, i + 2, 16, 0x0000FFFF0000FFFF);
  for (const std::size_t i : {0, 2, 4, 6}) exchange(i, i + 1, 8, 0x00FF00FF00FF00FF);
  return words;
}

}  // namespace

BlockMaps::BlockMaps(const Shape& shape, std::span<const Filter> filters, const std::vector<bool>& wanted, int reach,
                     simd::Width width)
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
  for (std::size_t f = 0; f < filters.size(); ++f)
    if (wanted[f]) add_filter(filters[f], f);
  halves_down_.resize(rows_ * columns_ * block_images);
  halves_up_.resize(halves_down_.size());
  for (const Channel channel : all_values<Channel>())
    if (is_used(channel))
      blocks_[static_cast<std::size_t>(channel)].assign((image_rows_ + 2 * pad_) * padded_columns_ * block_images,
                                                        static_cast<std::uint8_t>(stored_zero(channel)));
  maps_.resize(2 * filters.size() * map_size_ + reach_ + word_block);
  wide_rows_.resize(rows_ * columns_);
}

void BlockMaps::add_filter(const Filter& filter, std::size_t number) {
  Taps taps{number, {}, {}, filter.threshold};
  std::vector<std::ptrdiff_t> all;
  const int before = (filter.side - 1) * filter.dilation / 2;
  for (int i = 0; i < filter.side; ++i)
    for (int j = 0; j < filter.side; ++j) {
      const int dy = i * filter.dilation - before, dx = j * filter.dilation - before;
      all.push_back((dy * static_cast<std::ptrdiff_t>(padded_columns_) + dx) *
                    static_cast<std::ptrdiff_t>(block_images));
      const bool is_plus = filter.is_plus[static_cast<std::size_t>(i * filter.side + j)] != 0;
      (is_plus ? taps.plus : taps.minus).push_back(all.back());
      taps.above += (is_plus ? 1 : -1) * stored_zero(filter.channel);
    }
  const auto same = std::ranges::find_if(kinds_, [&](const Kind& kind) { return kind.has(filter); });
  Kind& kind =
      same != kinds_.end() ? *same : kinds_.emplace_back(Kind{filter.channel, filter.side, filter.dilation, all, {}});
  kind.filters.push_back(std::move(taps));
}

bool BlockMaps::is_used(Channel channel) const {
  return std::ranges::any_of(kinds_, [&](const Kind& kind) { return kind.channel == channel; });
}

void BlockMaps::take(const Images& images, std::size_t first) {
  const std::size_t last = std::min(first + block_images, images.count());
  images_.clear();
  for (std::size_t i = first; i < last; ++i) images_.emplace_back(images[i].begin(), images[i].end());
  images_.resize(block_images, std::vector<std::uint8_t>(image_rows_ * image_columns_));
  for (const Channel channel : all_values<Channel>()) {
    if (!is_used(channel)) continue;
    auto& stored = stored_[static_cast<std::size_t>(channel)];
    stored.clear();
    for (const auto& image : images_) stored.push_back(stored_channel(channel, image, image_columns_, width_));
  }
}

/// Writes the images' channel to its block. That of a mirror image is mirrored itself, but for the box, which looks to
/// the right.
void BlockMaps::fill_block(Channel channel, bool is_mirrored) {
  if (is_mirrored && channel == Channel::box) {
    std::vector<std::vector<std::uint8_t>> boxes;
    for (const auto& image : images_)
      boxes.push_back(stored_channel(channel, mirrored(image, image_columns_), image_columns_, width_));
    write_block(channel, boxes, false);
  } else {
    write_block(channel, stored_[static_cast<std::size_t>(channel)], is_mirrored);
  }
}

void BlockMaps::write_block(Channel channel, std::span<const std::vector<std::uint8_t>> stored, bool is_reversed) {
  constexpr std::size_t eight = std::tuple_size_v<Eights>;
  const std::ptrdiff_t step = (is_reversed ? -1 : 1) * static_cast<std::ptrdiff_t>(block_images);
  for (std::size_t y = 0; y < image_rows_; ++y) {
    std::uint8_t* row = blocks_[static_cast<std::size_t>(channel)].data() +
                        ((y + pad_) * padded_columns_ + pad_ + (is_reversed ? image_columns_ - 1 : 0)) * block_images;
    for (std::size_t i = 0; i < block_images; i += eight)
      for (std::size_t x = 0; x < image_columns_; x += eight) {
        Eights pixels{};
        const std::size_t size = std::min(eight, image_columns_ - x);
        for (std::size_t k = 0; k < eight; ++k)
          std::memcpy(&pixels[k], stored[i + k].data() + y * image_columns_ + x, size);
        pixels = transposed(pixels);
        for (std::size_t k = 0; k < size; ++k)
          std::memcpy(row + static_cast<std::ptrdiff_t>(x + k) * step + i, &pixels[k], eight);
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

MapPlace BlockMaps::place_of(Channel channel) const {
  return {blocks_[static_cast<std::size_t>(channel)].data() + first_position_, padded_columns_ * block_images, rows_,
          columns_};
}

void BlockMaps::make_maps(const Kind& kind) {
  const MapPlace place = place_of(kind.channel);
  const HalfSums halves{halves_down_, halves_up_};
  if (kind.taps.size() <= 2 * byte_taps) write_half_sums(kind.taps, place, halves, width_);
  for (const Taps& taps : kind.filters) {
    const auto map = std::span(maps_).subspan(map_begin(taps.number, false));
    write_map({taps.plus, taps.minus}, taps.above, place, halves, map, stride_, width_);
    repeat_edges(map.data());
    std::uint64_t* widened = maps_.data() + map_begin(taps.number, true);
    widen(map.data(), widened);
    repeat_edges(widened);
  }
}

void BlockMaps::make(bool is_mirrored) {
  for (const Channel channel : all_values<Channel>())
    if (is_used(channel)) fill_block(channel, is_mirrored);
  for (const Kind& kind : kinds_) make_maps(kind);
}

LiteralWords BlockMaps::words_of(const Literal& literal) const {
  const std::size_t begin = map_begin(static_cast<std::size_t>(literal.filter), literal.widened);
  return {maps_.data() + begin + literal.dx, literal.dy, literal.negated ? ~std::uint64_t{0} : 0};
}

BlockMaps::TapPlaces BlockMaps::taps_of(const Filter& filter) const {
  const auto kind = std::ranges::find_if(kinds_, [&](const Kind& of) { return of.has(filter); });
  return {place_of(filter.channel), kind->taps};
}

}  // namespace isinglass::filters
