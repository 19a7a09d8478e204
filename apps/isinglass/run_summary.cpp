#include "run_summary.hpp"

#include "base/version.hpp"
#include "parallel/session.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace isinglass {

RunFacts gather_facts(const Config& config, const Problem& problem, const std::string& config_path, const Grid& grid) {
  const DataSplits& data = problem.data;
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  RunFacts facts{
      {"isinglass", version_line()},
      {"build", build_line()},
      {"started", fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(now))},
      {"hosts", host_summary(grid.world)},
      {"ranks", fmt::format("{}", grid.world.size())},
      {"replica groups", fmt::format("{}", grid.groups)},
  };
  if (const char* job = std::getenv("SLURM_JOB_ID")) facts.emplace_back("job", job);
  facts.emplace_back("config", config_path);
  facts.emplace_back("output", config.output.directory);
  facts.emplace_back("method", fmt::format("{}, seed {}", name_of(config.method), config.seed));
  facts.emplace_back("samples", fmt::format("{} training, {} validation, {} test; {} inputs, {} classes",
                                            data.train.global_size, data.validation.global_size, data.test.global_size,
                                            data.train.features, data.class_names.size()));
  facts.emplace_back("network",
                     fmt::format("{} parameters, {:.3f} bits per parameter", parameter_count(problem.architecture),
                                 bits_per_parameter(problem.architecture)));
  return facts;
}

Banner to_banner(const RunFacts& facts) { return facts; }

Provenance to_provenance(const RunFacts& facts) {
  Provenance provenance = facts;
  for (auto& [label, value] : provenance) {
    if (label == "isinglass") label = "version";
    std::replace(label.begin(), label.end(), ' ', '_');
  }
  return provenance;
}

nlohmann::ordered_json to_json(const RunSummary& summary) {
  const RunResults& results = summary.results;
  nlohmann::ordered_json json;
  for_each_number([&](const ResultField& field, auto member) { json[field.name] = results.*member; });
  json["iterations"] = results.history.empty() ? 0 : results.history.back().iteration;
  json["method"] = name_of(summary.config.method);
  json["seed"] = summary.config.seed;
  json["classes"] = summary.class_names;
  json["ranks"] = nullptr;
  json["replica_groups"] = summary.config.parallel.replica_groups;
  json["stop_reason"] = results.stop_reason;
  json["finished_before"] = summary.is_repeated;
  json["output_directory"] = summary.config.output.directory;
  if (summary.ranks) json["ranks"] = *summary.ranks;
  return json;
}

}  // namespace isinglass
