#include "commands.hpp"
#include "json_text.hpp"

#include "config/fields.hpp"
#include "config/writer.hpp"

#include <iostream>
#include <memory>
#include <string>

namespace isinglass {

namespace {

/// The visitor that builds a JSON object.
struct JsonWriter {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();

  template <class T>
  void field(std::string_view key, const T& value, const config::Rule& rule, std::string_view) {
    // The word for 0 or the empty list is what the YAML says, and JSON says the same.
    const bool is_word = !rule.word.empty() && value == T{};
    if constexpr (Named<T>)
      object[std::string(key)] = name_of(value);
    else
      object[std::string(key)] = is_word ? nlohmann::ordered_json(rule.word) : nlohmann::ordered_json(value);
  }

  template <class S>
  void section(std::string_view key, const S& structure, std::string_view) {
    object[std::string(key)] = nested(structure);
  }

  template <class S>
  void list(std::string_view key, const std::vector<S>& structures, std::string_view) {
    nlohmann::ordered_json& array = object[std::string(key)] = nlohmann::ordered_json::array();
    for (const S& structure : structures) array.push_back(nested(structure));
  }

private:
  template <class S>
  static nlohmann::ordered_json nested(const S& structure) {
    JsonWriter inner;
    config::visit_fields(inner, structure);
    return inner.object;
  }
};

nlohmann::ordered_json config_json(const config::Config& config) {
  JsonWriter writer;
  config::visit_fields(writer, config);
  return writer.object;
}

ExitCode run_defaults(bool json, const parallel::Communicator& world) {
  if (!world.is_root()) return ExitCode::done;
  if (json) {
    std::cout << json_text(config_json(config::Config{})) << '\n';
  } else {
    std::cout << config::defaults_yaml();
  }
  return ExitCode::done;
}

}  // namespace

void add_defaults(CommandLine& line) {
  const Command command =
      line.add("defaults", "print every configuration key with its default, unit and range, as YAML");
  auto json = std::make_shared<bool>(false);
  command.flag("--json", *json, "print the defaults as one JSON object instead (default: off)");
  command.run([json](const parallel::Communicator& world) { return run_defaults(*json, world); });
}

}  // namespace isinglass
