#include "bounds/qcgd_bound.hpp"
#include "namespaces.hpp"
#include "network/forward.hpp"

#include "qcgd_bound_checks.hpp"
#include "random_problem.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(bounds_qcgd_structured)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

/// The structured form of a tiny network: every assignment of weights and reachable segments, slack minimised out.
Atoms enumerate(const Architecture& architecture, const Samples& samples, const LayerReach& reach, int margin) {
  const Layer &hidden = architecture.layers[0], &output = architecture.layers[1];
  const auto units = static_cast<std::size_t>(hidden.units);
  std::size_t bits = 0, choices = 1;
  NetworkBits network = random_bits(architecture, 1);
  for (const LayerBits& layer : network) bits += layer.weights.size() + layer.biases.size();
  for (std::size_t i = 0; i < units * samples.size(); ++i) choices *= static_cast<std::size_t>(hidden.cell_count());
  Atoms atoms;
  atoms.constraints = units * samples.size();
  for (std::size_t w = 0; w < (1U << bits); ++w) {
    std::size_t rest = w;
    for (LayerBits& layer : network)
      for (auto* part : {&layer.weights, &layer.biases})
        for (std::uint8_t& bit : *part) {
          bit = rest & 1U;
          rest >>= 1U;
        }
    const NetworkValues values = decode(architecture, network);
    for (std::size_t k = 0; k < choices; ++k) {
      std::size_t choice = k;
      double loss = 0;
      bool reachable = true;
      std::vector<double> images;
      for (std::size_t s = 0; s < samples.size(); ++s) {
        int z_out = values[1].biases[0];
        for (std::size_t j = 0; j < units; ++j) {
          int z = values[0].biases[j];
          for (std::size_t i = 0; i < samples.row(s).size(); ++i)
            z += values[0].weights[j * samples.row(s).size() + i] * samples.row(s)[i];
          const std::size_t segment = choice % static_cast<std::size_t>(hidden.cell_count());
          choice /= static_cast<std::size_t>(hidden.cell_count());
          reachable = reachable && segment >= reach.first[s] && segment <= reach.last[s];
          int distance = 0;
          if (segment > 0) distance = std::max(distance, hidden.thresholds[segment - 1] - z);
          if (segment < hidden.thresholds.size()) distance = std::max(distance, z - (hidden.thresholds[segment] - 1));
          images.push_back(std::pow(distance / hidden.rms, 2));
          z_out += values[1].weights[j] * hidden.values[segment];
        }
        loss += output_loss_at(architecture, margin, target_sign(output.units, 0, samples.labels[s]) * z_out);
      }
      if (!reachable) continue;
      atoms.objective.push_back(loss);
      atoms.images.insert(atoms.images.end(), images.begin(), images.end());
    }
  }
  return atoms;
}

}  // namespace

// The form that is implemented: slack minimised out, multipliers rounded (26).
BOOST_AUTO_TEST_CASE(the_structured_form_stays_below_the_bound) {
  double closest = 0, closest_rounding = 0;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    Words words(seed);
    const Samples samples = random_samples(words, 3, 2, 2, 6);
    NetworkConfig config;
    config.hidden[0].units = 1 + static_cast<int>(seed % 2);
    config.hidden[0].activation = seed % 3 == 0 ? Activation::sign : Activation::hard_tanh;
    config.hidden[0].segments = config.hidden[0].units == 1 ? 4 : 2;
    config.hidden[0].bias = config.output.bias = "1bit";
    config.output.loss = seed % 4 < 2 ? OutputLoss::hinge : OutputLoss::squared_hinge;
    const Architecture architecture = build_network(config, {2, 2, input_rms(samples), 0}).architecture;
    const int margin = std::max(1, static_cast<int>(std::lround(architecture.layers.back().rms)));
    const std::vector<LayerReach> reach = propagate_intervals(architecture, samples);
    const Atoms atoms = enumerate(architecture, samples, reach[0], margin);
    const LiftedConstants constants = structured_constants(architecture, reach, margin, Communicator());
    for (std::size_t x = 0; x < atoms.objective.size(); ++x) {
      BOOST_REQUIRE(norm(atoms.image(x)) <= constants.image_diameter + rounding);
      const double price = constants.dual_norm / std::sqrt(static_cast<double>(constants.constraints));
      BOOST_REQUIRE(atoms.energy(x, std::vector<double>(atoms.constraints, price)) >= atoms.optimum() - rounding);
    }
    for (const int bits : {0, 5}) {
      const ReferenceSettings settings{30, bits == 0 ? 1.0 : 0.05, 0.25, 1e6};
      QcgdBoundSettings known = bound_settings(settings);
      known.coefficient_bits = bits;
      const auto bounds = bound_qcgd(constants, known);
      const auto steps =
          reference_qcgd(atoms, constants.image_diameter, settings, [&](int, std::span<const double> mu) {
            std::vector<double> rounded(mu.begin(), mu.end());
            const double largest = *std::max_element(mu.begin(), mu.end());
            if (bits > 0)
              for (double& m : rounded) m = to_grid(m, largest / (std::ldexp(1.0, bits - 1) - 1));
            return atoms.minimiser(rounded);
          });
      closest = std::max(closest, check_bounds(atoms, constants, steps, bounds));
      for (std::size_t t = 0; t < steps.size() && bits > 0; ++t) {
        BOOST_TEST(steps[t].oracle_error <= bounds[t].rounding_error + rounding);
        closest_rounding = std::max(closest_rounding, steps[t].oracle_error / bounds[t].rounding_error);
      }
    }
  }
  BOOST_TEST_MESSAGE("structured: largest measured gap is " << closest << " of its bound, rounding "
                                                            << closest_rounding);
  BOOST_TEST(closest > 0);
}

BOOST_AUTO_TEST_SUITE_END()
