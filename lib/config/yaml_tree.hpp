#pragma once

#include "config/problems.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace isinglass {

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

/// Reads the one document of `text`; duplicate keys go to `problems`. `source` is the file's name. InputError for broken YAML.
[[nodiscard]] YamlTree parse_yaml(std::string_view text, const std::string& source, Problems& problems);

/// Reads an option "a.b=value" as nested sections {a: {b: value}}, all at position "--set a.b".
[[nodiscard]] YamlTree parse_override(std::string_view option, Problems& problems);

/// What a user would call the tree's kind, with a scalar's text: "abc", a list.
[[nodiscard]] std::string describe(const YamlTree& tree);

}  // namespace isinglass
