#include "commands.hpp"
#include "json_text.hpp"
#include "shared_config.hpp"

#include "base/clock.hpp"
#include "base/memory.hpp"
#include "config/writer.hpp"
#include "files/output_place.hpp"
#include "formats/qcbo_file.hpp"
#include "network/loss.hpp"
#include "parallel/agreement.hpp"
#include "qcbo/compile.hpp"
#include "qcbo/counts.hpp"
#include "run/training_setup.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace isinglass {

namespace {

struct CompileCommand {
  std::string config, with = "problem";
  std::vector<std::string> overrides;
  std::optional<std::string> output;
  std::optional<double> multiplier, output_margin;
  qcbo::CompileOptions options;
  bool json = false;

  [[nodiscard]] bool asks_for(std::string_view part) const {
    for (std::size_t at = 0; at <= with.size();) {
      const std::size_t end = std::min(with.find(',', at), with.size());
      if (with.substr(at, end - at) == part) return true;
      at = end + 1;
    }
    return false;
  }
};

/// More steps of the grid than any network has.
constexpr double largest_margin = 1000;

/// An empty text if `with` is a list of the words it may have, else what is wrong.
std::string check_parts(const std::string& with) {
  for (const char* good : {"problem", "qubo", "problem,qubo", "qubo,problem", "none"})
    if (with == good) return "";
  return fmt::format("expected problem, qubo, problem,qubo or none, found {}", with);
}

double margin_of_method(const config::Config& config) {
  if (config.method == config::Method::qat) return config.qat.output_margin;
  return config.method == config::Method::anneal ? config.anneal.output_margin : config.qcgd.output_margin;
}

network::LossSpline loss_of(const CompileCommand& command, const config::Config& config,
                            const network::Architecture& architecture) {
  const int margin =
      network::margin_on_grid(architecture.layers.back(), command.output_margin.value_or(margin_of_method(config)));
  return network::make_loss_spline(architecture, margin, network::output_limit(architecture));
}

/// The counts of one configuration with what follows from them.
nlohmann::ordered_json counts_json(const std::string& config, const qcbo::QcboCounts& counts, std::size_t samples) {
  nlohmann::ordered_json json{{"config", config}, {"samples", samples}};
  for (const auto& [name, count] : qcbo::named_counts(counts)) json[name] = count;
  return json;
}

/// The counts as lines of text.
std::string counts_text(const nlohmann::ordered_json& json) {
  const auto number = [&](const char* key) { return json[key].get<std::int64_t>(); };
  std::string text = fmt::format("{}: {} samples\n", json["config"].get<std::string>(), number("samples"));
  text +=
      fmt::format("  spins        {}: {} parameter bits, {} indicators, {} slack bits, {} products\n", number("spins"),
                  number("parameter_bits"), number("indicators"), number("slack_bits"), number("products"));
  text += fmt::format("  rows         {}: {} one-hot, {} interval, {} symmetry; and {} product rows\n", number("rows"),
                      number("one_hot_rows"), number("interval_rows"), number("symmetry_rows"), number("product_rows"));
  text += fmt::format("  couplers     {} of the lifted QUBO; {} coefficients of rows, {} of the objective\n",
                      number("couplers"), number("row_entries"), number("objective_terms"));
  text +=
      fmt::format("  coefficients up to {} in rows, {} in the objective: {} bits\n", number("largest_row_coefficient"),
                  number("largest_objective_coefficient"), number("coefficient_bits"));
  text += fmt::format("  memory       {}; as a QUBO {}\n", bytes_text(number("memory_bytes")),
                      bytes_text(number("qubo_memory_bytes")));
  return text;
}

/// Account of what was written, for the text and the JSON object.
struct Written {
  formats::QcboFileSummary summary;
  double seconds = 0;
};

Written write(const CompileCommand& command, const config::Config& config, const qcbo::Compiler& compiler,
              const qcbo::QcboCounts& counts, const parallel::Communicator& world) {
  const auto begin = Clock::now();
  formats::QcboFileOptions options;
  options.config_yaml = config::to_yaml(config, config::Keys::of_result);
  options.counts = qcbo::named_counts(counts);
  options.with_problem = command.asks_for("problem");
  options.with_qubo = command.asks_for("qubo");
  options.multiplier = command.multiplier;
  Written written;
  parallel::together(world, [&] {
    written.summary = formats::write_qcbo(*command.output, formats::source_of(compiler), options, world);
  });
  written.seconds = seconds_since(begin);
  return written;
}

void add_file(nlohmann::ordered_json& json, const CompileCommand& command, const Written& written,
              std::size_t samples) {
  const formats::TableSizes& sizes = written.summary.sizes;
  json["file"] = *command.output;
  json["file_bytes"] = written.summary.bytes;
  json["row_entries"] = sizes[formats::Table::entries];
  json["objective_terms"] = sizes[formats::Table::terms];
  if (command.asks_for("qubo")) {
    json["qubo_terms"] = sizes[formats::Table::couplings];
    json["multiplier"] = written.summary.multiplier;
  }
  json["bytes_per_spin"] =
      static_cast<double>(written.summary.bytes) / static_cast<double>(sizes[formats::Table::variables]);
  json["wall_seconds"] = written.seconds;
  json["samples_per_second"] = static_cast<double>(samples) / written.seconds;
}

std::string file_text(const nlohmann::ordered_json& json) {
  std::string text = fmt::format("  file         {}: {}, {:.1f} bytes a spin, {:.0f} samples a second\n",
                                 json["file"].get<std::string>(), bytes_text(json["file_bytes"].get<std::int64_t>()),
                                 json["bytes_per_spin"].get<double>(), json["samples_per_second"].get<double>());
  if (json.contains("multiplier"))
    text += fmt::format("  QUBO         {} terms, multiplier {:.6g}\n", json["qubo_terms"].get<std::int64_t>(),
                        json["multiplier"].get<double>());
  return text;
}

/// Options that would do nothing.
void check_options(const CompileCommand& command) {
  if (!command.output && command.with != "problem")
    throw InputError("--with: says what the file of --output holds; give one");
  if (command.multiplier && !(command.output && command.asks_for("qubo")))
    throw InputError("--multiplier: is of the QUBO in the file; add --output FILE --with problem,qubo");
}

ExitCode run_compile(const CompileCommand& command, const parallel::Communicator& world) {
  parallel::together(world, [&] {
    check_options(command);
    if (command.output && world.is_root()) files::expect_output_place(*command.output, {command.config});
  });
  const config::Config config = shared_config({.path = command.config, .overrides = command.overrides}, world);
  const run::TrainingSetup setup = run::load_setup(config, world, world, run::SetupUse::compiling);
  network::LossSpline loss;
  parallel::together(world, [&] { loss = loss_of(command, config, setup.architecture); });
  const auto begin = Clock::now();
  const qcbo::ProblemPlan plan(setup.architecture, loss, setup.data.train, command.options, world);
  const qcbo::QcboCounts counts = qcbo::count_qcbo(plan, world);
  const double seconds = seconds_since(begin);
  nlohmann::ordered_json json = counts_json(command.config, counts, setup.data.train.global_size);
  json["count_seconds"] = seconds;
  std::string text = counts_text(json);
  std::optional<parallel::AgreedError> failure;
  if (command.output) {
    const qcbo::Compiler compiler(plan, world);
    failure = parallel::failure_of([&] {
      add_file(json, command, write(command, config, compiler, counts, world), setup.data.train.global_size);
    });
    if (!failure) text += file_text(json);
  }
  if (world.is_root()) {
    std::cout << text;
    if (command.json) std::cout << json_text(json) << '\n';
    std::cout << std::flush;
  }
  if (failure) throw *failure;
  return ExitCode::done;
}

}  // namespace

