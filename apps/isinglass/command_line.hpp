#pragma once

#include "base/error.hpp"
#include "config/scalars.hpp"
#include "parallel/communicator.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

/// The command line in terms of this program. command_line.cpp alone includes CLI11, which takes seconds to compile.
namespace isinglass {

/// Work of the chosen command on every rank; returns the exit code.
using Action = std::function<ExitCode(const parallel::Communicator& world)>;

/// The weights that rows and products of a QUBO may have: their 64-bit coefficients times it, and sums of them, are
/// finite, and no number so small that sums lose it.
inline constexpr double smallest_multiplier = 1e-200, largest_multiplier = 1e200;

/// The type of the number that an option stores: that of the target, or of what it may hold.
template <class Target>
struct NumberOf {
  using type = Target;
};
template <class T>
struct NumberOf<std::optional<T>> {
  using type = T;
};

/// An option, a flag or an argument of a command, to be described further.
class Option {
public:
  explicit Option(CLI::Option* option) : option_(option) {}

  // These change the option and return it only for more of them.
  // NOLINTBEGIN(modernize-use-nodiscard)
  /// Names in the help text what the option takes: "FILE".
  Option type(const std::string& name) const;
  Option required() const;
  /// Refuses all values but these.
  Option one_of(std::vector<std::string> values) const;
  /// Refuses the values of which `complaint` says something.
  Option check(std::function<std::string(const std::string& value)> complaint) const;
  /// Refuses the option without `other`.
  Option needs(Option other) const;
  // NOLINTEND(modernize-use-nodiscard)

private:
  CLI::Option* option_;
};

/// A command, or a group of its options: where what the user gives is stored, and what it is called in the help text.
/// The targets outlive the parsing.
class Command {
public:
  Command(CLI::App* app, Action* chosen) : app_(app), chosen_(chosen) {}

  Option text(const std::string& name, std::string& value, const std::string& help) const;
  Option text(const std::string& name, std::optional<std::string>& value, const std::string& help) const;
  /// An argument that may be given several times.
  Option texts(const std::string& name, std::vector<std::string>& values, const std::string& help) const;
  /// A text that `read` takes, which throws InputError where it does not.
  Option parsed(const std::string& name, std::function<void(const std::string&)> read, const std::string& help) const;
  Option flag(const std::string& name, bool& value, const std::string& help) const;
  /// A number, whose target is optional where there is no default.
  template <class Target>
  Option number(const std::string& name, Target& value, const config::Rule& rule, const std::string& help) const {
    const auto read = [name, rule, &value](const std::string& text) {
      value = config::number_of<typename NumberOf<Target>::type>(name, text, rule);
    };
    return parsed(name, read, help).type("NUMBER");
  }

  /// --set KEY=VALUE, repeatable: "sets a key of WHAT, for example --set EXAMPLE".
  void set_option(std::vector<std::string>& overrides, const std::string& what, const std::string& example) const;
  /// --max-hours HOURS|job, whose text shared_max_hours reads.
  void max_hours_option(std::string& text) const;
  void json_flag(bool& json) const;
  void quiet_flag(bool& quiet) const;

  /// A group of options of which exactly one is given.
  [[nodiscard]] Command exactly_one(const std::string& name) const;
  /// Sets what the command does when the user chose it.
  void run(Action action) const;

private:
  CLI::App* app_;
  Action* chosen_;
};

/// The program's commands and the one that the user chose.
class CommandLine {
public:
  CommandLine();
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  [[nodiscard]] Command add(const std::string& name, const std::string& help);
  /// Parses the command line and stores what it says. Returns the exit code if there is nothing left to do, as after
  /// --help or a mistake; what there is to say is printed if `prints`.
  [[nodiscard]] std::optional<ExitCode> parse(int argc, char** argv, bool prints);
  /// Work of the chosen command.
  [[nodiscard]] const Action& action() const { return action_; }

private:
  std::unique_ptr<CLI::App> app_;
  Action action_;
};

}  // namespace isinglass
