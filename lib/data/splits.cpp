#include "data/splits.hpp"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/fingerprint.hpp"
#include "base/memory.hpp"
#include "data/dataset.hpp"
#include "data/pixels.hpp"
#include "data/selection.hpp"
#include "filters/copies.hpp"

namespace isinglass::data {
namespace {

std::uint64_t fingerprint_of(const Dataset& set) {
  Fingerprint print;
  for (const LabelledImages* part : {&set.train, &set.test}) {
    print.add(part->images.rows).add(part->images.columns).add(std::span<const std::uint8_t>(part->images.pixels));
    print.add(std::span<const std::uint8_t>(part->labels));
  }
  return print.value();
}

/// Which part of every split this rank keeps.
struct Shard {
  int index = 0, of = 1;
};

/// This rank's samples of a split, whose inputs are yet to be made.
Samples labels_of(std::span<const ChosenSample> picks, std::size_t features, Shard shard) {
  const ShardRange range =
      shard_range(picks.size(), static_cast<std::size_t>(shard.index), static_cast<std::size_t>(shard.of));
  Samples samples;
  samples.features = static_cast<int>(features);
  samples.first = range.first;
  samples.global_size = picks.size();
  for (const ChosenSample& pick : picks.subspan(range.first, range.last - range.first))
    samples.labels.push_back(pick.label);
  return samples;
}

/// Affine copies of images that are trained on beside them.
struct Copies {
  int count = 0;
  filters::AffineRanges ranges;
  std::uint64_t seed = 0;
};

/// The images themselves, then all first copies, then all second ones.
std::vector<ChosenSample> repeated(std::span<const ChosenSample> picks, int times) {
  std::vector<ChosenSample> all;
  for (int i = 0; i < times; ++i) all.insert(all.end(), picks.begin(), picks.end());
  return all;
}

/// The inputs of many copies are told before they are made.
void expect_memory(const Samples& samples) {
  const std::size_t needed = samples.size() * static_cast<std::size_t>(samples.features);
  const std::optional<std::int64_t> available = available_memory();
  if (!available || static_cast<std::int64_t>(needed) <= *available) return;
  throw InputError(fmt::format("data.copies: the inputs of {} samples take {} on a rank, and {} are left; set fewer",
                               samples.global_size, bytes_text(static_cast<std::int64_t>(needed)),
                               bytes_text(*available)));
}

/// Only this rank's images are copied, pooled, quantized and centred.
Samples samples_of(const PixelGrid& grid, const IdxImages& images, std::span<const ChosenSample> chosen,
                   std::span<const int> center, Shard shard, const Copies& copies = {}) {
  const auto features = static_cast<std::size_t>(grid.features());
  const std::vector<ChosenSample> picks = repeated(chosen, 1 + copies.count);
  Samples samples = labels_of(picks, features, shard);
  if (copies.count > 0) expect_memory(samples);
  samples.inputs.resize(samples.size() * features);
  std::vector<std::uint8_t> levels(features);
  std::size_t next = 0;
  for (std::size_t s = samples.first; s < samples.first + samples.size(); ++s) {
    const std::span<const std::uint8_t> image = images.image(picks[s].index);
    if (s < chosen.size()) {
      grid.quantize(image, levels);
    } else {
      const auto copy = static_cast<std::uint32_t>(s / chosen.size() - 1);
      grid.quantize(
          filters::affine_copies({image, image.size()}, static_cast<std::size_t>(images.columns), copies.ranges,
                                 copies.seed, copy, static_cast<std::uint32_t>(picks[s].index)),
          levels);
    }
    for (std::size_t i = 0; i < features; ++i) samples.inputs[next++] = static_cast<std::int8_t>(levels[i] - center[i]);
  }
  return samples;
}

std::vector<std::uint8_t> pixels_of(const IdxImages& images, std::span<const ChosenSample> picks) {
  std::vector<std::uint8_t> pixels;
  pixels.reserve(picks.size() * static_cast<std::size_t>(images.rows) * static_cast<std::size_t>(images.columns));
  for (const ChosenSample& pick : picks) {
    const std::span<const std::uint8_t> image = images.image(pick.index);
    pixels.insert(pixels.end(), image.begin(), image.end());
  }
  return pixels;
}

/// Makes the test samples first and lets go of their images, which lowers the peak of the memory.
void add_grid_samples(Dataset& set, const Selection& chosen, const config::DataConfig& config, std::uint64_t seed,
                      Shard shard, DataSplits& splits) {
  const IdxImages& train = set.train.images;
  const PixelGrid grid(train.rows, train.columns, config.pool, config.levels);
  InputStatistics inputs = input_statistics(grid, train, chosen.train);
  splits.test = samples_of(grid, set.test.images, chosen.test, inputs.center, shard);
  set.test.images = {};
  const Copies copies{config.copies, {config.copy_scale, config.copy_shear, config.copy_shift}, seed};
  splits.train = samples_of(grid, train, chosen.train, inputs.center, shard, copies);
  splits.validation = samples_of(grid, train, chosen.validation, inputs.center, shard);
  splits.center = std::move(inputs.center);
  splits.rows = grid.rows();
  splits.columns = grid.columns();
  splits.input_rms = inputs.rms;
}

/// Rounded mean of each pixel.
std::vector<int> mean_image(const IdxImages& images, std::span<const ChosenSample> picks, std::size_t pixels) {
  std::vector<std::int64_t> sums(pixels);
  for (const ChosenSample& pick : picks) {
    const std::span<const std::uint8_t> image = images.image(pick.index);
    for (std::size_t i = 0; i < pixels; ++i) sums[i] += image[i];
  }
  const auto count = static_cast<std::int64_t>(picks.size());
  std::vector<int> mean;
  for (const std::int64_t sum : sums) mean.push_back(static_cast<int>((2 * sum + count) / (2 * count)));
  return mean;
}

void add_images(Dataset& set, const Selection& chosen, Shard shard, DataSplits& splits) {
  const IdxImages& train = set.train.images;
  splits.rows = train.rows;
  splits.columns = train.columns;
  const std::size_t features = static_cast<std::size_t>(train.rows) * static_cast<std::size_t>(train.columns);
  const auto fill = [&](Samples& samples, const IdxImages& images, std::span<const ChosenSample> picks) {
    samples = labels_of(picks, features, shard);
    samples.pixels = pixels_of(images, picks.subspan(samples.first, samples.size()));
  };
  fill(splits.test, set.test.images, chosen.test);
  set.test.images = {};
  fill(splits.train, train, chosen.train);
  fill(splits.validation, train, chosen.validation);
  splits.center = mean_image(train, chosen.train, features);
  const std::size_t first = std::min(most_first_images, chosen.train.size());
  splits.first_images = pixels_of(train, std::span(chosen.train).first(first));
}

}  // namespace

LoadedData load_data(const config::DataConfig& config, std::uint64_t seed, int shard, int shards, InputKind kind) {
  assert(shards >= 1 && shard >= 0 && shard < shards);
  assert(config.train_samples >= 0 && config.validation_fraction >= 0 && config.validation_fraction <= 0.9);
  Dataset set = read_dataset(config);
  const std::vector<DataClass> classes = choose_classes(config.classes, set.classes);
  const Selection chosen = select_samples(set, classes, config, seed);
  LoadedData loaded{{}, fingerprint_of(set)};
  if (kind == InputKind::pixels)
    add_images(set, chosen, {shard, shards}, loaded.splits);
  else
    add_grid_samples(set, chosen, config, seed, {shard, shards}, loaded.splits);
  for (const DataClass& c : classes) loaded.splits.class_names.push_back(c.name);
  return loaded;
}

DataSplits load_splits(const config::DataConfig& config, std::uint64_t seed, int shard, int shards, InputKind kind) {
  return load_data(config, seed, shard, shards, kind).splits;
}

}  // namespace isinglass::data
