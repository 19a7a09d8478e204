#include "spline/spline.hpp"
#include "namespaces.hpp"
#include "print_names.hpp"

#include "base/error.hpp"
#include "network/forward.hpp"
#include "qcbo/fip.hpp"
#include "random_problem.hpp"
#include "spline/functions.hpp"
#include "spline/minimax.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>

BOOST_AUTO_TEST_SUITE(spline)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

const std::vector<Activation> smooth{Activation::tanh, Activation::sigmoid, Activation::softplus, Activation::gelu},
    kinked{Activation::relu, Activation::leaky_relu, Activation::hard_tanh, Activation::table};
const Points zigzag{{-1.5, 0.2}, {-0.4, -0.7}, {0.3, 1.1}, {1.0, 1.1}, {1.7, -0.3}};

std::vector<Activation> all_activations() {
  std::vector<Activation> all = smooth;
  all.insert(all.end(), kinked.begin(), kinked.end());
  return all;
}

/// Largest |f - spline|, piece by piece, on points that make_spline did not look at.
double plain_error(const std::function<double(double)>& f, const Spline& spline) {
  double error = 0;
  for (std::size_t k = 0; k < spline.coefficients.size(); ++k)
    for (int i = 0; i <= 3001; ++i) {
      const double t = (spline.knots[k + 1] - spline.knots[k]) * i / 3001;
      error = std::max(error, std::abs(f(spline.knots[k] + t) - polynomial(spline.coefficients[k], t)));
    }
  return error;
}

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

BOOST_AUTO_TEST_CASE(functions_have_known_values) {
  const auto value = [](Activation name, double u) { return activation_function(name, zigzag)(u); };
  BOOST_TEST(value(Activation::sign, 0) == 1);
  BOOST_TEST(value(Activation::sign, -1e-9) == -1);
  BOOST_TEST(value(Activation::relu, -3) == 0);
  BOOST_TEST(value(Activation::leaky_relu, -3) == -0.3, boost::test_tools::tolerance(1e-15));
  BOOST_TEST(value(Activation::hard_tanh, 3) == 1);
  BOOST_TEST(value(Activation::sigmoid, 0) == 0.5);
  BOOST_TEST(value(Activation::softplus, 0) == std::log(2.0));
  BOOST_TEST(value(Activation::softplus, 1000) == 1000);
  BOOST_TEST(value(Activation::softplus, -1000) == 0);
  BOOST_TEST(value(Activation::gelu, 1) == 0.8413447460685429, boost::test_tools::tolerance(1e-14));
  BOOST_TEST(value(Activation::table, -9) == 0.2);
  BOOST_TEST(value(Activation::table, 9) == -0.3);
  BOOST_TEST(value(Activation::table, -0.05) == 0.2,
             boost::test_tools::tolerance(1e-12));  // the middle of -0.7 and 1.1
}

BOOST_AUTO_TEST_CASE(shapes_that_do_not_exist_are_refused) {
  const auto f = activation_function(Activation::tanh);
  BOOST_CHECK_THROW(static_cast<void>(make_spline(f, {3, 4, Knots::uniform, -2, 2})), InputError);
  BOOST_CHECK_THROW(static_cast<void>(make_spline(f, {1, 0, Knots::uniform, -2, 2})), InputError);
  BOOST_CHECK_THROW(static_cast<void>(make_spline(f, {1, 4, Knots::uniform, 2, 2})), InputError);
}

// The exchange algorithm against what defines the best polynomial: its error has degree + 2 alternating extremes.
BOOST_AUTO_TEST_CASE(minimax_fits_alternate) {
  Words words(5);
  for (int round = 0; round < 300; ++round) {
    const int degree = words.between(0, 2);
    const auto count = static_cast<std::size_t>(words.between(degree + 2, 60));
    std::vector<double> t, y;
    for (std::size_t i = 0; i < count; ++i) {
      t.push_back((t.empty() ? 0 : t.back()) + 0.1 * words.between(1, 9));
      y.push_back(0.01 * words.between(-100, 100));
    }
    const MinimaxFit fit = fit_minimax(t, y, degree);
    int extremes = 0, sign = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const double error = y[i] - polynomial(fit.coefficients, t[i]);
      BOOST_TEST(std::abs(error) <= fit.error * (1 + 1e-9) + 1e-12);
      const int now = std::abs(error) >= fit.error * (1 - 1e-6) - 1e-12 ? (error < 0 ? -1 : 1) : 0;
      if (now == 0 || (now == sign && extremes > 0)) continue;
      sign = now;
      ++extremes;
    }
    BOOST_TEST((extremes >= degree + 2 || fit.error < 1e-12), "degree " << degree << ", " << extremes << " extremes");
  }
}

