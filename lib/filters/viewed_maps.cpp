#include "filters/viewed_maps.hpp"

#include "base/error.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace isinglass::filters {

ViewedMaps::ViewedMaps(const Shape& shape, std::span<const Filter> filters, const std::vector<bool>& wanted, int reach,
                       simd::Width width)
    : rows_(static_cast<std::size_t>(shape.rows)),
      columns_(static_cast<std::size_t>(shape.columns)),
      has_mirror_(shape.mirror),
      maps_(shape, filters, wanted, reach, width) {
  for (const AffineMap& map : shape.views) views_.emplace_back(map, rows_, columns_);
}

void ViewedMaps::expect_size(const Images& images) const {
  const std::size_t pixels = rows_ * columns_;
  if (images.size != pixels || images.pixels.size() % pixels != 0)
    throw InputError(
        fmt::format("images of {} pixels for a filter bank of {}x{} pixels", images.size, rows_, columns_));
}

void ViewedMaps::take(const Images& images, std::size_t first, std::size_t view) {
  if (views_.empty()) return maps_.take(images, first);
  const std::size_t pixels = rows_ * columns_, count = std::min(block_images, images.count() - first);
  viewed_.resize(count * pixels);
  for (std::size_t i = 0; i < count; ++i)
    views_[view].write(images[first + i], std::span(viewed_).subspan(i * pixels, pixels));
  maps_.take({viewed_, pixels}, 0);
}

void ViewedMaps::make(const Images& images, std::size_t first, std::size_t sight) {
  const std::size_t of_view = has_mirror_ ? 2 : 1;
  take(images, first, sight / of_view);
  maps_.make(sight % of_view == 1);
}

void ViewedMaps::visit(const Images& images, std::size_t first, const std::function<void()>& at_maps) {
  for (std::size_t view = 0; view < std::max(views_.size(), std::size_t{1}); ++view) {
    take(images, first, view);
    maps_.make(false);
    at_maps();
    if (!has_mirror_) continue;
    maps_.make(true);
    at_maps();
  }
}

}  // namespace isinglass::filters
