#include "filters/copies.hpp"

#include "base/error.hpp"
#include "base/random.hpp"
#include "filters/affine.hpp"

#include <cmath>
#include <span>

namespace isinglass::filters {
namespace {

AffineMap drawn_map(const AffineRanges& ranges, std::uint64_t seed, std::uint32_t copy, std::uint32_t image) {
  const auto part = [](double range, std::uint32_t word) {
    return static_cast<std::int64_t>(
        std::floor(range * (2 * uniform(word) - 1) * static_cast<double>(AffineMap::one) + 0.5));
  };
  const auto four = draw(seed, Stream::copy, copy, image, 0), two = draw(seed, Stream::copy, copy, image, 1);
  return {AffineMap::one + part(ranges.scale, four[0]), part(ranges.shear, four[1]), part(ranges.shear, four[2]),
          AffineMap::one + part(ranges.scale, four[3]), part(ranges.shift, two[0]),  part(ranges.shift, two[1])};
}

}  // namespace

std::vector<std::uint8_t> affine_copies(const Images& images, std::size_t columns, const AffineRanges& ranges,
                                        std::uint64_t seed, std::uint32_t copy, std::uint32_t first) {
  const auto is_within = [](double range, double limit) { return 0 <= range && range <= limit; };
  if (!is_within(ranges.scale, 0.5) || !is_within(ranges.shear, 0.5) || !is_within(ranges.shift, 64))
    throw InputError("copies of images: scale and shear must be 0 to 0.5, shift 0 to 64 pixels");
  std::vector<std::uint8_t> copies(images.count() * images.size);
  for (std::size_t i = 0; i < images.count(); ++i) {
    const std::uint32_t number = first + (images.order.empty() ? static_cast<std::uint32_t>(i) : images.order[i]);
    write_view(images[i], columns, drawn_map(ranges, seed, copy, number),
               std::span(copies).subspan(i * images.size, images.size));
  }
  return copies;
}

}  // namespace isinglass::filters
