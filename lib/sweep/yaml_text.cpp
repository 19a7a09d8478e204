#include "sweep/yaml_text.hpp"

#include "config/scalars.hpp"

#include <vector>

#include <fmt/format.h>

namespace isinglass {

namespace {

/// A scalar inside brackets: there these characters end it.
std::string inner_text(const YamlTree& tree) {
  const bool is_plain = !tree.quoted && tree.text.find_first_of(",[]{}") == std::string::npos;
  return is_plain ? tree.text : write_value(anything(), tree.text);
}

std::optional<std::string> inner_value(const YamlTree& tree) {
  if (tree.kind == YamlTree::Kind::scalar) return inner_text(tree);
  return to_yaml_text(tree);
}

std::optional<std::string> list_text(const YamlTree& tree) {
  std::vector<std::string> parts;
  for (const YamlTree& item : tree.items) {
    const std::optional<std::string> part = inner_value(item);
    if (!part) return std::nullopt;
    parts.push_back(*part);
  }
  return fmt::format("[{}]", fmt::join(parts, ", "));
}

std::optional<std::string> section_text(const YamlTree& tree) {
  std::vector<std::string> parts;
  for (const YamlTree::Entry& entry : tree.entries) {
    const std::optional<std::string> part = inner_value(entry.value);
    if (!part) return std::nullopt;
    parts.push_back(fmt::format("{}: {}", entry.key, *part));
  }
  return fmt::format("{{{}}}", fmt::join(parts, ", "));
}

}  // namespace

std::optional<std::string> to_yaml_text(const YamlTree& tree) {
  switch (tree.kind) {
    case YamlTree::Kind::empty:
      return std::nullopt;
    case YamlTree::Kind::scalar:
      return tree.quoted ? write_value(anything(), tree.text) : tree.text;
    case YamlTree::Kind::list:
      return list_text(tree);
    case YamlTree::Kind::section:
      return section_text(tree);
  }
  return std::nullopt;
}

}  // namespace isinglass
