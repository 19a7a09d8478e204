#include "config/reader.hpp"

#include "base/input_file.hpp"
#include "config/checks.hpp"
#include "config/field_reader.hpp"
#include "config/writer.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace isinglass::config {

namespace {

constexpr const char* schema_hint = "add the line `schema: 1`, the version of the file's layout";

/// A file of another schema would give one misleading error a key: only its version is reported.
void check_schema(const YamlTree& tree, const std::string& name, Diagnostics& diagnostics) {
  for (const YamlTree::Entry& entry : tree.entries) {
    if (entry.key != "schema") continue;
    if (entry.value.kind == YamlTree::Kind::scalar && entry.value.text == "1") return;
    Diagnostics only;
    const std::string message = fmt::format("this isinglass reads schema 1, found {}", describe(entry.value));
    only.add(entry.value.position, "schema", message);
    only.throw_if_any();
  }
  diagnostics.add({name, 1, 1}, "schema", fmt::format("missing; {}", schema_hint));
}

void read_tree(const YamlTree& tree, Config& config, Diagnostics& diagnostics, Positions& positions) {
  FieldReader reader(tree, "", diagnostics, positions);
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

/// Moves the keys of earlier versions to where they are now: a copy in a file of results is nobody's to edit.
void take_old_names(YamlTree& tree) {
  const auto section = [](YamlTree& within, std::string_view key) -> YamlTree& {
    const auto found = std::ranges::find(within.entries, key, &YamlTree::Entry::key);
    if (found != within.entries.end()) return found->value;
    YamlTree empty;
    empty.kind = YamlTree::Kind::section;
    within.entries.push_back({std::string(key), within.position, std::move(empty)});
    return within.entries.back().value;
  };
  YamlTree& machine = section(tree, "machine");
  std::vector<YamlTree::Entry> old;
  std::erase_if(machine.entries, [&](const YamlTree::Entry& entry) {
    const bool is_old = !new_name("machine." + entry.key).empty();
    if (is_old) old.push_back(entry);
    return is_old;
  });
  std::ranges::move(old, std::back_inserter(section(machine, "whole").entries));
}

/// Reports the keys that were set and that this run does not read.
void report_unread_keys(const Config& config, ConfigUse use, const Positions& positions, Diagnostics& diagnostics) {
  const std::vector<KeyUse> uses = key_uses(config, use);
  std::map<std::string, const KeyUse*> unread;
  for (const auto& [key, position] : positions) {
    const KeyUse* found = find_unread(uses, key);
    if (found != nullptr && (!found->may_be_in_file || position.is_option())) unread.emplace(key, found);
  }
  if (unread.empty()) return;
  const auto defaults = flatten(Config{});
  for (const auto& [key, value] : flatten(config)) {
    const bool is_default =
        use != ConfigUse::solving && std::ranges::find(defaults, std::pair(key, value)) != defaults.end();
    if (!is_default && unread.contains(key))
      diagnostics.add(positions.at(key), key, "is not read: " + unread.at(key)->why_not);
  }
}

}  // namespace

Config parse_config(std::string_view text, const std::string& name, const std::vector<std::string>& overrides,
                    ConfigUse use) {
  Diagnostics diagnostics;
  YamlTree tree = parse_yaml(text, name, diagnostics);
  if (use == ConfigUse::stored) take_old_names(tree);
  check_schema(tree, name, diagnostics);

  Config config;
  Positions positions;
  read_tree(tree, config, diagnostics, positions);
  for (const std::string& option : overrides)
    read_tree(parse_override(option, diagnostics), config, diagnostics, positions);

  if (diagnostics.empty()) report_unread_keys(config, use, positions, diagnostics);
  check_consistency(config, use, [&](const std::string& key, const std::string& message) {
    diagnostics.add(nearest_position(key, positions, name), key, message);
  });
  diagnostics.throw_if_any();
  return config;
}

Config read_config(const std::filesystem::path& path, const std::vector<std::string>& overrides, ConfigUse use) {
  return parse_config(read_input_file(path, "a configuration", largest_hand_written), path.string(), overrides, use);
}

}  // namespace isinglass::config
