#include "run/run_facts.hpp"

#include "parallel/session.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace isinglass::run {

RunFacts gather_facts(const config::Config& config, const TrainingSetup& setup, const std::string& config_path,
                      const parallel::Grid& grid) {
  const data::DataSplits& data = setup.data;
  RunFacts facts = parallel::job_facts(grid.world, "started");
  facts.emplace_back("replica groups", fmt::format("{}", grid.groups));
  facts.emplace_back("config", config_path);
  facts.emplace_back("output", config.output.directory);
  facts.emplace_back("method", fmt::format("{}, seed {}", name_of(config.method), config.seed));
  if (config::has_initial(config)) facts.emplace_back("initial", config.initial);
  facts.emplace_back("samples", fmt::format("{} training, {} validation, {} test; {} inputs, {} classes",
                                            data.train.global_size, data.validation.global_size, data.test.global_size,
                                            data.train.features, data.class_names.size()));
  facts.emplace_back(
      "network", fmt::format("{} parameters, {:.3f} bits per parameter", network::parameter_count(setup.architecture),
                             network::bits_per_parameter(setup.architecture)));
  return facts;
}

RunFacts to_banner(RunFacts facts) {
  for (auto& [label, value] : facts)
    if (label == "version") label = "isinglass";
  return facts;
}

RunFacts to_provenance(RunFacts facts) {
  for (auto& [label, value] : facts) std::replace(label.begin(), label.end(), ' ', '_');
  return facts;
}

}  // namespace isinglass::run
