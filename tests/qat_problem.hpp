#pragma once

#include "base/random.hpp"
#include "data/samples.hpp"
#include "namespaces.hpp"
#include "network/architecture.hpp"
#include "train/loop.hpp"

#include <string>
#include <vector>

/// A small separable problem for the tests of the baseline.
namespace isinglass::testing {

inline constexpr std::size_t toy_size = 600;
inline constexpr int toy_features = 12;

/// Shard of `count` samples; the class is the sign of the sum of the first half minus the second half of the inputs.
inline Samples toy_samples(std::size_t count, std::size_t shard, std::size_t shards) {
  const auto range = shard_range(count, shard, shards);
  Samples samples{.features = toy_features, .inputs = {}, .labels = {}, .first = range.first, .global_size = count};
  for (std::size_t s = range.first; s < range.last; ++s) {
    const int side = s % 2 == 0 ? 1 : -1;
    for (int i = 0; i < toy_features; ++i) {
      const auto word = draw(1, Stream::test, static_cast<std::uint32_t>(s), static_cast<std::uint32_t>(i), 0)[0];
      const int toward = side * (i < toy_features / 2 ? 1 : -1);
      samples.inputs.push_back(static_cast<std::int8_t>(static_cast<int>(below(word, 11)) - 5 + 2 * toward));
    }
    samples.labels.push_back(side > 0 ? 1 : 0);
  }
  return samples;
}

/// 12 inputs, 8 sign units, one output.
inline Architecture toy_architecture(const std::string& weights, const std::string& bias) {
  Layer hidden, output;
  hidden.inputs = toy_features;
  hidden.units = output.inputs = 8;
  output.units = 1;
  hidden.weights = output.weights = make_codebook(weights);
  hidden.bias = output.bias = make_codebook(bias);
  hidden.rms = 12 * hidden.weights.rms();
  output.rms = 3 * output.weights.rms();
  hidden.thresholds = {0};
  hidden.values = {-1, 1};
  Architecture architecture;
  architecture.layers = {hidden, output};
  return architecture;
}

/// What a run on the toy problem ended with.
struct ToyRun {
  Architecture architecture;
  LoopEnd end;
};

/// Trains on this rank's shard, with a validation split. Collective over grid.world.
inline ToyRun solve_toy(const Grid& grid, GradientLoss loss, const Architecture& architecture) {
  const auto shard = static_cast<std::size_t>(grid.group.rank()), shards = static_cast<std::size_t>(grid.group.size());
  Config config;
  config.qat.epochs = 8;
  config.qat.batch = 25;
  config.qat.loss = loss;
  DataSplits data;
  data.train = toy_samples(toy_size, shard, shards);
  data.validation = toy_samples(101, shard, shards);
  config.method = Method::qat;
  ToyRun run{.architecture = architecture, .end = {}};
  run.end = run_phases({config, run.architecture, data, grid, propagate_intervals(architecture, data.train)});
  return run;
}

}  // namespace isinglass::testing
