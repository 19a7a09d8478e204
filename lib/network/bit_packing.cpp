#include "network/bit_packing.hpp"

#include "base/error.hpp"

#include <cassert>
#include <numeric>

#include <fmt/format.h>

namespace isinglass::network {

namespace {

std::uint8_t bit_at(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at / 8] >> (at % 8) & 1);
}

}  // namespace

BitCounts bit_counts(const Architecture& architecture) {
  BitCounts counts;
  for (const Layer& layer : architecture.layers) {
    counts.push_back(std::int64_t{layer.units} * layer.inputs * layer.weights.bits());
    counts.push_back(std::int64_t{layer.units} * layer.bias.bits());
  }
  if (architecture.trains_filters)
    for (const filters::Bank& bank : architecture.banks) {
      counts.push_back(static_cast<std::int64_t>(filters::tap_count(bank)));
      counts.push_back(std::ssize(bank.filters) * bank.shape.threshold_bits);
    }
  return counts;
}

BitCounts bit_counts(const NetworkBits& network) {
  BitCounts counts;
  for (const LayerBits& layer : network) {
    counts.push_back(std::ssize(layer.weights));
    counts.push_back(std::ssize(layer.biases));
  }
  return counts;
}

std::size_t packed_size(const BitCounts& counts) {
  return (static_cast<std::size_t>(std::reduce(counts.begin(), counts.end())) + 7) / 8;
}

std::vector<std::uint8_t> pack(const NetworkBits& network) {
  std::vector<std::uint8_t> bytes(packed_size(bit_counts(network)));
  std::size_t at = 0;
  for (const LayerBits& layer : network) {
    for (const auto* part : {&layer.weights, &layer.biases}) {
      for (const std::uint8_t bit : *part) {
        assert(bit <= 1);
        bytes[at / 8] = static_cast<std::uint8_t>(bytes[at / 8] | bit << (at % 8));
        ++at;
      }
    }
  }
  return bytes;
}

NetworkBits unpack(std::span<const std::uint8_t> bytes, const BitCounts& counts) {
  if (bytes.size() != packed_size(counts))
    throw InputError(fmt::format("{} bytes of parameter bits instead of {}", bytes.size(), packed_size(counts)));
  NetworkBits network(counts.size() / 2);
  std::size_t at = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    std::vector<std::uint8_t>& part = i % 2 == 0 ? network[i / 2].weights : network[i / 2].biases;
    part.resize(static_cast<std::size_t>(counts[i]));
    for (std::uint8_t& bit : part) bit = bit_at(bytes, at++);
  }
  for (; at < 8 * bytes.size(); ++at) {
    if (bit_at(bytes, at) != 0) throw InputError("parameter bits behind the last parameter");
  }
  return network;
}

}  // namespace isinglass::network
