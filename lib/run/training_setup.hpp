#pragma once

#include "config/config.hpp"
#include "data/samples.hpp"
#include "network/build.hpp"
#include "parallel/communicator.hpp"
#include "qcbo/fip.hpp"

#include <vector>

namespace isinglass {

/// Data and network that a configuration asks to train: this rank's shard of the samples, and the network on its grids.
struct TrainingSetup {
  DataSplits data;
  Architecture architecture;
  std::vector<LayerReach> reach;           ///< of the training samples, by forward interval propagation
  std::vector<ActivationFit> activations;  ///< [hidden layer]
};

/// Loads shard `group.rank()` of `group.size()`. AgreedError on all ranks of `world` if it fails on one. Collective.
[[nodiscard]] TrainingSetup load_setup(const Config& config, const Communicator& group, const Communicator& world);

}  // namespace isinglass
