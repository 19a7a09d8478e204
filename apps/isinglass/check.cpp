#include "commands.hpp"
#include "json_text.hpp"
#include "shared_config.hpp"

#include "oracles/subproblems/subproblem_oracle.hpp"
#include "parallel/agreement.hpp"
#include "qcbo/counts.hpp"
#include "run/initial_network.hpp"
#include "run/training_setup.hpp"

#include <iostream>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace isinglass {

namespace {

struct CheckOptions {
  std::vector<std::string> configs, overrides;
  bool json = false;
};

nlohmann::ordered_json activations_json(const std::vector<network::ActivationFit>& activations) {
  nlohmann::ordered_json layers = nlohmann::ordered_json::array();
  for (const network::ActivationFit& fit : activations) {
    layers.push_back({{"activation", name_of(fit.activation)},
                      {"degree", fit.degree},
                      {"segments", fit.segments},
                      {"pieces", fit.pieces},
                      {"cells", fit.cells},
                      {"range", fit.high},
                      {"reach", fit.reach},
                      {"sup_error", fit.spline_error},
                      {"sup_error_bound", fit.spline_error_bound},
                      {"grid_sup_error", fit.grid_error}});
  }
  return layers;
}

/// Spins of the largest problem that the machine is given: an oracle call as a whole, or a sub-problem.
std::int64_t machine_spins(const config::Config& config, const run::TrainingSetup& setup,
                           const qcbo::StructuredCounts& counts) {
  if (config.machine.subproblems.blocks == config::Blocks::none) return counts.spins();
  return oracles::subproblem_spins(setup.architecture, config.machine);
}

/// All numbers about one configuration. AgreedError. Collective.
nlohmann::ordered_json check_one(const std::string& path, const CheckOptions& options,
                                 const parallel::Communicator& world) {
  const config::Config config = shared_config({.path = path, .overrides = options.overrides}, world);
  const run::TrainingSetup setup = run::load_setup(config, world, world, run::SetupUse::checking);
  parallel::together(world, [&] {
    if (config::begins_with_file(config)) static_cast<void>(run::read_initial_network(config.initial, setup));
  });
  const data::DataSplits& data = setup.data;
  const qcbo::StructuredCounts counts = qcbo::count_structured(setup.architecture, setup.reach, world);
  return {{"config", path},
          {"method", name_of(config.method)},
          {"classes", data.class_names},
          {"train_samples", data.train.global_size},
          {"validation_samples", data.validation.global_size},
          {"test_samples", data.test.global_size},
          {"inputs", data.train.features},
          {"parameters", network::parameter_count(setup.architecture)},
          {"bits_per_parameter", network::bits_per_parameter(setup.architecture)},
          {"spins", counts.spins()},
          {"constraints", counts.multipliers},
          {"machine_spins", machine_spins(config, setup, counts)},
          {"activations", activations_json(setup.activations)}};
}

std::string to_text(const nlohmann::ordered_json& check) {
  const auto number = [&](const char* key) { return check[key].get<std::int64_t>(); };
  std::string text = fmt::format("{}: good\n", check["config"].get<std::string>());
  text += fmt::format("  samples      {} training, {} validation, {} test; {} inputs, {} classes\n",
                      number("train_samples"), number("validation_samples"), number("test_samples"), number("inputs"),
                      check["classes"].size());
  text += fmt::format("  network      {} parameters, {:.3f} bits per parameter\n", number("parameters"),
                      check["bits_per_parameter"].get<double>());
  text += fmt::format("  QCBO         {} spins, {} constraints, slack minimised out\n", number("spins"),
                      number("constraints"));
  text += fmt::format("  machine      {} spins a call\n", number("machine_spins"));
  for (const auto& layer : check["activations"]) {
    text += fmt::format("  activation   {}, degree {}, {} segments on +-{:.3g} rms of {:.3g} reachable\n",
                        layer["activation"].get<std::string>(), layer["degree"].get<int>(),
                        layer["segments"].get<int>(), layer["range"].get<double>(), layer["reach"].get<double>());
    text += fmt::format("               sup-norm error {:.4g} (bound {:.4g}); {:.4g} on the integer grid, {} cells\n",
                        layer["sup_error"].get<double>(), layer["sup_error_bound"].get<double>(),
                        layer["grid_sup_error"].get<double>(), layer["cells"].get<int>());
  }
  return text;
}

ExitCode run_check(const CheckOptions& options, const parallel::Communicator& world) {
  nlohmann::ordered_json checks = nlohmann::ordered_json::array();
  std::string errors;
  ExitCode code = ExitCode::done;
  for (const std::string& path : options.configs) {
    try {
      checks.push_back(check_one(path, options, world));
      if (world.is_root()) std::cout << to_text(checks.back()) << std::flush;
    } catch (const parallel::AgreedError& error) {  // the other files are checked all the same
      errors += fmt::format("{}{}", errors.empty() ? "" : "\n", error.what());
      code = code == ExitCode::error ? code : error.code();
      checks.push_back({{"config", path}, {"error", error.what()}});
    }
  }
  if (world.is_root() && options.json) std::cout << json_text({{"configs", checks}}) << std::endl;
  if (code != ExitCode::done) throw parallel::AgreedError(errors, code);
  return code;
}

}  // namespace

void add_check(CommandLine& line) {
  const Command command = line.add("check", "read configurations and their data, and print the size of the problem");
  auto options = std::make_shared<CheckOptions>();
  command.texts("CONFIG", options->configs, "configuration files, YAML").type("FILE").required();
  command.set_option(options->overrides, "each configuration", "data.pool=1");
  command.json_flag(options->json);
  command.run([options](const parallel::Communicator& world) { return run_check(*options, world); });
}

}  // namespace isinglass
