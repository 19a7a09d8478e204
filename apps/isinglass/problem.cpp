#include "problem.hpp"

#include "agreement.hpp"

#include "data/splits.hpp"
#include "network/build.hpp"

namespace isinglass {

Problem load_problem(const Config& config, const Communicator& group, const Communicator& world) {
  Problem problem;
  together(world, [&] {
    problem.data = load_splits(config.data, config.seed, group.rank(), group.size());
    const DataSplits& data = problem.data;
    const InputScale scale{data.train.features, static_cast<int>(data.class_names.size()), data.input_rms};
    problem.architecture = build_architecture(config.network, scale);
  });
  return problem;
}

}  // namespace isinglass
