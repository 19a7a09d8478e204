#include "problem.hpp"

#include "agreement.hpp"

#include "data/splits.hpp"
#include "network/build.hpp"
#include "qcbo/fip.hpp"

#include <algorithm>

namespace isinglass {

namespace {

/// What the solvers add to the reach of a pre-activation, in units of its rms: checked here, before a run folder exists.
double largest_margin(const Config& config) {
  return std::max({config.qcgd.margin, config.qcgd.output_margin, config.anneal.output_margin, 2 * config.anneal.window,
                   2 * config.anneal.final_window});
}

}  // namespace

Problem load_problem(const Config& config, const Communicator& group, const Communicator& world) {
  Problem problem;
  together(world, [&] {
    problem.data = load_splits(config.data, config.seed, group.rank(), group.size());
    const DataSplits& data = problem.data;
    const InputScale scale{data.train.features, static_cast<int>(data.class_names.size()), data.input_rms};
    problem.architecture = build_architecture(config.network, scale);
    check_grid(problem.architecture, propagate_intervals(problem.architecture, data.train), largest_margin(config));
  });
  return problem;
}

}  // namespace isinglass
