#pragma once

#include "config/diagnostics.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace isinglass::config {

/// A piece of YAML with the position of every value: what is left of a YAML document once it is checked for
/// duplicate keys. Internal to the readers in lib/config and lib/sweep.
struct YamlTree {
  enum class Kind { empty, scalar, list, section };
  struct Entry;

  Kind kind = Kind::empty;
  Position position;
  std::string text;             ///< of a scalar
  bool quoted = false;          ///< a quoted scalar is text, never a number
  std::vector<YamlTree> items;  ///< of a list
  std::vector<Entry> entries;   ///< of a section
};

/// A key of a section and its value.
struct YamlTree::Entry {
  std::string key;
  Position position;
  YamlTree value;
};

/// Reads the one document of `text`; duplicate keys go to `diagnostics`. `source` is the file's name. InputError for
/// broken YAML.
[[nodiscard]] YamlTree parse_yaml(std::string_view text, const std::string& source, Diagnostics& diagnostics);

/// Reads an option "a.b=value" as nested sections {a: {b: value}}, all at position "--set a.b".
[[nodiscard]] YamlTree parse_override(std::string_view option, Diagnostics& diagnostics);

/// Names the tree as a user would: a scalar by its text, "abc", others by their kind, a list.
[[nodiscard]] std::string describe(const YamlTree& tree);

}  // namespace isinglass::config