BOOST_AUTO_TEST_CASE(errors_are_as_measured_and_within_the_bound) {
  for (const Activation name : all_activations())
    for (int degree = 0; degree <= 2; ++degree)
      for (const int segments : {2, 3, 5, 8, 16})
        for (const Knots knots : {Knots::uniform, Knots::equalized}) {
          const auto f = activation_function(name, zigzag);
          const Spline spline = make_spline(f, {degree, segments, knots, -2.3, 1.9});
          const double error = plain_error(f, spline);
          BOOST_TEST_CONTEXT(name << ", degree " << degree << ", " << segments << " segments") {
            BOOST_TEST(spline.pieces() <= segments);
            BOOST_TEST((knots == Knots::equalized || spline.pieces() == segments));
            BOOST_TEST(std::is_sorted(spline.knots.begin(), spline.knots.end()));
            BOOST_TEST(spline.knots.front() == -2.3);
            BOOST_TEST(spline.knots.back() == 1.9);
            BOOST_TEST(error <= spline.sup_error * 1.02 + 1e-9);
            BOOST_TEST(error >= spline.sup_error * 0.99 - 1e-9);
            BOOST_TEST(spline.sup_error <= spline.error_bound * (1 + 1e-3) + 1e-12);
          }
        }
  const std::vector<std::pair<const char*, std::function<double(double)>>> losses{
      {"hinge", [](double u) { return std::max(0.0, 1 - u); }},
      {"squared_hinge", [](double u) { return std::pow(std::max(0.0, 1 - u), 2); }},
      {"squared", [](double u) { return (1 - u) * (1 - u); }},
      {"logistic", [](double u) { return std::log2(1 + std::exp(-u)); }}};
  for (const auto& [name, f] : losses)
    for (int degree = 0; degree <= 2; ++degree) {
      const Spline spline = make_spline(f, {degree, 6, Knots::uniform, -2, 2});
      BOOST_TEST(plain_error(f, spline) <= spline.error_bound * (1 + 1e-3) + 1e-12, name << ", degree " << degree);
    }
}

BOOST_AUTO_TEST_CASE(equalized_pieces_are_equal_and_no_worse_than_uniform_ones) {
  for (const Activation name : smooth)
    for (int degree = 0; degree <= 2; ++degree)
      for (const int segments : {2, 4, 7, 16}) {
        const auto f = activation_function(name);
        const Spline equal = make_spline(f, {degree, segments, Knots::equalized, -2, 3}),
                     uniform = make_spline(f, {degree, segments, Knots::uniform, -2, 3});
        const auto [least, most] = std::minmax_element(equal.errors.begin(), equal.errors.end());
        BOOST_TEST_CONTEXT(name << ", degree " << degree << ", " << segments << " segments") {
          BOOST_TEST(equal.pieces() == segments);
          BOOST_TEST(*least >= 0.95 * *most);
          BOOST_TEST(equal.sup_error <= uniform.sup_error * 1.001);
        }
      }
}

BOOST_AUTO_TEST_CASE(piecewise_linear_functions_take_as_many_linear_pieces_as_they_have) {
  const auto pieces = [](Activation name, int segments) {
    const Spline spline = make_spline(activation_function(name, zigzag), {1, segments, Knots::equalized, -2, 2});
    BOOST_TEST(spline.sup_error < 1e-6);
    return spline.pieces();
  };
  BOOST_TEST(pieces(Activation::relu, 8) == 2);
  BOOST_TEST(pieces(Activation::leaky_relu, 2) == 2);
  BOOST_TEST(pieces(Activation::hard_tanh, 5) == 3);
  BOOST_TEST(pieces(Activation::table, 6) == 6);
  // uniform knots with one on the kink
  BOOST_TEST(make_spline(activation_function(Activation::relu), {1, 4, Knots::uniform, -2, 2}).sup_error < 1e-12);
}

BOOST_AUTO_TEST_CASE(error_falls_with_the_order_of_the_degree) {
  const auto f = activation_function(Activation::tanh);
  for (const Knots knots : {Knots::uniform, Knots::equalized})
    for (int degree = 0; degree <= 2; ++degree) {
      const double coarse = make_spline(f, {degree, 16, knots, -2, 2}).sup_error,
                   fine = make_spline(f, {degree, 32, knots, -2, 2}).sup_error, order = std::pow(2, degree + 1);
      BOOST_TEST(coarse / fine > 0.9 * order, "degree " << degree << ": " << coarse / fine);
      BOOST_TEST(coarse / fine < 1.1 * order, "degree " << degree << ": " << coarse / fine);
    }
}

BOOST_AUTO_TEST_CASE(constant_pieces_are_midranges) {
  const auto f = activation_function(Activation::gelu);
  const Spline spline = make_spline(f, {0, 1, Knots::uniform, -2, 0.2});  // its minimum -0.17 is inside
  BOOST_TEST(spline.coefficients[0][0] == (f(0.2) - 0.1699712) / 2, boost::test_tools::tolerance(1e-4));
  BOOST_TEST(spline.at(-9) == spline.at(0.2));
}

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
