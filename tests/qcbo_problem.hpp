#pragma once

#include "namespaces.hpp"
#include "network/loss.hpp"
#include "qcbo/point.hpp"
#include "random_problem.hpp"

#include <algorithm>
#include <cstdlib>

/// Tiny spline networks for the tests of the QCBO: every codebook, sign, tables with random knots, pieces of degree one
/// with closed and open ends, and losses of degree 0 to 2.
namespace isinglass::testing {

struct SplineProblem {
  Samples samples;
  Architecture architecture;
  LossSpline loss;
};

/// Random cells with ascending knots in [-reach, reach] (some beyond it, so that cells cannot be reached).
inline void set_table(Words& words, Layer& layer, int reach) {
  const int cells = words.between(1, 5);
  for (int k = 0; k + 1 < cells; ++k) layer.thresholds.push_back(words.between(-reach - 2, reach + 2));
  std::sort(layer.thresholds.begin(), layer.thresholds.end());
  layer.thresholds.erase(std::unique(layer.thresholds.begin(), layer.thresholds.end()), layer.thresholds.end());
  for (int k = 0; k <= static_cast<int>(layer.thresholds.size()); ++k) {
    layer.values.push_back(static_cast<std::int8_t>(words.between(-3, 3)));
    layer.pieces.push_back({k, 1, 0});
  }
}

/// Constant and linear pieces in turns: cells of one width, from a knot near -reach on.
inline void set_linear(Words& words, Layer& layer, int reach) {
  layer.cell_width = words.between(1, std::max(1, reach / 2));
  const int pieces = words.between(1, 3);
  int knot = words.between(-reach, reach / 2), value = words.between(-3, 3);
  bool is_first = true;
  for (int p = 0; p < pieces; ++p) {
    const bool linear = words.between(0, 3) > 0;
    ActivationPiece piece{static_cast<int>(layer.values.size()), linear ? words.between(2, 5) : 1,
                          linear ? words.between(-2, 2) : 0};
    for (int c = 0; c < piece.cells; ++c) {
      if (!is_first) layer.thresholds.push_back(knot);
      if (!is_first) knot += linear ? layer.cell_width : words.between(1, reach);
      is_first = false;
      layer.values.push_back(static_cast<std::int8_t>(value + piece.slope * c));
    }
    value = layer.values.back() + words.between(-1, 1);
    layer.pieces.push_back(piece);
  }
}

inline void set_random_activation(Words& words, Layer& layer, int reach) {
  switch (words.between(0, 3)) {
    case 0:
      layer.thresholds = {0};
      layer.values = {-1, 1};
      layer.pieces = {{0, 1, 0}, {1, 1, 0}};
      return;
    case 1:
      return set_table(words, layer, reach);
    default:
      return set_linear(words, layer, reach);
  }
}

/// hinge, squared hinge, squared, and splines with random pieces.
inline LossSpline random_loss(Words& words, int reach) {
  LossSpline loss;
  const int m = loss.margin = words.between(1, std::max(1, reach));
  switch (words.between(0, 4)) {
    case 0:
      loss.pieces = {{-reach, m + reach, -1, 0}, {m, 0, 0, 0}};
      return loss;
    case 1:
      loss.pieces = {{0, static_cast<std::int64_t>(m) * m, std::int64_t{-2} * m, 1}, {m, 0, 0, 0}};
      return loss;
    case 2:
      loss.pieces = {{m, 0, 0, 1}};
      return loss;
    default:
      break;
  }
  int from = -reach;
  for (int p = 0; p < 3; ++p) {
    const int degree = words.between(0, 2);
    loss.pieces.push_back(
        {from, words.between(-5, 20), degree > 0 ? words.between(-4, 4) : 0, degree > 1 ? words.between(-2, 3) : 0});
    from += words.between(1, std::max(1, reach));
  }
  return loss;
}

/// Value of the spline at t, as its definition reads.
inline std::int64_t loss_at(const LossSpline& loss, int t) {
  LossPiece piece = loss.pieces.front();
  for (const LossPiece& candidate : loss.pieces)
    if (candidate.from <= t) piece = candidate;
  const std::int64_t x = t - piece.from;
  return piece.constant + piece.linear * x + piece.quadratic * x * x;
}

struct ProblemSize {
  int largest_units = 2, largest_features = 3, largest_input = 3, parameter_bits = 11, outputs = 3;
};

inline Layer random_layer(Words& words, int inputs, int units) {
  const std::vector<std::string> codebooks{"1bit", "1bit", "ternary", "2bit", "3bit"};
  Layer layer;
  layer.inputs = inputs;
  layer.units = units;
  layer.weights = make_codebook(words.one_of(codebooks));
  layer.bias = make_codebook(words.one_of(codebooks));
  layer.bias_unit = words.between(1, 3);
  layer.rms = words.between(1, 6);
  return layer;
}

inline SplineProblem random_spline_problem(Words& words, int depth, std::size_t count, const ProblemSize& size) {
  SplineProblem problem;
  const int features = words.between(1, size.largest_features);
  problem.architecture.classes = words.between(0, 3) == 0 ? size.outputs : 2;
  problem.samples =
      random_samples(words, count, features, problem.architecture.classes, words.between(1, size.largest_input));
  int inputs = features, largest = size.largest_input;
  for (int l = 0; l <= depth; ++l) {
    const bool is_output = l == depth;
    const int outputs = problem.architecture.classes == 2 ? 1 : problem.architecture.classes;
    Layer layer = random_layer(words, inputs, is_output ? outputs : words.between(1, size.largest_units));
    const int reach = inputs * largest * layer.weights.largest() + layer.bias_unit * layer.bias.largest();
    if (is_output) {
      problem.loss = random_loss(words, reach);
    } else {
      set_random_activation(words, layer, reach);
      inputs = layer.units;
      largest = 0;
      for (const std::int8_t v : layer.values) largest = std::max(largest, std::abs(static_cast<int>(v)));
    }
    problem.architecture.layers.push_back(std::move(layer));
  }
  return problem;
}

/// The first drawn problem with few enough parameter bits.
inline SplineProblem small_spline_problem(std::uint64_t seed, int depth, std::size_t count, const ProblemSize& size) {
  Words words(seed);
  while (true) {
    SplineProblem problem = random_spline_problem(words, depth, count, size);
    if (parameter_layout(problem.architecture).back().end <= size.parameter_bits) return problem;
  }
}

}  // namespace isinglass::testing
