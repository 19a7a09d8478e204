#include "config/reader.hpp"

#include "base/input_file.hpp"
#include "config/checks.hpp"
#include "config/field_reader.hpp"

#include <fmt/format.h>

namespace isinglass {

namespace {

constexpr const char* schema_hint = "add the line `schema: 1`, the version of the file's layout";

/// A file of another schema would give one misleading error a key: only its version is reported.
void check_schema(const YamlTree& tree, const std::string& name, Problems& problems) {
  for (const YamlTree::Entry& entry : tree.entries) {
    if (entry.key != "schema") continue;
    if (entry.value.kind == YamlTree::Kind::scalar && entry.value.text == "1") return;
    Problems only;
    const std::string message = fmt::format("this isinglass reads schema 1, found {}", describe(entry.value));
    only.add(entry.value.position, "schema", message);
    only.throw_if_any();
  }
  problems.add({name, 1, 1}, "schema", fmt::format("missing; {}", schema_hint));
}

void read_tree(const YamlTree& tree, Config& config, Problems& problems, Positions& positions) {
  FieldReader reader(tree, "", problems, positions);
  visit_fields(reader, config);
  reader.report_unknown_keys();
}

/// Where a key was set; for one that was not, where its section was; at last the top of the file.
Position nearest_position(std::string key, const Positions& positions, const std::string& name) {
  while (!positions.contains(key)) {
    const std::size_t dot = key.rfind('.');
    if (dot == std::string::npos) return {name, 1, 1};
    key.resize(dot);
  }
  return positions.at(key);
}

}  // namespace

Config parse_config(std::string_view text, const std::string& name, const std::vector<std::string>& overrides) {
  Problems problems;
  const YamlTree tree = parse_yaml(text, name, problems);
  check_schema(tree, name, problems);

  Config config;
  Positions positions;
  read_tree(tree, config, problems, positions);
  for (const std::string& option : overrides) read_tree(parse_override(option, problems), config, problems, positions);

  check_consistency(config, [&](const std::string& key, const std::string& message) {
    problems.add(nearest_position(key, positions, name), key, message);
  });
  problems.throw_if_any();
  return config;
}

Config read_config(const std::filesystem::path& path, const std::vector<std::string>& overrides) {
  return parse_config(read_input_file(path, "a configuration", largest_hand_written), path.string(), overrides);
}

}  // namespace isinglass
