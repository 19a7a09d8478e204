#include "data/splits.hpp"

#include <cassert>

#include "base/fingerprint.hpp"
#include "data/dataset.hpp"
#include "data/pixels.hpp"
#include "data/selection.hpp"

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

/// This rank's samples of a split: only these are pooled, quantized and centred.
Samples samples_of(const PixelGrid& grid, const IdxImages& images, std::span<const ChosenSample> picks,
                   std::span<const int> center, Shard shard) {
  const ShardRange range =
      shard_range(picks.size(), static_cast<std::size_t>(shard.index), static_cast<std::size_t>(shard.of));
  const auto features = static_cast<std::size_t>(grid.features());
  Samples samples{
      .features = grid.features(), .inputs = {}, .labels = {}, .first = range.first, .global_size = picks.size()};
  samples.inputs.resize((range.last - range.first) * features);
  samples.labels.reserve(range.last - range.first);
  std::vector<std::uint8_t> levels(features);
  std::size_t next = 0;
  for (const ChosenSample& pick : picks.subspan(range.first, range.last - range.first)) {
    grid.quantize(images.image(pick.index), levels);
    for (std::size_t i = 0; i < features; ++i) samples.inputs[next++] = static_cast<std::int8_t>(levels[i] - center[i]);
    samples.labels.push_back(pick.label);
  }
  return samples;
}

}  // namespace

LoadedData load_data(const config::DataConfig& config, std::uint64_t seed, int shard, int shards) {
  assert(shards >= 1 && shard >= 0 && shard < shards);
  assert(config.train_samples >= 0 && config.validation_fraction >= 0 && config.validation_fraction <= 0.9);
  const Dataset set = read_dataset(config);
  const std::vector<DataClass> classes = choose_classes(config.classes, set.classes);
  const PixelGrid grid(set.train.images.rows, set.train.images.columns, config.pool, config.levels);
  const Selection chosen = select_samples(set, classes, config, seed);
  const InputStatistics inputs = input_statistics(grid, set.train.images, chosen.train);

  const Shard part{shard, shards};
  LoadedData loaded{{}, fingerprint_of(set)};
  DataSplits& splits = loaded.splits;
  splits.train = samples_of(grid, set.train.images, chosen.train, inputs.center, part);
  splits.validation = samples_of(grid, set.train.images, chosen.validation, inputs.center, part);
  splits.test = samples_of(grid, set.test.images, chosen.test, inputs.center, part);
  for (const DataClass& c : classes) splits.class_names.push_back(c.name);
  splits.center = inputs.center;
  splits.rows = grid.rows();
  splits.columns = grid.columns();
  splits.input_rms = inputs.rms;
  return loaded;
}

DataSplits load_splits(const config::DataConfig& config, std::uint64_t seed, int shard, int shards) {
  return load_data(config, seed, shard, shards).splits;
}

}  // namespace isinglass::data
