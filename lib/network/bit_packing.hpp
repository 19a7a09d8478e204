#pragma once

#include "network/architecture.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::network {

/// Number of parameter bits of each layer, and of each bank whose filters are trained: its weights, its biases.
using BitCounts = std::vector<std::int64_t>;

[[nodiscard]] BitCounts bit_counts(const Architecture& architecture);
[[nodiscard]] BitCounts bit_counts(const NetworkBits& network);

/// Bytes of a network with 8 bits a byte.
[[nodiscard]] std::size_t packed_size(const BitCounts& counts);

/// All bits of a network, layer after layer, weights before biases, 8 to a byte, the lowest bit first.
[[nodiscard]] std::vector<std::uint8_t> pack(const NetworkBits& network);
/// The way back. InputError unless there are packed_size(counts) bytes, with zeros after the last bit.
[[nodiscard]] NetworkBits unpack(std::span<const std::uint8_t> bytes, const BitCounts& counts);

}  // namespace isinglass::network
