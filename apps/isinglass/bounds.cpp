#include "commands.hpp"
#include "json_text.hpp"
#include "shared_config.hpp"

#include "bounds/bounds_table.hpp"
#include "parallel/agreement.hpp"
#include "run/fingerprints.hpp"
#include "run/training_setup.hpp"

#include <cmath>
#include <iostream>
#include <memory>

#include <fmt/format.h>

namespace isinglass {

namespace {

struct BoundsOptions {
  std::string config, model;
  std::vector<std::string> overrides;
  bounds::BoundsAssumptions assume;
  bool json = false;
};

/// The weights of another network, or of other inputs, would give bounds of nothing.
run::Model read_same_model(const BoundsOptions& options, const config::Config& config,
                           const run::TrainingSetup& setup) {
  if (config::trains_filters(config))
    throw InputError(
        fmt::format("{}: its filters are trained, and bounds are of the layers behind drawn ones; only a "
                    "model of qat.filters drawn can be given",
                    options.model));
  run::Model model = run::read_model(run::model_file(options.model));
  if (!run::has_network(model, setup.architecture) || !run::has_data(model, setup.data))
    throw InputError(
        fmt::format("{}: a model of another network or other data than {} describes; give the configuration it was "
                    "trained with (config.yaml of its run folder)",
                    options.model, options.config));
  return model;
}

std::string to_text(const bounds::BoundsLine& line) {
  const double* real = std::get_if<double>(&line.value);
  const std::string value = real == nullptr        ? fmt::format("{}", std::get<std::int64_t>(line.value))
                            : std::isfinite(*real) ? fmt::format("{:.6g}", *real)
                                                   : "infinite";
  return fmt::format("{:<78} {:>14}  {}\n", line.text, value, line.formula);
}

ExitCode run_bounds(const BoundsOptions& options, const parallel::Communicator& world) {
  parallel::together(world, [&] {
    if (options.assume.coefficient_bits == 1)
      throw InputError("--coefficient-bits: a sign and nothing else: use 2 bits or more, or 0 for exact ones");
  });
  const config::Config config =
      shared_config({.path = options.config, .overrides = options.overrides, .use = config::ConfigUse::bounds}, world);
  const run::TrainingSetup setup = run::load_setup(config, world, world, run::SetupUse::compiling);
  run::Model model;
  if (!options.model.empty()) {
    parallel::together(world, [&] { model = read_same_model(options, config, setup); });
    parallel::expect_same(world, fingerprint_of(model), options.model);
  }
  const std::vector<bounds::BoundsLine> lines =
      bounds::bounds_table({config, setup.architecture, setup.activations, setup.reach, setup.data.train},
                           options.model.empty() ? nullptr : &model.bits, options.assume, world);
  if (!world.is_root()) return ExitCode::done;
  nlohmann::ordered_json json{{"config", options.config}, {"confidence", options.assume.confidence}};
  std::cout << fmt::format("{:<78} {:>14}  formula\n", "quantity", "value");
  for (const bounds::BoundsLine& line : lines) {
    std::cout << to_text(line);
    std::visit([&](auto value) { json[line.key] = value; }, line.value);
  }
  std::cout << "Formulas: docs/theory.md\n";
  if (options.json) std::cout << json_text(json) << '\n';
  return ExitCode::done;
}

void add_assumptions(const Command& command, bounds::BoundsAssumptions& assume) {
  command
      .number("--error", assume.error, config::between(1e-6, 1),
              "difference of training and true error rate to allow, and relative gap to reach (default: 0.05)")
      .type("EPS");
  command
      .number("--confidence", assume.confidence, config::between(0, 1 - 1e-12),
              "probability with which the bounds on random things hold (default: 0.95)")
      .type("PROBABILITY");
  command
      .number("--oracle-error", assume.oracle_error, config::at_least(0),
              "expected energy of the oracle's answers above the minimum, output steps (default: 0)")
      .type("ENERGY");
  command
      .number("--oracle-deviation", assume.oracle_deviation, config::at_least(0),
              "standard deviation of that energy (default: 0)")
      .type("ENERGY");
  command
      .number("--coefficient-bits", assume.coefficient_bits, config::between(0, 52),
              "signed bits that multipliers are rounded to, 2 or more; 0: not rounded (default: 0)")
      .type("BITS");
  command
      .number("--read-success", assume.read_success, config::between(1e-12, 1),
              "probability that one read of the oracle is good enough (default: 0.1)")
      .type("PROBABILITY");
  command
      .number("--read-seconds", assume.read_seconds, config::above(0),
              "time of one read (default: time to solution in reads only)")
      .type("SECONDS");
}

}  // namespace

void add_bounds(CommandLine& line) {
  const Command command = line.add("bounds", "what theory promises: spline error, spins, samples, convergence, reads");
  auto options = std::make_shared<BoundsOptions>();
  command.text("CONFIG", options->config, "configuration file, YAML").type("FILE").required();
  command.set_option(options->overrides, "the configuration", "data.pool=1");
  command.text("--model", options->model, "trained network whose own spline error to bound: run folder or model file")
      .type("FOLDER|FILE");
  add_assumptions(command, options->assume);
  command.json_flag(options->json);
  command.run([options](const parallel::Communicator& world) { return run_bounds(*options, world); });
}

}  // namespace isinglass
