#pragma once

#include "config/config.hpp"
#include "data/samples.hpp"
#include "network/activation.hpp"
#include "network/architecture.hpp"

#include <vector>

namespace isinglass::network {

/// Facts of the data, or of the filters before it, that shape the first layer.
struct InputScale {
  int features = 0;
  int classes = 2;
  double rms = 1;   ///< DataSplits::input_rms
  int largest = 0;  ///< largest sum of |inputs| of a training sample: its reach; 0: not known
};

/// A network and how far its activations are off.
struct BuiltNetwork {
  Architecture architecture;
  std::vector<ActivationFit> activations;  ///< [hidden layer]
};

/// Puts the dense layers of a configuration on their integer grids: bias units, thresholds and activation values.
/// Throws InputError that names the layer for an activation that does not fit the grids.
[[nodiscard]] BuiltNetwork build_network(const config::NetworkConfig& config, const InputScale& input);

/// Largest sum of |inputs| of a sample here: InputScale::largest of one shard.
[[nodiscard]] int largest_input_sum(const data::Samples& samples);

}  // namespace isinglass::network
