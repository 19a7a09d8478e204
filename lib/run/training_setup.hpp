#pragma once

#include "config/config.hpp"
#include "data/samples.hpp"
#include "network/build.hpp"
#include "parallel/communicator.hpp"
#include "qcbo/fip.hpp"
#include "run/results_file.hpp"

#include <vector>

namespace isinglass::run {

/// Data and network that a configuration asks to train: this rank's shard of the samples, and the network on its grids.
struct TrainingSetup {
  data::DataSplits data;
  network::Architecture architecture;
  std::vector<qcbo::LayerReach> reach;              ///< of the training samples, by forward interval propagation
  std::vector<network::ActivationFit> activations;  ///< [hidden layer]
};

/// This rank's samples alone, as the network of the configuration reads them. AgreedError on all ranks of `world` if it
/// fails on one. Collective.
[[nodiscard]] data::DataSplits load_data_of(const config::Config& config, const parallel::Communicator& group,
                                            const parallel::Communicator& world);

/// What a setup is for. An annealed output layer on filters makes their features stage by stage as it trains; a problem
/// that is compiled, or bounded, has them all as inputs. Only where a training follows is its memory compared with what
/// is there: it may be checked on a smaller machine.
enum class SetupUse { training, checking, compiling };

/// Loads shard `group.rank()` of `group.size()`. AgreedError on all ranks of `world` if it fails on one. Collective.
[[nodiscard]] TrainingSetup load_setup(const config::Config& config, const parallel::Communicator& group,
                                       const parallel::Communicator& world, SetupUse use = SetupUse::training);

/// Whether the model was trained on inputs and classes as `data` has them: what it says of others would be wrong.
[[nodiscard]] bool has_data(const Model& model, const data::DataSplits& data);
/// Whether the model's weights are those of such a network.
[[nodiscard]] bool has_network(const Model& model, const network::Architecture& architecture);

}  // namespace isinglass::run
