#include "command_line.hpp"

#include "base/version.hpp"
#include "files/h5.hpp"
#include "parallel/session.hpp"

#include <algorithm>
#include <iostream>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace isinglass {

namespace {

/// CLI11 would only say that a subcommand is required.
void check_command(int argc, char** argv, const CLI::App& app) {
  if (argc < 2 || argv[1][0] == '-') return;
  const std::string word = argv[1];
  const std::vector<const CLI::App*> commands = app.get_subcommands([](const CLI::App*) { return true; });
  std::string expected;
  for (const CLI::App* command : commands) {
    if (command->get_name() == word) return;
    expected += expected.empty() ? "" : command == commands.back() ? " or " : ", ";
    expected += command->get_name();
  }
  throw CLI::ValidationError(fmt::format("\"{}\" is no subcommand", word), "expected " + expected);
}

/// Versions of isinglass and of what it was built with, one a line.
std::string version_text() {
  const BuildInfo build = build_info();
  return fmt::format("isinglass {}\ngit hash   {}\ncompiler   {}\nbuild type {}\nMPI        {}\nHDF5       {}",
                     build.version, build.git_hash, build.compiler, build.build_type, parallel::mpi_version(),
                     h5::library_version());
}

}  // namespace

Option Option::type(const std::string& name) const { return Option(option_->type_name(name)); }

Option Option::required() const { return Option(option_->required()); }

Option Option::one_of(std::vector<std::string> values) const {
  return Option(option_->check(CLI::IsMember(std::move(values))));
}

Option Option::check(std::function<std::string(const std::string&)> complaint) const {
  return Option(option_->check(std::move(complaint)));
}

Option Option::needs(Option other) const { return Option(option_->needs(other.option_)); }

Option Command::text(const std::string& name, std::string& value, const std::string& help) const {
  return Option(app_->add_option(name, value, help));
}

Option Command::text(const std::string& name, std::optional<std::string>& value, const std::string& help) const {
  return parsed(
      name, [&value](const std::string& text) { value = text; }, help);
}

Option Command::texts(const std::string& name, std::vector<std::string>& values, const std::string& help) const {
  return Option(app_->add_option(name, values, help));
}

Option Command::parsed(const std::string& name, std::function<void(const std::string&)> read,
                       const std::string& help) const {
  const std::function<void(const std::string&)> take = [read = std::move(read)](const std::string& text) {
    try {
      read(text);
    } catch (const InputError& error) {
      throw CLI::ValidationError(error.what());
    }
  };
  return Option(app_->add_option_function(name, take, help));
}

Option Command::flag(const std::string& name, bool& value, const std::string& help) const {
  return Option(app_->add_flag(name, value, help));
}

void Command::set_option(std::vector<std::string>& overrides, const std::string& what,
                         const std::string& example) const {
  app_->add_option("--set", overrides,
                   fmt::format("sets a key of {}, for example --set {}; repeatable (default: none)", what, example))
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void Command::max_hours_option(std::string& text) const {
  app_->add_option(
          "--max-hours", text,
          "stop after this many hours with a checkpoint and exit code 85; job: what is left of the Slurm job less "
          "two minutes, or a fifth of a short job (default: no limit)")
      ->type_name("HOURS|job");
}

void Command::json_flag(bool& json) const {
  flag("--json", json, "print the result as one JSON object, the last line of standard output (default: off)");
}

void Command::quiet_flag(bool& quiet) const {
  flag("--quiet", quiet, "show nothing but errors and --json (default: off)");
}

Command Command::exactly_one(const std::string& name) const {
  CLI::App* group = app_->add_option_group(name, "exactly one of");
  group->require_option(1);
  return {group, chosen_};
}

void Command::run(Action action) const {
  app_->callback([chosen = chosen_, action = std::move(action)] { *chosen = action; });
}

CommandLine::CommandLine()
    : app_(std::make_unique<CLI::App>(
          "isinglass trains quantized neural networks by optimization, alone or under mpirun or srun.")) {
  app_->name("isinglass");
  app_->require_subcommand(1);
  app_->set_version_flag("--version", version_text, "print the versions of isinglass and of what it was built with");
  app_->footer("Exit codes: 0 done, 1 error, 2 bad input, 3 checkpoint unusable, 85 unfinished.");
}

CommandLine::~CommandLine() = default;

Command CommandLine::add(const std::string& name, const std::string& help) {
  return {app_->add_subcommand(name, help), &action_};
}

std::optional<ExitCode> CommandLine::parse(int argc, char** argv, bool prints) {
  try {
    check_command(argc, argv, *app_);
    app_->parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    if (prints) app_->exit(error, std::cout, std::cerr);
    return error.get_exit_code() == 0 ? ExitCode::done : ExitCode::bad_input;
  }
}

}  // namespace isinglass
