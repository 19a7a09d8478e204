#include "commands.hpp"
#include "solve_run.hpp"

#include "ising/machines.hpp"

#include <limits>
#include <memory>

#include <fmt/format.h>

namespace isinglass {

namespace {

/// A whole number, or scan.
std::string check_sweeps(const std::string& text) {
  const bool is_number = !text.empty() && text.size() <= 18 && text.find_first_not_of("0123456789") == std::string::npos;
  return text == "scan" || (is_number && text != "0") ? "" : "expected a number of sweeps above 0, or scan";
}

void check_together(const SolveOptions& options) {
  if (options.tts > 0 && !options.target) throw InputError("--tts: success is to reach a target: give --target");
  if (options.is_scan() && options.tts == 0)
    throw InputError("--sweeps scan: looks for the least TTS99: give --tts and --target");
  if (options.tts > 0 && (options.reads > 0 || options.time_limit))
    throw InputError("--tts: decides itself how many reads are made: leave out --reads and --time-limit");
}

void add_limits(CLI::App& command, SolveOptions& options) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max() / 4;
  command
      .add_option("--reads", options.reads,
                  fmt::format("reads at most (default: {}, or as many as --time-limit allows)", default_reads))
      ->type_name("R")
      ->check(CLI::Range(std::int64_t{1}, most));
  command
      .add_option("--sweeps", options.sweeps,
                  "sweeps a read; scan: with --tts, the number with the least TTS99 (default: the machine's)")
      ->type_name("S|scan")
      ->check(check_sweeps);
  command
      .add_option(
          "--target", options.target,
          "stop at this value: a cut or a maximum of at least, an energy or an objective of at most this (default: none)")
      ->type_name("VALUE");
  command.add_option("--time-limit", options.time_limit, "stop after this many seconds (default: none)")
      ->type_name("SECONDS")
      ->check(CLI::PositiveNumber);
  command
      .add_option("--tts", options.tts,
                  "measure the time to --target: this many independent repeats of one block of reads (default: off)")
      ->type_name("REPEATS")
      ->check(CLI::Range(std::int64_t{1}, most));
}

}  // namespace

void add_solve(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("solve", "an instance file, by an Ising machine: max-cut, QUBO, Ising, or with linear constraints");
  auto options = std::make_shared<SolveOptions>();
  command->add_option("INSTANCE", options->path, "instance file; docs/file-formats.md describes the formats")
      ->type_name("FILE")
      ->required();
  command->add_option("--format", options->instance.format, "of the file (default: recognised)")
      ->type_name("NAME")
      ->check(CLI::IsMember(instance_formats()));
  command->add_option("--problem", options->instance.number, "beasley: which problem of the file (default: 1)")
      ->type_name("K")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40));
  command->add_option("--machine", options->machine, "kind of machine (default: chosen by the problem)")
      ->type_name("NAME")
      ->check(CLI::IsMember(machine_kinds()));
  command->add_option("--seed", options->seed, "of every random choice (default: 1)")->type_name("N");
  add_limits(*command, *options);
  command
      ->add_option("--set", options->overrides,
                   "sets a key of section machine, for example --set machine.sweeps=100; repeatable (default: none)")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      ->add_option(
          "--penalty", options->penalty,
          "of a broken one-hot group; machines whose moves keep groups then flip single spins too (default: those keep "
          "the groups, for others enough that no descent ends in a broken one)")
      ->type_name("P")
      ->check(CLI::PositiveNumber);
  command
      ->add_option(
          "--iterations", options->iterations,
          fmt::format("problems with constraints: iterations of QCGD, one oracle call each (default: {}, or as many as "
                      "--time-limit allows)",
                      default_iterations))
      ->type_name("T")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40));
  command->add_option("--output", options->output, "HDF5 file for the spins and energies of all reads (default: none)")
      ->type_name("FILE");
  command->add_flag("--json", options->json, json_help);
  command->add_flag("--quiet", options->quiet, "show nothing but errors and --json (default: off)");
  command->callback([&action, options] {
    action = [options](const Communicator& world) {
      check_together(*options);
      return run_solve(*options, world);
    };
  });
}

}  // namespace isinglass
