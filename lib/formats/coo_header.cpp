#include "formats/coo_header.hpp"

#include "config/diagnostics.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>

#include <fmt/format.h>

namespace isinglass::formats {

namespace {

constexpr std::string_view ends_of_values = " \t\f\v\r,;\"'()[]{}";
constexpr std::string_view digits = "0123456789";
const std::vector<std::string> keys{"VARIABLES", "TERMS", "OFFSET", "VARTYPE", "GROUP", "MULTIPLIER"};
constexpr std::size_t most_warnings = 20;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// The words between blanks and punctuation.
std::vector<std::string_view> words_of(std::string_view text, std::string_view ends = ends_of_values) {
  std::vector<std::string_view> words;
  for (std::size_t at = text.find_first_not_of(ends); at < text.size(); at = text.find_first_not_of(ends, at)) {
    const std::size_t end = std::min(text.find_first_of(ends, at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

/// The first word of a value that is a number; a comma between digits is part of it, as a decimal comma would be, so
/// that what follows is not cut off in silence.
std::string_view number_word(std::string_view text) {
  const std::vector<std::string_view> words = words_of(text);
  if (words.empty()) return {};
  std::size_t begin = static_cast<std::size_t>(words[0].data() - text.data()), end = begin + words[0].size();
  while (end + 1 < text.size() && text[end] == ',' && digits.find(text[end + 1]) != std::string_view::npos)
    end = std::min(text.find_first_of(ends_of_values, end + 1), text.size());
  return text.substr(begin, end - begin);
}

/// The name that stands before position `at`, blanks and quotes skipped; empty if there is none.
std::string_view name_before(std::string_view text, std::size_t at) {
  constexpr std::string_view skipped = " \t\f\v\r\"'";
  while (at > 0 && skipped.find(text[at - 1]) != std::string_view::npos) --at;
  std::size_t begin = at;
  while (begin > 0 && is_letter(text[begin - 1])) --begin;
  const bool is_part = begin > 0 && text[begin - 1] >= '0' && text[begin - 1] <= '9';
  return is_part ? std::string_view() : text.substr(begin, at - begin);
}

bool is_number(std::string_view word) {
  double value = 0;
  if (word.starts_with('+')) word.remove_prefix(1);
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  return error == std::errc() && end == word.data() + word.size();
}

/// Recognises a vartype as programs write it: SPIN, spin, Vartype.SPIN.
std::optional<Vartype> vartype_of(std::string_view word) {
  const std::string name = upper_case(shown(word.substr(std::min(word.rfind('.') + 1, word.size()))));
  if (name == "SPIN") return Vartype::spin;
  if (name == "BINARY") return Vartype::binary;
  return std::nullopt;
}

bool is_kind_of_variable(std::string_view word) {
  const std::string name = upper_case(word.substr(0, 9));
  return vartype_of(word) || name == "ISING" || name == "QUBO" || name == "SPINS" || name == "BINARIES";
}

bool has_digit(std::string_view text) { return text.find_first_of(digits) != std::string_view::npos; }

/// The directive that a word names; none: empty.
std::string key_of(std::string_view word) {
  constexpr std::size_t longest = 12;
  std::string name = upper_case(word.substr(0, longest));
  if (name == "GROUPS") name = "GROUP";
  return std::ranges::count(keys, name) > 0 ? name : "";
}

/// `, did you mean ...` for words that are nearly a key.
std::string near_key(std::string_view word) {
  constexpr std::size_t longest = 20;
  return word.size() > longest ? "" : config::suggestion(upper_case(word), keys);
}

/// Sets what must not be said twice in different ways.
template <class T>
void set_once(const TextLines& lines, std::optional<T>& old, T value, std::string_view key) {
  if (old && *old != value) lines.fail(fmt::format("{} {} contradicts {} of a line above", key, value, *old));
  old = value;
}

}  // namespace

const char* vartype_name(Vartype vartype) { return vartype == Vartype::spin ? "SPIN" : "BINARY"; }

void CooHeader::read(const TextLines& lines, std::string_view comment) {
  comment.remove_prefix(std::min(comment.find_first_not_of(" \t\f\v\r#"), comment.size()));
  bool was_taken = false;
  for (std::size_t at = comment.find_first_of(":="); at < comment.size(); at = comment.find_first_of(":=", at + 1)) {
    const std::string_view name = name_before(comment, at);
    if (name.empty()) continue;
    const std::string_view value = comment.substr(at + 1);
    if (const std::string key = key_of(name); !key.empty()) {
      take(lines, key, value);
      was_taken = true;
    } else {
      suspect(lines, name, value, name.data() == comment.data());
    }
  }
  if (!was_taken) read_words(lines, comment);
}

void CooHeader::take(const TextLines& lines, const std::string& key, std::string_view value) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max(), most_variables = largest_coo_index + 1;
  if (key == "GROUP") return take_group(lines, value);
  if (key == "VARTYPE") return take_vartype(lines, value);
  const std::string_view word = number_word(value);
  if (key == "OFFSET") set_once(lines, offset, lines.number(word, "offset"), "offset");
  if (key == "VARIABLES") set_once(lines, variables, lines.integer(word, "variables", 0, most_variables), "variables");
  if (key == "TERMS") set_once(lines, terms, lines.integer(word, "terms", 0, most), "terms");
}

void CooHeader::take_vartype(const TextLines& lines, std::string_view value) {
  const std::vector<std::string_view> words = words_of(value);
  const std::optional<Vartype> found = words.empty() ? std::nullopt : vartype_of(words[0]);
  if (!found)
    lines.fail(fmt::format("vartype must be BINARY or SPIN, found \"{}\"", words.empty() ? "" : shown(words[0])));
  if (vartype && *vartype != *found)
    lines.fail(fmt::format("vartype {} contradicts line {}", vartype_name(*found), vartype_line));
  vartype = found;
  vartype_line = lines.line();
}

void CooHeader::take_group(const TextLines& lines, std::string_view value) {
  ising::OneHotGroup group;
  for (const std::string_view word : words_of(value))
    group.push_back(static_cast<std::int32_t>(lines.integer(word, "index of a group", 0, largest_coo_index)));
  if (group.empty()) lines.fail("a group without indices");
  for (const std::int32_t index : group)
    if (!grouped_.insert(index).second)
      lines.fail(fmt::format("variable {} is in this group twice, or also in one of a line above", index));
  groups.push_back(std::move(group));
}

/// `KEY: VALUE` whose key is no directive's.
void CooHeader::suspect(const TextLines& lines, std::string_view key, std::string_view value, bool is_first) {
  const std::vector<std::string_view> words = words_of(value);
  if (words.empty()) return;
  const bool is_value = is_number(words[0]) || is_kind_of_variable(words[0]);
  if (const std::string hint = near_key(key); is_value && !hint.empty())
    lines.fail(fmt::format("\"{}\" is no directive of a COO file{}", shown(key), hint));
  if (is_kind_of_variable(words[0]) || (is_first && is_number(words[0])))
    warn(lines, fmt::format("{}: {}", shown(key), shown(words[0])));
}

/// A comment without `:` and `=`: a directive if its first word is one's, and the rest its value.
void CooHeader::read_words(const TextLines& lines, std::string_view comment) {
  const std::vector<std::string_view> words = words_of(comment);
  if (words.empty()) return;
  const std::string key = key_of(words[0]);
  const auto rest = comment.substr(static_cast<std::size_t>(words[0].data() + words[0].size() - comment.data()));
  if (words.size() > 1 && key.empty()) {
    const bool is_value = (words.size() == 2 && (is_number(words[1]) || vartype_of(words[1]))) ||
                          (words.size() > 2 && std::ranges::all_of(words.begin() + 1, words.end(), is_number));
    if (const std::string hint = near_key(words[0]); is_value && !hint.empty())
      lines.fail(fmt::format("\"{}\" is no directive of a COO file{}", shown(words[0]), hint));
  }
  const bool names_vartype =
      std::ranges::any_of(words, [](auto word) { return upper_case(word.substr(0, 8)) == "VARTYPE"; });
  if (key == "VARTYPE" && words.size() > 1) return take(lines, key, rest);
  if (names_vartype)
    lines.fail(
        fmt::format("a vartype is mentioned and not given: write \"vartype=SPIN\" or \"vartype=BINARY\", found \"{}\"",
                    shown(comment)));
  if (!key.empty() && (words.size() == 2 || (key == "GROUP" && has_digit(rest)))) return take(lines, key, rest);
  if (!key.empty() && (words.size() == 1 || has_digit(rest)))
    lines.fail(fmt::format("expected \"# {} VALUE\", found \"{}\"", shown(words[0]), shown(comment)));
  if (!key.empty()) warn(lines, shown(comment));
}

void CooHeader::warn(const TextLines& lines, std::string_view comment) {
  if (warnings.size() < most_warnings)
    warnings.push_back(
        fmt::format("{}: \"{}\" looks like a directive and is none: it is ignored", lines.place(), comment));
}

}  // namespace isinglass::formats
