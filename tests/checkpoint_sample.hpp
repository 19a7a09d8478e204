#pragma once

#include "namespaces.hpp"
#include "run/checkpoint.hpp"

#include <algorithm>
#include <cmath>
#include <ios>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

/// A checkpoint with something in every part, for tests that write and read it.
namespace isinglass::testing {

inline Layer checkpoint_layer(int inputs, int units, const char* weights, std::vector<std::int8_t> values) {
  Layer layer;
  layer.inputs = inputs;
  layer.units = units;
  layer.weights = make_codebook(weights);
  layer.bias = make_codebook("3bit");
  layer.thresholds.resize(values.empty() ? 0 : values.size() - 1);
  layer.values = std::move(values);
  return layer;
}

/// Two hidden layers, the first of `units` units. The number of parameter bits is no multiple of 8.
inline Architecture checkpoint_architecture(int units) {
  return {.layers = {checkpoint_layer(6, units, "1bit", {-1, 1}), checkpoint_layer(units, 3, "ternary", {-2, 0, 2}),
                     checkpoint_layer(3, 1, "2bit", {})}};
}

/// Columns [first, first + columns) of `rows` rows whose numbers tell where they belong.
inline ShardedRows checkpoint_rows(int rows, float scale, const CheckpointShape& shape) {
  ShardedRows part{rows, shape.first, shape.columns, shape.global_columns, {}};
  for (int row = 0; row < rows; ++row) {
    for (std::size_t i = 0; i < shape.columns; ++i)
      part.values.push_back(scale * static_cast<float>(row) + 1.0F / static_cast<float>(shape.first + i + 1));
  }
  return part;
}

inline std::vector<DualRecord> checkpoint_duals(const CheckpointShape& shape) {
  std::vector<DualRecord> duals;
  for (const Layer& layer : shape.architecture.layers) {
    if (!layer.is_output())
      duals.push_back({checkpoint_rows(layer.units, 3, shape), checkpoint_rows(layer.units, -7, shape)});
  }
  return duals;
}

inline TrainingState sample_checkpoint(const CheckpointShape& shape) {
  TrainingState checkpoint;
  checkpoint.phase = "qcgd";
  checkpoint.iteration = 42;
  checkpoint.incumbent = random_bits(shape.architecture, 1);
  checkpoint.incumbent_objective = -1.25;
  checkpoint.current = {random_bits(shape.architecture, 2), random_bits(shape.architecture, 3)};
  for (std::uint64_t atom = 0; atom < 5; ++atom)
    checkpoint.atoms.push_back({random_bits(shape.architecture, 10 + atom), 0.1 * static_cast<double>(atom)});
  checkpoint.objective_image = 1.0 / 3;
  checkpoint.duals = checkpoint_duals(shape);
  checkpoint.finished = {{"qcgd", "the gap is below 1e-3", std::int64_t{1} << 40}};
  checkpoint.latents = {0.1, -0.2, 5e-324};
  checkpoint.gradient_mean = {1, -0.0, 3};
  checkpoint.gradient_square = {1e300, 5, 6};
  checkpoint.gradient_steps = 77;
  checkpoint.incumbent_counts = {1, 2, 3, 4, 5, 6};
  checkpoint.history = {{"qcgd", 1, 0.5, 10, 11, 12, 0.25, 1e-3, 0.5, std::numeric_limits<double>::quiet_NaN()},
                        {"qcgd", 2, 1.5, 9, 8, 7, 0.125, 0, 0.75, 0.7}};
  checkpoint.config_yaml = "schema: 1\nseed: 4\n";
  checkpoint.data_fingerprint = -123456789;
  return checkpoint;
}

/// The least that a checkpoint can hold.
inline TrainingState bare_checkpoint(const CheckpointShape& shape) {
  TrainingState checkpoint;
  checkpoint.phase = "anneal";
  checkpoint.incumbent = random_bits(shape.architecture, 4);
  checkpoint.current = {checkpoint.incumbent};
  return checkpoint;
}

/// All of a checkpoint as text, so that NaN equals NaN and a difference can be printed.
inline std::string text_of(const TrainingState& c) {
  std::ostringstream text;
  text << std::hexfloat;
  const auto list = [&](const auto& values) {
    text << values.size() << ':';
    for (const auto value : values) text << ' ' << +value;
    text << '\n';
  };
  const auto network = [&](const NetworkBits& bits) {
    for (const LayerBits& layer : bits) {
      list(layer.weights);
      list(layer.biases);
    }
  };
  text << c.phase << ' ' << c.iteration << ' ' << c.incumbent_objective << ' ' << c.objective_image << ' '
       << c.gradient_steps << ' ' << c.data_fingerprint << ' ' << c.config_yaml;
  for (const FinishedPhase& phase : c.finished)
    text << phase.phase << ' ' << phase.stop_reason << ' ' << phase.constraint_bytes;
  network(c.incumbent);
  for (const NetworkBits& bits : c.current) network(bits);
  for (const WeightedAtom& atom : c.atoms) {
    text << atom.weight << '\n';
    network(atom.bits);
  }
  for (const DualRecord& record : c.duals) {
    for (const ShardedRows* rows : {&record.image, &record.multiplier}) {
      text << rows->rows << ' ' << rows->first << ' ' << rows->columns << ' ' << rows->global_columns << '\n';
      list(rows->values);
    }
  }
  for (const auto* values : {&c.latents, &c.gradient_mean, &c.gradient_square}) list(*values);
  list(c.incumbent_counts);
  for (const HistoryRow& h : c.history) {
    text << h.phase << ' ' << h.iteration << ' ' << h.wall_seconds << ' ' << h.energy << ' ' << h.objective << ' '
         << h.incumbent_objective << ' ' << h.violation << ' ' << h.gap << ' ' << h.train_accuracy << ' '
         << h.validation_accuracy << '\n';
  }
  return text.str();
}

}  // namespace isinglass::testing
