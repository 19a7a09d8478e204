#include "formats/qplib_type.hpp"

#include <fmt/format.h>

namespace isinglass {

namespace {

bool is_one_of(char letter, std::string_view letters) { return letters.find(letter) != std::string_view::npos; }

constexpr std::string_view objectives = "LDCQ";

}  // namespace

bool is_qplib_type(std::string_view word) {
  if (word.size() != 3) return false;
  const std::string type = upper_case(word);
  return is_one_of(type[0], objectives) && is_one_of(type[1], "CBMIG") && is_one_of(type[2], "NBLDCQ");
}

std::string read_qplib_type(TextLines& lines) {
  const std::string_view word = lines.expect("the type of the problem")[0];
  if (word.size() != 3) lines.fail(fmt::format("expected a type of three letters as QBL, found \"{}\"", shown(word)));
  const std::string type = upper_case(word);
  if (type[1] != 'B')
    lines.fail(fmt::format("type {}: only problems of binary variables (second letter B) can be solved", shown(type)));
  if (!is_one_of(type[2], "NBL"))
    lines.fail(fmt::format("type {}: only linear constraints (third letter N, B or L) can be solved", shown(type)));
  if (!is_one_of(type[0], objectives))
    lines.fail(fmt::format("type {}: expected L, D, C or Q first, the kind of the objective", shown(type)));
  return type;
}

}  // namespace isinglass
