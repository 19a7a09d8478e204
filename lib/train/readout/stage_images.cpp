#include "train/readout/stage_images.hpp"

#include "filters/features.hpp"
#include "readout/scores.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>

namespace isinglass::train {

namespace {

std::vector<std::size_t> counts_of(const LabelledPixels& images) {
  std::vector<std::size_t> counts(images.classes);
  for (const std::uint8_t label : images.labels) ++counts[label];
  return counts;
}

}  // namespace

std::vector<std::uint32_t> by_class(const LabelledPixels& images) {
  std::vector<std::uint32_t> order(images.count());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [&](std::uint32_t i) { return images.labels[i]; });
  return order;
}

PlacedImages::PlacedImages(const LabelledPixels& images, std::span<const std::uint32_t> order)
    : layout_(counts_of(images)), images_(layout_.stride()) {
  assert(order.size() == images.count());
  std::size_t next = 0;
  for (std::size_t y = 0; y < layout_.classes(); ++y) {
    std::ranges::copy(order.subspan(next, layout_.count(y)),
                      images_.begin() + static_cast<std::ptrdiff_t>(layout_.begin(y)));
    next += layout_.count(y);
  }
}

StageImages::StageImages(const LabelledPixels& images, std::span<const std::uint32_t> order, const filters::Bank& bank)
    : places(images, order), count(filters::feature_count(bank)) {
  const readout::ClassLayout& layout = places.layout();
  features.resize(count * layout.stride());
  filters::FeatureMaker maker(bank);
  for (std::size_t y = 0; y < layout.classes(); ++y)
    if (layout.count(y) > 0)
      maker.make({images.pixels, images.size, places.of_class(y)}, std::span(features).subspan(layout.begin(y)),
                 layout.stride());
}

/// Calls visit(place, image) for all places that are no padding.
template <class Visit>
void PlacedImages::for_each_place(Visit&& visit) const {
  for (std::size_t y = 0; y < layout_.classes(); ++y)
    for (std::size_t place = layout_.begin(y); place < layout_.begin(y) + layout_.count(y); ++place)
      visit(place, images_[place], y);
}

std::vector<std::int32_t> PlacedImages::to_places(std::span<const std::int32_t> scores) const {
  const std::size_t images = layout_.images(), stride = layout_.stride();
  std::vector<std::int32_t> placed(layout_.classes() * stride);
  for (std::size_t c = 0; c < layout_.classes(); ++c)
    for_each_place([&](std::size_t place, std::size_t image, std::size_t) {
      placed[c * stride + place] = scores[c * images + image];
    });
  return placed;
}

std::vector<std::int32_t> PlacedImages::to_images(std::span<const std::int32_t> scores) const {
  const std::size_t images = layout_.images(), stride = layout_.stride();
  std::vector<std::int32_t> by_image(layout_.classes() * images);
  for (std::size_t c = 0; c < layout_.classes(); ++c)
    for_each_place([&](std::size_t place, std::size_t image, std::size_t) {
      by_image[c * images + image] = scores[c * stride + place];
    });
  return by_image;
}

std::int64_t PlacedImages::count_correct(std::span<const std::int32_t> scores, std::size_t limit) const {
  std::int64_t correct = 0;
  for_each_place([&](std::size_t place, std::size_t image, std::size_t y) {
    if (image >= limit) return;
    correct += readout::predicted(scores, layout_, place) == y ? 1 : 0;
  });
  return correct;
}

}  // namespace isinglass::train
