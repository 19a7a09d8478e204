#pragma once

#include "config/fields.hpp"
#include "config/scalars.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace isinglass::config {

/// Where each key was last set, by its full name.
using Positions = std::map<std::string, Position>;

/// The visitor that sets the values of one section from its YAML; what YAML does not name keeps its value.
class FieldReader {
public:
  /// `prefix` is the full name of the section with its dot; empty at the top.
  FieldReader(const YamlTree& tree, std::string prefix, Diagnostics& diagnostics, Positions& positions);

  template <class T>
  void field(std::string_view key, T& value, const Rule& rule, std::string_view) {
    const YamlTree* tree = find(key);
    if (!tree) return;
    const std::string complaint = read_value(*tree, rule, value);
    if (!complaint.empty()) diagnostics_.add(tree->position, prefix_ + std::string(key), complaint);
  }

  template <class S>
  void section(std::string_view key, S& structure, std::string_view) {
    if (const YamlTree* tree = find(key)) read_section(*tree, prefix_ + std::string(key), structure);
  }

  template <class S>
  void list(std::string_view key, std::vector<S>& structures, std::string_view);

  /// Reports the keys that no field asked for. To be called last.
  void report_unknown_keys() const;

private:
  template <class S>
  void read_section(const YamlTree& tree, const std::string& name, S& structure) {
    FieldReader reader(tree, name + ".", diagnostics_, positions_);
    visit_fields(reader, structure);
    reader.report_unknown_keys();
  }

  /// The value of `key`, noted as known and with its position; null if it is not set.
  const YamlTree* find(std::string_view key);
  /// The list index that an option such as network.hidden.0.units names; -1, with a problem, if it is none of 0 ..
  /// size.
  int option_index(const YamlTree::Entry& entry, std::size_t size, const std::string& name);

  const YamlTree& tree_;
  std::string prefix_;
  Diagnostics& diagnostics_;
  Positions& positions_;
  std::vector<std::string> known_;
};

template <class S>
void FieldReader::list(std::string_view key, std::vector<S>& structures, std::string_view) {
  const YamlTree* tree = find(key);
  if (!tree) return;
  const std::string name = prefix_ + std::string(key);
  if (tree->kind == YamlTree::Kind::list) {
    structures.assign(tree->items.size(), S{});
    for (std::size_t i = 0; i < structures.size(); ++i) {
      read_section(tree->items[i], name + "." + std::to_string(i), structures[i]);
    }
  } else if (tree->kind == YamlTree::Kind::section && tree->position.is_option()) {
    for (const YamlTree::Entry& entry : tree->entries) {
      const int index = option_index(entry, structures.size(), name);
      if (index < 0) continue;
      if (static_cast<std::size_t>(index) == structures.size()) structures.emplace_back();
      read_section(entry.value, name + "." + entry.key, structures[static_cast<std::size_t>(index)]);
    }
  } else {
    diagnostics_.add(tree->position, name, "expected a list of sections, found " + describe(*tree));
  }
}

}  // namespace isinglass::config
