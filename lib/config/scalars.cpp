#include "config/scalars.hpp"

#include "base/error.hpp"
#include "config/diagnostics.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace isinglass::config {

namespace {

std::string expected(std::string_view what, const Rule& rule, const YamlTree& found) {
  const std::string range = describe(rule);
  const std::string word = rule.word.empty() ? "" : fmt::format("{} or ", rule.word);
  return fmt::format("expected {}{}{}{}, found {}", word, what, range.empty() ? "" : " ", range, describe(found));
}

bool is_word(const YamlTree& tree, const Rule& rule) {
  return !rule.word.empty() && tree.kind == YamlTree::Kind::scalar && tree.text == rule.word;
}

/// The rule, within what the type of a whole number can hold: a number beyond is told so.
template <class T>
Rule within_type(Rule rule) {
  if constexpr (std::is_integral_v<T>) {
    rule.low = std::max(rule.low, static_cast<double>(std::numeric_limits<T>::min()));
    rule.high = std::min(rule.high, static_cast<double>(std::numeric_limits<T>::max()));
  }
  return rule;
}

bool is_digits(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// The number that a plain scalar spells from end to end.
template <class T>
std::optional<T> parse_number(const YamlTree& tree) {
  if (tree.kind != YamlTree::Kind::scalar || tree.quoted) return std::nullopt;
  std::string_view text = tree.text;
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <class T>
std::string read_number(const YamlTree& tree, const Rule& rule, T& value) {
  if (is_word(tree, rule)) {
    value = 0;
    return "";
  }
  const std::optional<T> number = parse_number<T>(tree);
  // A 64-bit seed does not fit a double: its type is its range.
  const bool admitted = number && (std::is_same_v<T, std::uint64_t> || rule.admits(static_cast<double>(*number)));
  if (!admitted || !std::isfinite(static_cast<double>(*number))) {
    if (std::is_unsigned_v<T>) return expected("a whole number from 0 to 2^64 - 1", rule, tree);
    if (std::is_floating_point_v<T>) return expected("a number", rule, tree);
    return expected("a whole number", !number && !tree.quoted && is_digits(tree.text) ? within_type<T>(rule) : rule,
                    tree);
  }
  value = *number;
  return "";
}

/// YAML that reads as text: plain where no character of it means something else.
std::string quote(const std::string& text) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '/' ||
           c == '.' || c == '-';
  };
  const bool means_nothing = text == "null" || text == "Null" || text == "NULL";
  const bool plain =
      !text.empty() && text[0] != '-' && text[0] != '.' && std::all_of(text.begin(), text.end(), is_plain);
  if (plain && !means_nothing) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20) {
      quoted += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

}  // namespace

std::string describe(const Rule& rule) {
  if (!rule.choices.empty()) return "one of " + join(rule.choices);
  const bool has_low = std::isfinite(rule.low), has_high = std::isfinite(rule.high);
  if (has_low && has_high && rule.low_is_excluded) return fmt::format("> {} and <= {}", rule.low, rule.high);
  if (has_low && has_high)
    return rule.low == rule.high ? fmt::format("{}", rule.low) : fmt::format("from {} to {}", rule.low, rule.high);
  if (has_low) return fmt::format("{} {}", rule.low_is_excluded ? ">" : ">=", rule.low);
  return has_high ? fmt::format("<= {}", rule.high) : "";
}

std::string read_value(const YamlTree& tree, const Rule& rule, int& value) { return read_number(tree, rule, value); }
std::string read_value(const YamlTree& tree, const Rule& rule, std::int64_t& value) {
  return read_number(tree, rule, value);
}
std::string read_value(const YamlTree& tree, const Rule& rule, std::uint64_t& value) {
  return read_number(tree, rule, value);
}
std::string read_value(const YamlTree& tree, const Rule& rule, double& value) { return read_number(tree, rule, value); }

std::string read_value(const YamlTree& tree, const Rule& rule, bool& value) {
  const bool plain = tree.kind == YamlTree::Kind::scalar && !tree.quoted;
  if (!plain || (tree.text != "true" && tree.text != "false")) return expected("true or false", rule, tree);
  value = tree.text == "true";
  return "";
}

std::string read_value(const YamlTree& tree, const Rule& rule, std::string& value) {
  if (tree.kind == YamlTree::Kind::empty && rule.choices.empty()) {
    value.clear();
    return "";
  }
  if (tree.kind != YamlTree::Kind::scalar) return expected(rule.choices.empty() ? "text" : "a word,", rule, tree);
  if (!rule.choices.empty() && std::find(rule.choices.begin(), rule.choices.end(), tree.text) == rule.choices.end()) {
    return fmt::format("expected {}, found {}{}", describe(rule), describe(tree), suggestion(tree.text, rule.choices));
  }
  value = tree.text;
  return "";
}

std::string read_value(const YamlTree& tree, const Rule& rule, std::vector<std::string>& value) {
  std::vector<std::string> items;
  const auto is_scalar = [](const YamlTree& item) { return item.kind == YamlTree::Kind::scalar; };
  const bool is_list =
      tree.kind == YamlTree::Kind::list && std::all_of(tree.items.begin(), tree.items.end(), is_scalar);
  if (is_list) {
    for (const YamlTree& item : tree.items) items.push_back(item.text);
  } else if (!is_word(tree, rule)) {
    return expected("a list of numbers or names such as [0, 1]", rule, tree);
  }
  if (is_list && items.empty()) return "the list is empty";
  value = std::move(items);
  return "";
}

std::string read_value(const YamlTree& tree, const Rule& rule, std::vector<std::array<double, 2>>& value) {
  std::vector<double> numbers;
  const auto add = [&](const YamlTree& item) {
    numbers.push_back(parse_number<double>(item).value_or(std::numeric_limits<double>::quiet_NaN()));
    return std::isfinite(numbers.back());
  };
  const auto add_pair = [&](const YamlTree& item) {
    return item.kind == YamlTree::Kind::list && item.items.size() == 2 && add(item.items[0]) && add(item.items[1]);
  };
  const bool is_list = tree.kind == YamlTree::Kind::list,
             is_flat = is_list && !tree.items.empty() && tree.items[0].kind == YamlTree::Kind::scalar;
  const bool is_good = is_list && (is_flat ? std::all_of(tree.items.begin(), tree.items.end(), add)
                                           : std::all_of(tree.items.begin(), tree.items.end(), add_pair));
  if (!is_good || numbers.size() % 2 != 0) return expected("a list of points such as [[-1, 0], [1, 2]]", rule, tree);
  value.clear();
  for (std::size_t i = 0; i < numbers.size(); i += 2) value.push_back({numbers[i], numbers[i + 1]});
  return "";
}

std::string read_value(const YamlTree& tree, const Rule& rule, std::vector<double>& value) {
  std::vector<double> numbers;
  const auto add = [&](const YamlTree& item) {
    const std::optional<double> number = parse_number<double>(item);
    if (number) numbers.push_back(*number);
    return number && std::isfinite(*number) && rule.admits(*number);
  };
  const bool is_good = tree.kind == YamlTree::Kind::list && std::ranges::all_of(tree.items, add);
  if (!is_good || numbers.empty()) return expected("a list of numbers such as [0.5, 0.5], each", rule, tree);
  value = std::move(numbers);
  return "";
}

std::string write_value(const Rule& rule, std::int64_t value) {
  return value == 0 && !rule.word.empty() ? rule.word : fmt::format("{}", value);
}
std::string write_value(const Rule& rule, int value) { return write_value(rule, std::int64_t{value}); }
std::string write_value(const Rule&, std::uint64_t value) { return fmt::format("{}", value); }
std::string write_value(const Rule& rule, double value) {
  return value == 0 && !rule.word.empty() ? rule.word : fmt::format("{}", value);
}
std::string write_value(const Rule&, bool value) { return value ? "true" : "false"; }
std::string write_value(const Rule&, const std::string& value) { return quote(value); }

std::string write_value(const Rule& rule, const std::vector<std::string>& value) {
  if (value.empty() && !rule.word.empty()) return rule.word;
  std::vector<std::string> quoted;
  std::transform(value.begin(), value.end(), std::back_inserter(quoted), quote);
  return fmt::format("[{}]", join(quoted));
}

std::string write_value(const Rule&, const std::vector<std::array<double, 2>>& value) {
  std::vector<std::string> points;
  for (const auto& [x, y] : value) points.push_back(fmt::format("[{}, {}]", x, y));
  return fmt::format("[{}]", join(points));
}

std::string write_value(const Rule&, const std::vector<double>& value) {
  return fmt::format("[{}]", fmt::join(value, ", "));
}

template <class T>
T number_of(const std::string& name, const std::string& text, const Rule& rule) {
  YamlTree tree;
  tree.kind = YamlTree::Kind::scalar;
  tree.text = text;
  T value{};
  if (const std::string complaint = read_value(tree, rule, value); !complaint.empty())
    throw InputError(name + ": " + complaint);
  return value;
}

template int number_of(const std::string&, const std::string&, const Rule&);
template std::int64_t number_of(const std::string&, const std::string&, const Rule&);
template std::uint64_t number_of(const std::string&, const std::string&, const Rule&);
template double number_of(const std::string&, const std::string&, const Rule&);

}  // namespace isinglass::config