void add_compile(CommandLine& line) {
  const Command command =
      line.add("compile", "training as a quadratic constrained binary problem (QCBO): its size, and a file");
  auto options = std::make_shared<CompileCommand>();
  command.text("CONFIG", options->config, "configuration file, YAML").type("FILE").required();
  command.text("-o,--output", options->output, "write the problem to this HDF5 file (default: print its size alone)")
      .type("FILE");
  command.text("--with", options->with, "what the file holds: problem, qubo, problem,qubo or none (default: problem)")
      .type("PARTS")
      .check(check_parts);
  command
      .number("--multiplier", options->multiplier, config::between(smallest_multiplier, largest_multiplier),
              "weight of every row and product in the QUBO (default: enough that no minimum violates one)")
      .type("MU");
  command.number(
      "--margin", options->options.margin, config::between(0, largest_margin),
      "shrink each segment by this from its knots, in units of the pre-activation rms (default: 0, the exact "
      "problem)");
  command.number(
      "--output-margin", options->output_margin, config::above(0).up_to(largest_margin),
      "margin of the loss, in units of the rms of a random network's output (default: that of the configured "
      "method)");
  command.flag("--break-symmetry", options->options.break_symmetry,
               "order interchangeable hidden units by rows of their own (default: off)");
  command.set_option(options->overrides, "the configuration", "data.pool=14");
  command.json_flag(options->json);
  command.run([options](const parallel::Communicator& world) { return run_compile(*options, world); });
}

}  // namespace isinglass
