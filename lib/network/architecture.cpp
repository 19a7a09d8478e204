#include "network/architecture.hpp"

#include "base/random.hpp"
#include "filters/bits.hpp"
#include "network/filter_bits.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>

namespace isinglass::network {

LayerValues decode(const Layer& layer, const LayerBits& bits) {
  LayerValues values;
  const auto weight_bits = static_cast<std::size_t>(layer.weights.bits()),
             bias_bits = static_cast<std::size_t>(layer.bias.bits());
  const std::span<const std::uint8_t> weights(bits.weights), biases(bits.biases);
  for (std::size_t at = 0; at < weights.size(); at += weight_bits)
    values.weights.push_back(static_cast<std::int16_t>(layer.weights.value(weights.subspan(at, weight_bits))));
  for (std::size_t at = 0; at < biases.size(); at += bias_bits)
    values.biases.push_back(layer.bias_unit * layer.bias.value(biases.subspan(at, bias_bits)));
  return values;
}

NetworkValues decode(const Architecture& architecture, const NetworkBits& bits) {
  NetworkValues values;
  for (std::size_t l = 0; l < architecture.layers.size(); ++l)
    values.push_back(decode(architecture.layers[l], bits[l]));
  return values;
}

std::int64_t parameter_count(const Architecture& architecture) {
  std::int64_t count = 0;
  for (const filters::Bank& bank : architecture.banks) count += filters::parameter_count(bank);
  for (const Layer& layer : architecture.layers) count += static_cast<std::int64_t>(layer.units) * (layer.inputs + 1);
  return count;
}

double bits_per_parameter(const Architecture& architecture) {
  double bits = 0;
  for (const filters::Bank& bank : architecture.banks) bits += filters::count_bits(bank).total();
  for (const Layer& layer : architecture.layers)
    bits += layer.units * (layer.inputs * layer.weights.information_bits() + layer.bias.information_bits());
  return bits / static_cast<double>(parameter_count(architecture));
}

int largest_magnitude(std::span<const std::int8_t> values) {
  int largest = 0;
  for (const std::int8_t value : values) largest = std::max(largest, std::abs(static_cast<int>(value)));
  return largest;
}

double output_step(const Architecture& architecture) {
  int largest = 1;
  if (architecture.layers.size() > 1)
    for (const std::int8_t value : architecture.layers[architecture.layers.size() - 2].values)
      largest = std::max(largest, std::abs(static_cast<int>(value)));
  return largest * architecture.layers.back().weights.rms();
}

NetworkBits random_bits(const Architecture& architecture, std::uint64_t seed) {
  NetworkBits bits;
  for (std::uint32_t l = 0; l < architecture.layers.size(); ++l) {
    const Layer& layer = architecture.layers[l];
    const auto units = static_cast<std::size_t>(layer.units);
    LayerBits random;
    random.weights.resize(units * static_cast<std::size_t>(layer.inputs) * layer.weights.steps.size());
    random.biases.resize(units * layer.bias.steps.size());
    for (std::uint32_t i = 0; i < random.weights.size(); ++i)
      random.weights[i] = draw(seed, Stream::initial, l, 0, i)[0] & 1U;
    for (std::uint32_t i = 0; i < random.biases.size(); ++i)
      random.biases[i] = draw(seed, Stream::initial, l, 1, i)[0] & 1U;
    bits.push_back(std::move(random));
  }
  if (architecture.trains_filters)
    for (const filters::Bank& bank : architecture.banks) bits.push_back(bits_of_filters(bank));
  return bits;
}

NetworkBits starting_bits(const Architecture& architecture, std::uint64_t seed) {
  NetworkBits bits = random_bits(architecture, seed);
  for (std::size_t l = 0; l < architecture.layers.size(); ++l) {
    const Codebook& codebook = architecture.layers[l].bias;
    const std::array sides{codebook.nearest_bits(-0.5), codebook.nearest_bits(0.5)};
    std::vector<std::uint8_t>& biases = bits[l].biases;
    for (std::size_t at = 0; at < biases.size(); at += codebook.steps.size())
      std::ranges::copy(sides[biases[at]], biases.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return bits;
}

}  // namespace isinglass::network
