#include "commands.hpp"
#include "json_text.hpp"

#include "files/output_place.hpp"
#include "formats/export.hpp"
#include "formats/uniform_lift.hpp"
#include "parallel/agreement.hpp"

#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace isinglass {

namespace {

struct ExportOptions {
  std::string input, format, output;
  std::optional<double> multiplier;
  bool json = false;

  [[nodiscard]] bool is_qubo() const { return format == "qubo" || format == "coo" || format == "ising-csv"; }
};

/// Returns what `step` does; an InputError of it gets the name of the file that it is about in front.
template <class Step>
auto with_name(const std::string& file, Step&& step) {
  try {
    return step();
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", file, error.what()));
  }
}

/// The file's own QUBO, unless another multiplier is asked for; else made from its problem.
ising::SparseQubo qubo_of(const ExportOptions& options) {
  if (!options.multiplier)
    if (std::optional<ising::SparseQubo> stored = formats::read_qubo(options.input)) return std::move(*stored);
  const qcbo::Qcbo problem = formats::read_qcbo(options.input);
  return with_name(options.input, [&] { return formats::lift_uniformly(problem, options.multiplier); });
}

nlohmann::ordered_json export_qubo(const ExportOptions& options) {
  const ising::SparseQubo qubo = qubo_of(options);
  nlohmann::ordered_json json{{"spins", qubo.variables}, {"terms", qubo.couplings.size()}, {"offset", qubo.constant}};
  if (options.format == "ising-csv") {
    const formats::IsingOffset ising = formats::write_ising_csv(options.output, qubo);
    json["spins"] = ising.spins;
    json["offset"] = ising.offset;
  } else if (options.format == "coo") {
    formats::write_dimod_coo(options.output, qubo);
  } else {
    formats::write_qubo_text(options.output, qubo);
  }
  json["multiplier"] = qubo.multiplier;
  return json;
}

nlohmann::ordered_json export_program(const ExportOptions& options) {
  if (options.multiplier)
    throw InputError(
        fmt::format("--multiplier: a file of format {} has rows, not penalties; leave it out", options.format));
  const qcbo::Qcbo problem = formats::read_qcbo(options.input);
  const std::string name = std::filesystem::path(options.input).stem().string();
  with_name(options.input, [&] {
    options.format == "lp" ? formats::write_lp(options.output, problem, name)
                           : formats::write_qplib(options.output, problem, name);
  });
  return {{"spins", problem.all_variables},
          {"rows", problem.rows.size()},
          {"products", problem.products.size()},
          {"objective_terms", problem.objective.size()}};
}

ExitCode run_export(const ExportOptions& options, const parallel::Communicator& world) {
  parallel::together(world, [&] {
    if (!world.is_root()) return;
    files::expect_output_place(options.output, {options.input});
    nlohmann::ordered_json json{{"file", options.output}, {"format", options.format}};
    json.update(options.is_qubo() ? export_qubo(options) : export_program(options));
    std::string facts;
    for (const auto& [name, value] : json.items())
      if (value.is_number()) facts += fmt::format("{}{} {}", facts.empty() ? "" : ", ", name, value.dump());
    std::cout << fmt::format("{}: {}\n", options.output, facts);
    if (options.json) std::cout << json_text(json) << '\n';
    std::cout << std::flush;
  });
  return ExitCode::done;
}

}  // namespace

void add_export(CommandLine& line) {
  const Command command = line.add("export", "a compiled problem as a file of another program");
  auto options = std::make_shared<ExportOptions>();
  command.text("QCBO", options->input, "file that isinglass compile wrote").type("FILE").required();
  command.text("--format", options->format, "qubo, coo (dimod), ising-csv, qplib or lp")
      .required()
      .one_of({"qubo", "coo", "ising-csv", "qplib", "lp"});
  command.text("-o,--output", options->output, "file to write").type("FILE").required();
  command
      .number(
          "--multiplier", options->multiplier, config::between(smallest_multiplier, largest_multiplier),
          "qubo, coo, ising-csv: weight of every row and product (default: the file's QUBO; without one, enough that "
          "no minimum violates one)")
      .type("MU");
  command.json_flag(options->json);
  command.run([options](const parallel::Communicator& world) { return run_export(*options, world); });
}

}  // namespace isinglass
