#include "commands.hpp"
#include "config_json.hpp"
#include "json_text.hpp"

#include "config/writer.hpp"

#include <iostream>
#include <memory>

namespace isinglass {

void add_defaults(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("defaults", "print every configuration key with its default, unit and range, as YAML");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "print the defaults as one JSON object instead (default: off)");
  command->callback([&action, json] {
    action = [json](const Communicator& world) {
      if (!world.is_root()) return ExitCode::done;
      if (*json) {
        std::cout << json_text(config_json(Config{})) << '\n';
      } else {
        std::cout << defaults_yaml();
      }
      return ExitCode::done;
    };
  });
}

}  // namespace isinglass
