// Activations on the integer grid of a layer: its cells, thresholds and values.
#include "activation_list.hpp"
#include "base/error.hpp"
#include "namespaces.hpp"
#include "network/forward.hpp"
#include "print_names.hpp"
#include "qcbo/fip.hpp"
#include "random_problem.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>

BOOST_AUTO_TEST_SUITE(spline_cells)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

LayerConfig layer_config(Activation activation, int segments, int degree, Knots knots = Knots::uniform) {
  LayerConfig config;
  config.activation = activation;
  config.segments = segments;
  config.degree = degree;
  config.knots = knots;
  if (activation == Activation::table) config.points = zigzag;
  return config;
}

/// A layer of this rms with the activation, which `fit` describes.
struct Built {
  Layer layer;
  ActivationFit fit;
};

Built built(const LayerConfig& config, double rms, int reach = 0) {
  Built result;
  result.layer.rms = rms;
  result.fit = set_activation(result.layer, config, reach);
  return result;
}

}  // namespace

BOOST_AUTO_TEST_CASE(sign_and_three_levels) {
  const Built sign = built(layer_config(Activation::sign, 2, 0), 50.3);
  BOOST_TEST(sign.layer.thresholds == std::vector<int>{0}, boost::test_tools::per_element());
  BOOST_CHECK((sign.layer.values == std::vector<std::int8_t>{-1, 1}));
  BOOST_TEST(sign.fit.grid_error == 0);
  for (const Activation name : {Activation::hard_tanh, Activation::tanh})
    for (const Knots knots : {Knots::uniform, Knots::equalized}) {
      const Built three = built(layer_config(name, 3, 0, knots), 50.3);
      BOOST_TEST(three.layer.values.size() == 3U);
      BOOST_TEST(three.layer.values[0] == -three.layer.values[2]);
      BOOST_TEST(three.layer.values[1] == 0);
      BOOST_TEST(three.layer.values[2] > 0);
    }
}

BOOST_AUTO_TEST_CASE(cells_are_what_the_pieces_say_and_as_near_as_reported) {
  Words words(77);
  int lines = 0, refused = 0;
  for (int round = 0; round < 400; ++round) {
    LayerConfig config = layer_config(words.one_of(all_activations()), words.between(2, 16), words.between(0, 1),
                                      words.between(0, 1) ? Knots::equalized : Knots::uniform);
    config.range = 0.5 * words.between(1, 12);
    const double rms = 0.37 * words.between(10, 900);
    const auto f = activation_function(config.activation, config.points);
    Built at_hand;
    try {
      at_hand = built(config, rms, words.between(0, 1) ? 0 : static_cast<int>(1.3 * rms));
    } catch (const InputError&) {
      ++refused;
      continue;
    }
    const auto& [layer, fit] = at_hand;
    BOOST_TEST_CONTEXT(config.activation << ", degree " << config.degree << ", " << config.segments << " segments, "
                                         << config.knots << ", rms " << rms << ", range " << fit.high) {
      BOOST_TEST((layer.values.size() >= 2 && layer.values.size() <= 255));
      BOOST_TEST(layer.thresholds.size() + 1 == layer.values.size());
      BOOST_TEST((std::is_sorted(layer.thresholds.begin(), layer.thresholds.end(), std::less_equal<>())));
      BOOST_TEST(fit.high <= config.range);
      int next = 0;
      for (const ActivationPiece& piece : layer.pieces) {
        BOOST_TEST(piece.first_cell == next);
        next += piece.cells;
        if (piece.slope == 0) BOOST_TEST(piece.cells == 1);
        if (piece.slope == 0) continue;
        ++lines;
        BOOST_TEST((piece.first_cell > 0 && next < layer.cell_count()));
        for (int cell = piece.first_cell; cell < next; ++cell) {
          const auto c = static_cast<std::size_t>(cell);
          BOOST_TEST(layer.thresholds[c] - layer.thresholds[c - 1] == layer.cell_width);
          if (cell > piece.first_cell) BOOST_TEST(layer.values[c] - layer.values[c - 1] == piece.slope);
        }
      }
      BOOST_TEST(next == layer.cell_count());
      double error = 0, largest = 0;
      for (int z = static_cast<int>(std::ceil(fit.low * rms)); z <= std::floor(fit.high * rms); ++z) {
        const auto cell = static_cast<std::size_t>(segment_of(layer.thresholds, z));
        error = std::max(error, std::abs(f(z / rms) - fit.value_unit * layer.values[cell]));
        largest = std::max(largest, std::abs(f(z / rms)));
      }
      BOOST_TEST(error <= fit.grid_error * (1 + 1e-12));
      BOOST_TEST(error >= fit.grid_error * (1 - 1e-12));
      // On a grid that is fine enough the rounding is small: 1/30 by the choice of cells, and knots move by half a
      // cell.
      if (rms > 100 && config.degree == 1) BOOST_TEST(error <= fit.spline_error + 0.08 * largest);
    }
  }
  BOOST_TEST(lines > 300);
  BOOST_TEST(refused < 40);
}

