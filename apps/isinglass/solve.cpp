#include "commands.hpp"
#include "solve_run.hpp"

#include "run/run_control.hpp"

#include <limits>
#include <memory>

#include <fmt/format.h>

namespace isinglass {

namespace {

/// Most reads, sweeps, repeats and iterations: more than any run can make, and few enough that their products fit 64
/// bits.
constexpr double most = std::int64_t{1} << 40;

void set_sweeps(SolveOptions& options, const std::string& text) {
  options.sweeps = 0;
  options.scan = text == "scan";
  if (!options.scan)
    options.sweeps = config::number_of<std::int64_t>("--sweeps", text, config::between(1, most).or_word("scan"));
}

void check_together(const SolveOptions& options) {
  if (options.tts > 0 && !options.target) throw InputError("--tts: success is to reach a target: give --target");
  if (options.scan && options.tts == 0)
    throw InputError("--sweeps scan: looks for the least TTS99: give --tts and --target");
  if (options.tts > 0 && (options.reads > 0 || options.time_limit))
    throw InputError("--tts: decides itself how many reads are made: leave out --reads and --time-limit");
}

void set_vartype(formats::InstanceOptions& options, const std::string& text) {
  options.vartype = text == "spin" ? formats::Vartype::spin : formats::Vartype::binary;
}

void add_limits(const Command& command, SolveOptions& options) {
  command
      .number("--reads", options.reads, config::between(1, most),
              fmt::format("reads at most (default: {}, or as many as --time-limit allows)", solve::default_reads))
      .type("R");
  command
      .parsed(
          "--sweeps", [&options](const std::string& text) { set_sweeps(options, text); },
          "sweeps a read; scan: with --tts, the number with the least TTS99 (default: the machine's)")
      .type("S|scan");
  command
      .number("--target", options.target, config::anything(),
              "stop at this value: a cut or a maximum of at least, an energy or an objective of at most this (default: "
              "none)")
      .type("VALUE");
  command
      .number("--time-limit", options.time_limit, config::above(0).up_to(run::longest_seconds),
              "stop after this many seconds (default: none)")
      .type("SECONDS");
  command
      .number("--tts", options.tts, config::between(1, most),
              "measure the time to --target: this many independent repeats of one block of reads (default: off)")
      .type("REPEATS");
}

void add_instance(const Command& command, SolveOptions& options) {
  formats::InstanceOptions& instance = options.instance;
  command.text("INSTANCE", options.path, "instance file; docs/file-formats.md describes the formats")
      .type("FILE")
      .required();
  command.text("--format", instance.format, "of the file (default: recognised)")
      .type("NAME")
      .one_of(formats::instance_formats());
  command
      .parsed(
          "--vartype", [&instance](const std::string& text) { set_vartype(instance, text); },
          "values of the variables, for COO files that do not say it; what a file says must agree (default: as the "
          "file says, else binary)")
      .type("spin|binary")
      .one_of({"spin", "binary"});
  command
      .number("--problem", instance.number, config::between(1, most), "beasley: which problem of the file (default: 1)")
      .type("K");
}

}  // namespace

void add_solve(CommandLine& line) {
  const Command command =
      line.add("solve", "an instance file, by an Ising machine: max-cut, QUBO, Ising, or with linear constraints");
  auto options = std::make_shared<SolveOptions>();
  add_instance(command, *options);
  command
      .parsed(
          "--machine",
          [options](const std::string& text) { options->machine.kind = value_named<config::MachineKind>(text); },
          "kind of machine (default: chosen by the problem)")
      .type("NAME")
      .one_of(all_names<config::MachineKind>());
  command.number("--seed", options->seed, config::anything(), "of every random choice (default: 1)").type("N");
  add_limits(command, *options);
  command.set_option(options->machine.overrides, "section machine", "machine.tabu.tenure=20");
  command
      .number("--penalty", options->machine.penalty, config::above(0),
              "of a broken one-hot group; machines whose moves keep groups then flip single spins too (default: those "
              "keep the groups, for others enough that no descent ends in a broken one)")
      .type("P");
  command
      .number(
          "--iterations", options->iterations, config::between(1, most),
          fmt::format("problems with constraints: iterations of QCGD, one oracle call each (default: {}, or as many as "
                      "--time-limit allows)",
                      solve::default_iterations))
      .type("T");
  command.text("--output", options->output, "HDF5 file for the spins and energies of all reads (default: none)")
      .type("FILE")
      .check([](const std::string& name) { return name.empty() ? "expected the name of a file" : ""; });
  command.json_flag(options->json);
  command.quiet_flag(options->quiet);
  command.run([options](const parallel::Communicator& world) {
    check_together(*options);
    return run_solve(*options, world);
  });
}

}  // namespace isinglass
