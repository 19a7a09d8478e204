// The problem of what reads drawn filters, against every network and features by their definition.
#include "image_samples.hpp"
#include "namespaces.hpp"
#include "network/filtered.hpp"
#include "plain_features.hpp"
#include "qcbo/compile.hpp"
#include "qcbo_enumeration.hpp"
#include "qcbo_problem.hpp"

#include <boost/test/unit_test.hpp>

#include <climits>

BOOST_AUTO_TEST_SUITE(qcbo_filters)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

constexpr std::size_t most_bits = 9;

/// A bank of few features, and an output layer of one-bit weights and biases that reads them.
Architecture small_network(Words& words) {
  Architecture network;
  network.classes = words.between(2, 3);
  const int outputs = network.classes == 2 ? 1 : network.classes;
  do network.banks = {random_bank(words)};
  while (static_cast<std::size_t>(outputs) * (isinglass::network::feature_count(network) + 1) > most_bits);
  Layer output;
  output.inputs = static_cast<int>(isinglass::network::feature_count(network));
  output.units = outputs;
  output.weights = output.bias = make_codebook("1bit");
  output.bias_unit = words.between(1, 5);
  network.layers = {output};
  return network;
}

/// Hinge loss of one network: weights and bias of an output are +1 or -1 as its bits in `pattern` say.
std::int64_t plain_hinge(const Architecture& network, const Samples& images, int margin, unsigned pattern) {
  const filters::Bank& bank = network.banks.front();
  const int inputs = network.layers.front().inputs, outputs = network.layers.front().units;
  const auto sign = [&](int bit) { return ((pattern >> bit) & 1U) != 0 ? 1 : -1; };
  std::int64_t loss = 0;
  for (std::size_t s = 0; s < images.size(); ++s) {
    const std::vector<int> features = plain_features(bank, images.image(s));
    for (int c = 0; c < outputs; ++c) {
      int z = network.layers.front().bias_unit * sign(outputs * inputs + c);
      for (int i = 0; i < inputs; ++i) z += sign(c * inputs + i) * features[static_cast<std::size_t>(i)];
      const bool is_class = outputs == 1 ? images.labels[s] == 1 : images.labels[s] == c;
      loss += std::max(0, margin - (is_class ? z : -z));
    }
  }
  return loss;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_minimum_is_that_of_the_best_network) {
  Words words(11);
  for (int round = 0; round < 40; ++round) {
    const Architecture network = small_network(words);
    const Samples images = random_samples(words, network, 2);
    const Samples features = with_features(network, images);
    const int margin = words.between(1, 60);
    const int reach = 127 * (network.layers.front().inputs + 1);
    LossSpline hinge;
    hinge.margin = margin;
    hinge.pieces = {{-reach, std::int64_t{margin} + reach, -1, 0}, {margin, 0, 0, 0}};

    const Qcbo qcbo = compile(network, hinge, features, {}, Communicator());
    std::int64_t found = INT64_MAX, best = INT64_MAX;
    Enumeration(qcbo).visit([&](const BinaryPoint& point) { found = std::min(found, objective_of(qcbo, point)); });
    for (unsigned pattern = 0; pattern < (1U << qcbo.parameters); ++pattern)
      best = std::min(best, plain_hinge(network, images, margin, pattern));
    BOOST_TEST(found == best, "round " << round);
    BOOST_TEST(qcbo.parameters == network.layers.front().units * (network.layers.front().inputs + 1));
  }
}

BOOST_AUTO_TEST_SUITE_END()