BOOST_AUTO_TEST_CASE(lines_that_go_on_are_one_piece_and_equal_tails_are_one_cell) {
  const Built relu = built(layer_config(Activation::relu, 8, 1), 60);
  BOOST_TEST(relu.layer.pieces.size() == 3U);  // 0, one line for four segments, and the tail
  BOOST_TEST(relu.layer.pieces[0].slope == 0);
  BOOST_TEST(relu.layer.thresholds[0] == 0);
  BOOST_TEST(relu.layer.values[0] == 0);
  BOOST_TEST(relu.layer.pieces[1].slope > 0);
  BOOST_TEST(relu.fit.spline_error < 1e-12);
}

BOOST_AUTO_TEST_CASE(the_range_is_clipped_to_what_is_reachable) {
  LayerConfig config = layer_config(Activation::tanh, 8, 0);
  BOOST_TEST(built(config, 100, 150).fit.high == 1.5);
  BOOST_TEST(built(config, 100, 250).fit.high == 2.0);
  BOOST_TEST(built(config, 100).fit.high == 2.0);
  config.range = 0;
  BOOST_TEST(built(config, 100, 350).fit.high == 3.5);
  BOOST_CHECK_THROW(built(config, 100), InputError);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_the_grid_is_refused_with_the_way_out) {
  const auto message = [](const LayerConfig& config, double rms) {
    try {
      static_cast<void>(built(config, rms));
      return std::string();
    } catch (const InputError& error) {
      return std::string(error.what());
    }
  };
  for (const int degree : {0, 1})
    BOOST_TEST(message(layer_config(Activation::tanh, 64, degree), 9).find("use fewer segments") != std::string::npos);
  LayerConfig zero = layer_config(Activation::table, 4, 0);
  zero.points = {{-1, 0}, {1, 0}};
  LayerConfig constant = layer_config(Activation::table, 4, 1, Knots::equalized);
  constant.points = {{-1, 2}, {1, 2}};
  for (const int degree : {0, 1}) {
    zero.degree = constant.degree = degree;
    BOOST_TEST(message(zero, 50).find("is 0 on its range") != std::string::npos);
    BOOST_TEST(message(constant, 50).find("is constant on its range") != std::string::npos);
  }
  NetworkConfig network;
  network.hidden = {LayerConfig{}, layer_config(Activation::tanh, 64, 1)};
  try {
    static_cast<void>(build_network(network, {4, 2, 9.0}).architecture);
    BOOST_ERROR("64 segments on a handful of integers were taken");
  } catch (const InputError& error) {
    BOOST_TEST(std::string(error.what()).starts_with("network.hidden.1: "));
  }
}

// The reach that knots are clipped to is the largest of the samples' own, layer by layer.
BOOST_AUTO_TEST_CASE(reported_reach_is_that_of_interval_propagation) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Words words(seed + 3000);
    const Samples samples = random_samples(words, 20, words.between(2, 9), 2, 15);
    const InputScale scale{samples.features, 2, input_rms(samples), largest_input_sum(samples)};
    BuiltNetwork network;
    try {
      network = build_network(random_network(words, 2), scale);
    } catch (const InputError&) {
      continue;
    }
    const auto reach = propagate_intervals(network.architecture, samples);
    for (std::size_t l = 0; l < 2; ++l) {
      const double largest =
          *std::max_element(reach[l].reach.begin(), reach[l].reach.end()) / network.architecture.layers[l].rms;
      BOOST_TEST(network.activations[l].reach >= largest * (1 - 1e-12));
      if (l == 0) BOOST_TEST(network.activations[l].reach == largest, boost::test_tools::tolerance(1e-12));
      BOOST_TEST(network.activations[l].high <= network.activations[l].reach);
    }
  }
}

BOOST_AUTO_TEST_CASE(losses_of_a_configuration_reach_the_architecture) {
  NetworkConfig network;
  const auto loss = [&](OutputLoss wanted) {
    network.output.loss = wanted;
    return build_network(network, {4, 2, 9.0}).architecture.loss;
  };
  BOOST_CHECK(loss(OutputLoss::hinge) == Loss::hinge);
  BOOST_CHECK(loss(OutputLoss::squared_hinge) == Loss::squared_hinge);
  BOOST_CHECK(loss(OutputLoss::squared) == Loss::squared);
  BOOST_CHECK(loss(OutputLoss::logistic) == Loss::logistic);
  BOOST_CHECK(loss(OutputLoss::cross_entropy) == Loss::logistic);
  network.output.loss_segments = 5;
  network.output.loss_degree = 2;
  BOOST_TEST(build_network(network, {4, 2, 9.0}).architecture.loss_segments == 5);
  BOOST_TEST(build_network(network, {4, 2, 9.0}).architecture.loss_degree == 2);
}

BOOST_AUTO_TEST_SUITE_END()
