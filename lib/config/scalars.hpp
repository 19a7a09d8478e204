#pragma once

#include "config/rule.hpp"
#include "config/yaml_tree.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

/// Values of the configuration from YAML scalars and back, each with the rule it has to obey.
namespace isinglass::config {

/// Sets `value` and returns an empty text, or leaves it and returns what was expected and what was found.
[[nodiscard]] std::string read_value(const YamlTree& tree, const Rule& rule, int& value);
[[nodiscard]] std::string read_value(const YamlTree& tree, const Rule& rule, std::int64_t& value);
[[nodiscard]] std::string read_value(const YamlTree& tree, const Rule& rule, std::uint64_t& value);
[[nodiscard]] std::string read_value(const YamlTree& tree, const Rule& rule, double& value);
[[nodiscard]] std::string read_value(const YamlTree& tree, const Rule& rule, bool& value);
[[nodiscard]] std::string read_value(const YamlTree& tree, const Rule& rule, std::string& value);
[[nodiscard]] std::string read_value(const YamlTree& tree, const Rule& rule, std::vector<std::string>& value);
/// Points: a list of pairs [x, y], or their numbers one after the other; an empty list too.
[[nodiscard]] std::string read_value(const YamlTree& tree, const Rule& rule, std::vector<std::array<double, 2>>& value);
/// A list of numbers, one or more, each within the rule.
[[nodiscard]] std::string read_value(const YamlTree& tree, const Rule& rule, std::vector<double>& value);
/// An enum by the names of its values.
template <Named E>
[[nodiscard]] std::string read_value(const YamlTree& tree, const Rule& rule, E& value) {
  std::string name(name_of(value));
  std::string complaint = read_value(tree, rule, name);
  if (complaint.empty()) value = *value_named<E>(name);
  return complaint;
}

/// Reads the number that `text`, the value of option `name`, spells. Numbers of the command line obey the rules of
/// those in configuration files: finite, spelled from end to end, and within their range. InputError, with what is
/// expected, for anything else.
template <class T>
[[nodiscard]] T number_of(const std::string& name, const std::string& text, const Rule& rule);

/// The value as YAML that read_value turns into the same value.
[[nodiscard]] std::string write_value(const Rule& rule, std::int64_t value);
[[nodiscard]] std::string write_value(const Rule& rule, int value);
[[nodiscard]] std::string write_value(const Rule& rule, std::uint64_t value);
[[nodiscard]] std::string write_value(const Rule& rule, double value);
[[nodiscard]] std::string write_value(const Rule& rule, bool value);
[[nodiscard]] std::string write_value(const Rule& rule, const std::string& value);
[[nodiscard]] std::string write_value(const Rule& rule, const std::vector<std::string>& value);
[[nodiscard]] std::string write_value(const Rule& rule, const std::vector<std::array<double, 2>>& value);
[[nodiscard]] std::string write_value(const Rule& rule, const std::vector<double>& value);
template <Named E>
[[nodiscard]] std::string write_value(const Rule& rule, E value) {
  return write_value(rule, std::string(name_of(value)));
}

}  // namespace isinglass::config
