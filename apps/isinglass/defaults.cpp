#include "commands.hpp"
#include "config_json.hpp"
#include "json_text.hpp"

#include "config/writer.hpp"

#include <iostream>
#include <memory>

namespace isinglass {

namespace {

ExitCode run_defaults(bool json, const Communicator& world) {
  if (!world.is_root()) return ExitCode::done;
  if (json) {
    std::cout << json_text(config_json(Config{})) << '\n';
  } else {
    std::cout << defaults_yaml();
  }
  return ExitCode::done;
}

}  // namespace

void add_defaults(CommandLine& line) {
  const Command command =
      line.add("defaults", "print every configuration key with its default, unit and range, as YAML");
  auto json = std::make_shared<bool>(false);
  command.flag("--json", *json, "print the defaults as one JSON object instead (default: off)");
  command.run([json](const Communicator& world) { return run_defaults(*json, world); });
}

}  // namespace isinglass
