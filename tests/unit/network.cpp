#include "namespaces.hpp"
#include "network/build.hpp"
#include "network/forward.hpp"
#include "qcbo/fip.hpp"

#include "random_problem.hpp"

#include "base/error.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

BOOST_AUTO_TEST_SUITE(network)

using namespace isinglass;
using namespace isinglass::testing;

BOOST_AUTO_TEST_CASE(codebooks_have_the_values_they_name) {
  const auto values_of = [](const std::string& name) {
    const Codebook codebook = make_codebook(name);
    std::set<int> values;
    for (unsigned pattern = 0; pattern < (1U << codebook.bits()); ++pattern) {
      std::vector<std::uint8_t> bits;
      for (int i = 0; i < codebook.bits(); ++i) bits.push_back((pattern >> i) & 1U);
      values.insert(codebook.value(bits));
    }
    return values;
  };
  BOOST_TEST((values_of("1bit") == std::set{-1, 1}));
  BOOST_TEST((values_of("2bit") == std::set{-3, -1, 1, 3}));
  BOOST_TEST((values_of("ternary") == std::set{-1, 0, 1}));
  BOOST_TEST(make_codebook("4bit").information_bits() == 4.0);
  BOOST_TEST(make_codebook("ternary").information_bits() == std::log2(3.0));
  BOOST_TEST(make_codebook("3bit").largest() == 7);
  BOOST_TEST(make_codebook("1bit").rms() == 1.0);
}

BOOST_AUTO_TEST_CASE(unknown_codebooks_are_refused) {
  for (const char* name : {"", "0bit", "9bit", "bit", "1bits", "binary"})
    BOOST_CHECK_THROW(make_codebook(name), InputError);
}

BOOST_AUTO_TEST_CASE(nearest_bits_give_the_nearest_value) {
  for (const char* name : {"1bit", "2bit", "5bit", "ternary"}) {
    const Codebook codebook = make_codebook(name);
    for (double target = -40; target <= 40; target += 0.37) {
      const int chosen = codebook.value(codebook.nearest_bits(target));
      for (unsigned pattern = 0; pattern < (1U << codebook.bits()); ++pattern) {
        std::vector<std::uint8_t> bits;
        for (int i = 0; i < codebook.bits(); ++i) bits.push_back((pattern >> i) & 1U);
        BOOST_TEST(std::abs(chosen - target) <= std::abs(codebook.value(bits) - target));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(bits_per_parameter_counts_biases_and_output) {
  const Architecture architecture =
      build_network(NetworkConfig{}, {.features = 196, .classes = 2, .rms = 50}).architecture;
  BOOST_TEST(parameter_count(architecture) == 196 * 16 + 16 + 16 + 1);
  BOOST_TEST(bits_per_parameter(architecture) == (196 * 16 + 16 * 6 + 16 + 4) / 3169.0);
  BOOST_TEST(bits_per_parameter(architecture) < 1.1);
}

// Biases start next to the middle of their codebook, on both sides; weights are those of random_bits.
BOOST_AUTO_TEST_CASE(starting_biases_are_small) {
  for (const char* bias : {"1bit", "4bit", "8bit", "ternary"}) {
    NetworkConfig config;
    config.hidden[0].bias = config.output.bias = bias;
    const Architecture architecture = build_network(config, {.features = 30, .classes = 10, .rms = 50}).architecture;
    const NetworkBits start = starting_bits(architecture, 7), random = random_bits(architecture, 7);
    std::set<int> values;
    for (std::size_t l = 0; l < start.size(); ++l) {
      BOOST_TEST(start[l].weights == random[l].weights);
      for (const int b : decode(architecture.layers[l], start[l]).biases)
        values.insert(b / architecture.layers[l].bias_unit);
    }
    BOOST_TEST((values == (bias == std::string("ternary") ? std::set{-1, 0} : std::set{-1, 1})));
  }
}

// The forward pass as the definition says it, with real tables instead of segments.
BOOST_AUTO_TEST_CASE(forward_pass_is_the_definition) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const RandomProblem problem = random_problem(seed, 1 + static_cast<int>(seed % 3), 20);
    const NetworkValues values = decode(problem.architecture, random_bits(problem.architecture, seed));
    for (std::size_t s = 0; s < problem.samples.size(); ++s) {
      std::vector<int> activation(problem.samples.row(s).begin(), problem.samples.row(s).end());
      for (std::size_t l = 0; l < problem.architecture.layers.size(); ++l) {
        const Layer& layer = problem.architecture.layers[l];
        std::vector<int> z;
        for (std::size_t j = 0; j < static_cast<std::size_t>(layer.units); ++j) {
          z.push_back(values[l].biases[j]);
          for (std::size_t i = 0; i < activation.size(); ++i)
            z.back() += values[l].weights[j * activation.size() + i] * activation[i];
          if (layer.is_output()) continue;
          std::size_t k = 0;
          while (k < layer.thresholds.size() && z.back() >= layer.thresholds[k]) ++k;
          z.back() = layer.values[k];
        }
        activation = z;
      }
      BOOST_TEST(forward(problem.architecture, values, problem.samples.row(s)) == activation,
                 boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(intervals_hold_every_forward_pass) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const RandomProblem problem = random_problem(seed, 1 + static_cast<int>(seed % 3), 10);
    const auto reach = propagate_intervals(problem.architecture, problem.samples);
    for (std::uint64_t draw_seed = 0; draw_seed < 5; ++draw_seed) {
      const NetworkValues values =
          decode(problem.architecture, random_bits(problem.architecture, 1000 * seed + draw_seed));
      for (std::size_t s = 0; s < problem.samples.size(); ++s) {
        const std::vector<int> z = forward(problem.architecture, values, problem.samples.row(s));
        for (const int output : z) BOOST_TEST(std::abs(output) <= reach.back().reach[s]);
      }
    }
  }
}

// The bound is reached: the first layer's is attained by the weights that follow the signs of the inputs.
BOOST_AUTO_TEST_CASE(first_layer_intervals_are_tight) {
  const RandomProblem problem = random_problem(7, 1, 10);
  const Layer& layer = problem.architecture.layers[0];
  const auto reach = propagate_intervals(problem.architecture, problem.samples);
  for (std::size_t s = 0; s < problem.samples.size(); ++s) {
    int largest = layer.bias_unit * layer.bias.largest();
    for (const std::int8_t x : problem.samples.row(s)) largest += std::abs(x) * layer.weights.largest();
    BOOST_TEST(reach[0].reach[s] == largest);
  }
}

BOOST_AUTO_TEST_CASE(a_grid_that_does_not_fit_is_refused) {
  Words words(3);
  const Samples samples = random_samples(words, 4, 784, 2, 15);
  NetworkConfig network;
  const InputScale scale{784, 2, input_rms(samples)};
  const auto check = [&](const std::string& weights, double margin, int limit = solver_grid) {
    network.hidden[0].weights = weights;
    const Architecture architecture = build_network(network, scale).architecture;
    check_grid(architecture, propagate_intervals(architecture, samples), margin, limit);
  };
  BOOST_CHECK_NO_THROW(check("1bit", 3));
  BOOST_CHECK_THROW(check("4bit", 3), InputError);
  BOOST_CHECK_NO_THROW(check("4bit", 3, product_grid));
  BOOST_CHECK_THROW(check("1bit", 1000), InputError);
}

BOOST_AUTO_TEST_SUITE_END()
