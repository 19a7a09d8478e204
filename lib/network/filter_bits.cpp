#include "network/filter_bits.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace isinglass::network {

LayerBits bits_of_filters(const filters::Bank& bank) {
  const int lowest = filters::threshold_range(bank.shape).first;
  LayerBits bits;
  for (const filters::Filter& filter : bank.filters) {
    bits.weights.insert(bits.weights.end(), filter.is_plus.begin(), filter.is_plus.end());
    const auto place = static_cast<unsigned>((filter.threshold - lowest) / bank.shape.threshold_step);
    for (int b = 0; b < bank.shape.threshold_bits; ++b)
      bits.biases.push_back(static_cast<std::uint8_t>(place >> static_cast<unsigned>(b) & 1U));
  }
  return bits;
}

filters::Bank with_filters(filters::Bank bank, const LayerBits& bits) {
  const int lowest = filters::threshold_range(bank.shape).first;
  std::size_t weight = 0, bias = 0;
  for (filters::Filter& filter : bank.filters) {
    for (std::uint8_t& is_plus : filter.is_plus) is_plus = bits.weights[weight++];
    int place = 0;
    for (int b = 0; b < bank.shape.threshold_bits; ++b) place |= bits.biases[bias++] << b;
    filter.threshold = lowest + place * bank.shape.threshold_step;
  }
  return bank;
}

SettledNetwork settled(const Architecture& architecture, const NetworkBits& bits) {
  SettledNetwork network{architecture, bits};
  if (!architecture.trains_filters) return network;
  const std::size_t layers = architecture.layers.size();
  for (std::size_t b = 0; b < architecture.banks.size(); ++b)
    network.architecture.banks[b] = with_filters(std::move(network.architecture.banks[b]), bits[layers + b]);
  network.architecture.trains_filters = false;
  network.bits.resize(layers);
  return network;
}

}  // namespace isinglass::network
