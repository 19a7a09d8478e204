#pragma once

#include "base/error.hpp"
#include "data/samples.hpp"
#include "namespaces.hpp"
#include "network/build.hpp"
#include "random_words.hpp"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

/// Small random training problems for tests that compare with a plain reference or with enumeration.
namespace isinglass::testing {

/// Samples with inputs in [-largest, largest] and labels below `classes`.
inline Samples random_samples(Words& words, std::size_t count, int features, int classes, int largest) {
  Samples samples;
  samples.features = features;
  samples.global_size = count;
  for (std::size_t s = 0; s < count; ++s) {
    for (int i = 0; i < features; ++i)
      samples.inputs.push_back(static_cast<std::int8_t>(words.between(-largest, largest)));
    samples.labels.push_back(static_cast<std::uint8_t>(words.between(0, classes - 1)));
  }
  return samples;
}

/// sqrt of the summed mean squares of the inputs: what the data part computes for real samples.
inline double input_rms(const Samples& samples) {
  double sum = 0;
  for (const std::int8_t x : samples.inputs) sum += static_cast<double>(x) * x;
  return std::sqrt(sum / static_cast<double>(samples.size()));
}

/// A network of `depth` hidden layers with random sizes, codebooks, activations and loss.
inline NetworkConfig random_network(Words& words, int depth) {
  const std::vector<std::string> codebooks{"1bit", "2bit", "3bit", "ternary"};
  using enum Activation;
  const std::vector<Activation> activations{sign, tanh, hard_tanh, relu, sigmoid, leaky_relu, softplus, gelu, table};
  const std::vector<OutputLoss> losses{OutputLoss::hinge, OutputLoss::squared_hinge, OutputLoss::squared,
                                       OutputLoss::logistic};
  NetworkConfig config;
  config.hidden.clear();
  for (int l = 0; l < depth; ++l) {
    LayerConfig layer;
    layer.units = words.between(1, 5);
    layer.activation = words.one_of(activations);
    layer.segments = words.between(2, 6);
    layer.weights = words.one_of(codebooks);
    layer.bias = words.one_of(codebooks);
    if (layer.activation != sign) {
      layer.degree = words.between(0, 1);
      layer.knots = words.one_of(all_values<Knots>());
    }
    if (layer.activation == table)
      for (int x = -2; x <= 2; ++x) layer.points.push_back({0.7 * x, 0.1 * words.between(-10, 10)});
    config.hidden.push_back(layer);
  }
  config.output.weights = words.one_of(codebooks);
  config.output.bias = words.one_of(codebooks);
  config.output.loss = words.one_of(losses);
  return config;
}

/// A random problem: samples and a network on their grids.
struct RandomProblem {
  Samples samples;
  Architecture architecture;
};

/// The first drawn network whose knots fit the integer grid: tiny layers leave too few values of z for some tables.
inline RandomProblem random_problem(std::uint64_t seed, int depth, std::size_t count) {
  Words words(seed);
  const int classes = words.between(2, 4), features = words.between(2, 9);
  RandomProblem problem{random_samples(words, count, features, classes, words.between(3, 15)), {}};
  const InputScale scale{features, classes, input_rms(problem.samples)};
  while (problem.architecture.layers.empty()) {
    try {
      problem.architecture = build_network(random_network(words, depth), scale).architecture;
    } catch (const InputError&) {
      problem.architecture.layers.clear();
    }
  }
  return problem;
}

}  // namespace isinglass::testing
