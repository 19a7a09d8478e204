#include "commands.hpp"
#include "number_options.hpp"
#include "solve_run.hpp"

#include "ising/machines.hpp"

#include <limits>
#include <memory>

#include <fmt/format.h>

namespace isinglass {

namespace {

/// Most reads, sweeps, repeats and iterations: more than any run can make, and few enough that their products fit 64 bits.
constexpr double most = std::int64_t{1} << 40;

void set_sweeps(SolveOptions& options, const std::string& text) {
  options.sweeps = 0;
  options.scan = text == "scan";
  if (!options.scan) options.sweeps = number_of<std::int64_t>("--sweeps", text, between(1, most).or_word("scan"));
}

void check_together(const SolveOptions& options) {
  if (options.tts > 0 && !options.target) throw InputError("--tts: success is to reach a target: give --target");
  if (options.scan && options.tts == 0) throw InputError("--sweeps scan: looks for the least TTS99: give --tts and --target");
  if (options.tts > 0 && (options.reads > 0 || options.time_limit))
    throw InputError("--tts: decides itself how many reads are made: leave out --reads and --time-limit");
}

void set_vartype(InstanceOptions& options, const std::string& text) {
  options.vartype = text == "spin" ? Vartype::spin : Vartype::binary;
}

void add_limits(CLI::App& command, SolveOptions& options) {
  add_number(command, "--reads", options.reads, between(1, most),
             fmt::format("reads at most (default: {}, or as many as --time-limit allows)", default_reads))
      ->type_name("R");
  const std::function<void(const std::string&)> take_sweeps = [&options](const std::string& text) {
    set_sweeps(options, text);
  };
  command
      .add_option_function("--sweeps", take_sweeps,
                           "sweeps a read; scan: with --tts, the number with the least TTS99 (default: the machine's)")
      ->type_name("S|scan");
  add_number(command, "--target", options.target, anything(),
             "stop at this value: a cut or a maximum of at least, an energy or an objective of at most this (default: none)")
      ->type_name("VALUE");
  add_number(command, "--time-limit", options.time_limit, above(0).up_to(longest_seconds),
             "stop after this many seconds (default: none)")
      ->type_name("SECONDS");
  add_number(command, "--tts", options.tts, between(1, most),
             "measure the time to --target: this many independent repeats of one block of reads (default: off)")
      ->type_name("REPEATS");
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
  const std::function<void(const std::string&)> take_vartype = [options](const std::string& text) {
    set_vartype(options->instance, text);
  };
  command
      ->add_option_function("--vartype", take_vartype,
                            "values of the variables, for COO files that do not say it; what a file says must agree (default: "
                            "as the file says, else binary)")
      ->type_name("spin|binary")
      ->check(CLI::IsMember({"spin", "binary"}));
  add_number(*command, "--problem", options->instance.number, between(1, most),
             "beasley: which problem of the file (default: 1)")
      ->type_name("K");
  command->add_option("--machine", options->machine, "kind of machine (default: chosen by the problem)")
      ->type_name("NAME")
      ->check(CLI::IsMember(machine_kinds()));
  add_number(*command, "--seed", options->seed, anything(), "of every random choice (default: 1)")->type_name("N");
  add_limits(*command, *options);
  command
      ->add_option("--set", options->overrides,
                   "sets a key of section machine, for example --set machine.sweeps=100; repeatable (default: none)")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  add_number(*command, "--penalty", options->penalty, above(0),
             "of a broken one-hot group; machines whose moves keep groups then flip single spins too (default: those keep "
             "the groups, for others enough that no descent ends in a broken one)")
      ->type_name("P");
  add_number(*command, "--iterations", options->iterations, between(1, most),
             fmt::format("problems with constraints: iterations of QCGD, one oracle call each (default: {}, or as many as "
                         "--time-limit allows)",
                         default_iterations))
      ->type_name("T");
  command->add_option("--output", options->output, "HDF5 file for the spins and energies of all reads (default: none)")
      ->type_name("FILE")
      ->check([](const std::string& name) { return name.empty() ? "expected the name of a file" : ""; });
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
