#pragma once

#include "filters/bank.hpp"
#include "network/architecture.hpp"

/// Weights and thresholds of filters as bits of a network, where they are trained.
namespace isinglass::network {

/// Bits of a bank's filters: weights [filter][row][column], 1 for +1; thresholds [filter][bit], the place in the
/// codebook from its smallest value on, lowest bit first.
[[nodiscard]] LayerBits bits_of_filters(const filters::Bank& bank);

/// The bank whose filters have these bits.
[[nodiscard]] filters::Bank with_filters(filters::Bank bank, const LayerBits& bits);

/// A network without trained filters: what a model file holds.
struct SettledNetwork {
  Architecture architecture;
  NetworkBits bits;  ///< of the layers
};

/// Puts the bits of trained filters, if there are any, into the banks.
[[nodiscard]] SettledNetwork settled(const Architecture& architecture, const NetworkBits& bits);

}  // namespace isinglass::network
