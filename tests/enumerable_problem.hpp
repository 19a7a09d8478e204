#pragma once

#include "namespaces.hpp"
#include "plain_loss.hpp"

#include <limits>
#include <string>
#include <vector>

/// Training problems of so few bits that all networks can be tried.
namespace isinglass::testing {

/// Every assignment of the parameter bits, by counting.
template <class Visit>
void for_each_network(const Architecture& architecture, Visit&& visit) {
  NetworkBits bits = random_bits(architecture, 0);
  std::vector<std::uint8_t*> places;
  for (LayerBits& layer : bits) {
    for (std::uint8_t& bit : layer.weights) places.push_back(&bit);
    for (std::uint8_t& bit : layer.biases) places.push_back(&bit);
  }
  for (std::uint32_t pattern = 0; pattern < (1U << places.size()); ++pattern) {
    for (std::size_t i = 0; i < places.size(); ++i) *places[i] = (pattern >> i) & 1U;
    visit(bits);
  }
}

/// Problems with few enough bits to enumerate: 2 or 3 inputs, 2 hidden units, 1-bit or ternary weights, sign or a table
/// of three pieces.
inline RandomProblem enumerable_problem(std::uint64_t seed, Activation activation) {
  Words words(seed);
  NetworkConfig network;
  network.hidden[0].units = 2;
  network.hidden[0].activation = activation;
  network.hidden[0].segments = 3;
  network.hidden[0].weights = words.one_of<std::string>({"1bit", "1bit", "ternary"});
  network.hidden[0].bias = "1bit";
  network.output.bias = "1bit";
  const int features = words.between(2, 3);
  RandomProblem problem{random_samples(words, 12, features, 2, 7), {}};
  problem.architecture = build_network(network, {features, 2, input_rms(problem.samples)}).architecture;
  return problem;
}

inline double enumerated_optimum(const RandomProblem& problem, const PlainLoss& plain) {
  double best = std::numeric_limits<double>::infinity();
  for_each_network(problem.architecture, [&](const NetworkBits& bits) {
    best = std::min(best, plain_objective(problem.architecture, problem.samples, bits, plain));
  });
  return best;
}

}  // namespace isinglass::testing
