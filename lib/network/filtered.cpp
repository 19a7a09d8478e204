#include "network/filtered.hpp"

#include "base/error.hpp"
#include "network/filter_bits.hpp"
#include "network/forward.hpp"
#include "readout/loops.hpp"

#include <algorithm>
#include <functional>
#include <span>

#include <fmt/format.h>

namespace isinglass::network {

namespace {

/// Images whose features are in memory together while a network is evaluated.
constexpr std::size_t images_at_once = 1024;

filters::Shape shape_of(const config::FiltersConfig& from, const data::DataSplits& data) {
  filters::Shape shape = filters::usual_shape(data.rows, data.columns, from.cells, from.views);
  shape.mirror = from.mirror;
  shape.threshold_bits = from.threshold_bits;
  constexpr int bits_of_sums = 8;  // of 4x4 weights on 32 levels; coarser thresholds cover the same range
  shape.threshold_step = 1 << std::max(0, bits_of_sums - from.threshold_bits);
  return shape;
}

filters::Images images_drawn_from(const data::DataSplits& data) {
  return {data.first_images, static_cast<std::size_t>(data.rows) * static_cast<std::size_t>(data.columns)};
}

/// The features of all candidates are made together.
void expect_few_candidates(const config::LayerConfig& layer, const filters::Shape& shape) {
  constexpr std::size_t most = std::size_t{1} << 22;
  const std::size_t features = static_cast<std::size_t>(layer.units) * filters::windows_per_unit(shape) *
                               static_cast<std::size_t>(layer.filters.candidates);
  if (layer.filters.candidates > 1 && features > most)
    throw InputError(
        fmt::format("filters.candidates: {} candidates have {} features, of {} that can be; take fewer, or "
                    "fewer units in more stages",
                    layer.filters.candidates, features, most));
}

/// Sums over the images of all ranks, each of which makes the features of a part of them.
filters::FeatureSums sums_of(const filters::Bank& bank, const filters::Images& images,
                             const parallel::Communicator& ranks) {
  constexpr std::size_t at_once = 256;  // there may be many candidates
  const auto [begin, end] =
      data::shard_range(images.count(), static_cast<std::size_t>(ranks.rank()), static_cast<std::size_t>(ranks.size()));
  filters::FeatureMaker maker(bank);
  std::vector<std::int8_t> features(maker.count() * at_once);
  filters::FeatureSums all{std::vector<std::int64_t>(maker.count()), std::vector<std::int64_t>(maker.count())};
  for (std::size_t first = begin; first < end; first += at_once) {
    const std::size_t count = std::min(at_once, end - first);
    maker.make({images.pixels.subspan(first * images.size, count * images.size), images.size}, features, at_once);
    const filters::FeatureSums sums = filters::sum_features(features, at_once, count);
    std::ranges::transform(all.values, sums.values, all.values.begin(), std::plus<>());
    std::ranges::transform(all.squares, sums.squares, all.squares.begin(), std::plus<>());
  }
  ranks.all_sum(all.values);
  ranks.all_sum(all.squares);
  return all;
}

}  // namespace

filters::DrawOptions draw_options(const config::LayerConfig& layer, const filters::Shape& shape) {
  const config::FiltersConfig& from = layer.filters;
  filters::DrawOptions options;
  options.filters = from.count;
  options.units = layer.units;
  options.candidates = from.candidates;
  for (const config::FilterKindConfig& kind : from.kinds)
    options.kinds.push_back(
        {*value_named<filters::Channel>(name_of(kind.channel)), kind.side, kind.dilation, kind.share});
  const int furthest = std::min(shape.map_rows.size(), shape.map_columns.size()) - 1;
  options.wiring = {from.literal_shares, std::min(from.reach, furthest), from.negated_share, from.widened_share};
  return options;
}

DrawnStage draw_stage(const config::LayerConfig& layer, const data::DataSplits& data, std::uint64_t seed,
                      std::uint32_t stage) {
  const filters::Images images = images_drawn_from(data);
  try {
    const filters::Shape shape = shape_of(layer.filters, data);
    expect_few_candidates(layer, shape);
    return {filters::draw_candidates(shape, draw_options(layer, shape), images, seed, stage), {}, images.count()};
  } catch (const InputError& error) {
    throw InputError(fmt::format("network.hidden.0: {}", error.what()));
  }
}

void take_centers(DrawnStage& drawn, const data::DataSplits& data, const parallel::Communicator& ranks) {
  drawn.sums = sums_of(drawn.candidates.bank, images_drawn_from(data), ranks);
  drawn.candidates.bank.centers = filters::centers_of(drawn.sums, drawn.images);
}

double DrawnStage::variance(std::span<const std::size_t> choice) const {
  const std::size_t windows = filters::windows_per_unit(candidates.bank.shape);
  filters::FeatureSums chosen;
  for (std::size_t u = 0; u < choice.size(); ++u)
    for (std::size_t f = 0; f < windows; ++f) {
      const std::size_t feature = (u * candidates.per_unit + choice[u]) * windows + f;
      chosen.values.push_back(sums.values[feature]);
      chosen.squares.push_back(sums.squares[feature]);
    }
  const auto count = static_cast<double>(images);
  return static_cast<double>(filters::scaled_variance(chosen, images)) / (count * count);
}

std::size_t features_before(const Architecture& architecture, std::size_t bank) {
  std::size_t count = 0;
  for (std::size_t b = 0; b < bank; ++b) count += filters::feature_count(architecture.banks[b]);
  return count;
}

std::size_t feature_count(const Architecture& architecture) {
  return features_before(architecture, architecture.banks.size());
}

filters::Images images_of(const data::Samples& samples) {
  return {samples.pixels, static_cast<std::size_t>(samples.features)};
}

data::Samples with_features(const Architecture& architecture, const data::Samples& samples) {
  data::Samples made;
  const std::size_t features = feature_count(architecture), images = samples.size();
  made.features = static_cast<int>(features);
  made.labels = samples.labels;
  made.first = samples.first;
  made.global_size = samples.global_size;
  made.inputs.resize(features * images);
  const filters::Images all = images_of(samples);
  std::size_t before = 0;
  for (const filters::Bank& bank : architecture.banks) {
    filters::FeatureMaker maker(bank);
    std::vector<std::int8_t> block(maker.count() * images_at_once);
    for (std::size_t first = 0; first < images; first += images_at_once) {
      const std::size_t count = std::min(images_at_once, images - first);
      maker.make({all.pixels.subspan(first * all.size, count * all.size), all.size}, block, images_at_once);
      for (std::size_t i = 0; i < count; ++i)
        for (std::size_t f = 0; f < maker.count(); ++f)
          made.inputs[(first + i) * features + before + f] = block[f * images_at_once + i];
    }
    before += maker.count();
  }
  return made;
}

namespace {

/// Whether all features are as small as the sums of a readout take.
bool has_small_features(const filters::Bank& bank) {
  const int highest = filters::largest_feature(bank.shape);
  const auto is_small = [&](int center) {
    return center <= readout::largest_feature && highest - center <= readout::largest_feature;
  };
  return bank.centers.empty() ? is_small(0) : std::ranges::all_of(bank.centers, is_small);
}

}  // namespace

bool is_readout(const Architecture& architecture) {
  return !architecture.banks.empty() && architecture.layers.size() == 1 &&
         architecture.layers.front().weights.name == "1bit" &&
         std::ranges::all_of(architecture.banks, has_small_features);
}

readout::Readout readout_of(const Architecture& architecture, const NetworkBits& bits, std::size_t bank) {
  const Layer& layer = architecture.layers.front();
  const auto outputs = static_cast<std::size_t>(layer.units), inputs = static_cast<std::size_t>(layer.inputs);
  readout::Readout readout;
  readout.features = filters::feature_count(architecture.banks[bank]);
  readout.biases.assign(outputs, 0);
  const std::size_t begin = features_before(architecture, bank);
  for (std::size_t c = 0; c < outputs; ++c)
    for (std::size_t f = 0; f < readout.features; ++f)
      readout.weights.push_back(bits[0].weights[c * inputs + begin + f] != 0 ? std::int8_t{1} : std::int8_t{-1});
  return readout;
}

void set_weights(const Architecture& architecture, std::size_t bank, const readout::Readout& readout,
                 NetworkBits& bits) {
  const auto inputs = static_cast<std::size_t>(architecture.layers.front().inputs);
  const std::size_t begin = features_before(architecture, bank);
  for (std::size_t c = 0; c < readout.biases.size(); ++c)
    for (std::size_t f = 0; f < readout.features; ++f)
      bits[0].weights[c * inputs + begin + f] = readout.weights[c * readout.features + f] > 0 ? 1 : 0;
}

namespace {

/// Outputs [output][sample] of an output layer on filters, with vectors: it may have a million weights.
std::vector<std::int32_t> readout_scores(const Architecture& architecture, const NetworkBits& bits,
                                         const data::Samples& samples) {
  const std::size_t images = samples.size();
  const auto outputs = static_cast<std::size_t>(architecture.outputs());
  std::vector<std::int32_t> scores(outputs * images), block(outputs * images_at_once);
  const filters::Images all = images_of(samples);
  for (std::size_t b = 0; b < architecture.banks.size(); ++b) {
    filters::FeatureMaker maker(architecture.banks[b]);
    const readout::Readout readout = readout_of(architecture, bits, b);
    std::vector<std::int8_t> features(maker.count() * images_at_once);
    for (std::size_t first = 0; first < images; first += images_at_once) {
      const std::size_t count = std::min(images_at_once, images - first);
      maker.make({all.pixels.subspan(first * all.size, count * all.size), all.size}, features, images_at_once);
      std::ranges::fill(block, 0);
      readout::add_products({features.data(), maker.count(), images_at_once}, readout, block.data(), simd::cpu_width());
      for (std::size_t c = 0; c < outputs; ++c)
        for (std::size_t i = 0; i < count; ++i) scores[c * images + first + i] += block[c * images_at_once + i];
    }
  }
  const LayerValues values = decode(architecture.layers.front(), bits.front());
  for (std::size_t c = 0; c < outputs; ++c)
    for (std::size_t i = 0; i < images; ++i) scores[c * images + i] += values.biases[c];
  return scores;
}

}  // namespace

std::vector<int> predictions_by_filters(const Architecture& architecture, const NetworkBits& bits,
                                        const data::Samples& samples) {
  if (architecture.trains_filters) {
    const SettledNetwork network = settled(architecture, bits);
    return predictions_by_filters(network.architecture, network.bits, samples);
  }
  std::vector<int> classes;
  if (is_readout(architecture)) {
    const std::vector<std::int32_t> scores = readout_scores(architecture, bits, samples);
    std::vector<int> outputs(static_cast<std::size_t>(architecture.outputs()));
    for (std::size_t s = 0; s < samples.size(); ++s) {
      for (std::size_t c = 0; c < outputs.size(); ++c) outputs[c] = scores[c * samples.size() + s];
      classes.push_back(predicted_class(outputs));
    }
    return classes;
  }
  const NetworkValues values = decode(architecture, bits);
  for (std::size_t first = 0; first < samples.size(); first += images_at_once) {
    const std::size_t count = std::min(images_at_once, samples.size() - first);
    data::Samples part;
    part.features = samples.features;
    const auto size = static_cast<std::size_t>(samples.features);
    part.labels.assign(count, 0);
    part.pixels.assign(samples.pixels.begin() + static_cast<std::ptrdiff_t>(first * size),
                       samples.pixels.begin() + static_cast<std::ptrdiff_t>((first + count) * size));
    part = with_features(architecture, part);
    for (std::size_t s = 0; s < count; ++s)
      classes.push_back(predicted_class(forward(architecture, values, part.row(s))));
  }
  return classes;
}

}  // namespace isinglass::network
