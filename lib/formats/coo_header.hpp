#pragma once

#include "formats/coo.hpp"
#include "formats/text_lines.hpp"

#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace isinglass::formats {

/// Directives in the comments of a COO file.
///
/// A directive is `# KEY VALUE`, or `KEY: VALUE` or `KEY = VALUE` anywhere in a comment, keys and vartypes in any case:
/// variables, terms, offset, vartype (SPIN or BINARY), group (indices), and multiplier, which only informs.
class CooHeader {
public:
  /// Takes a comment of the line that was read last. InputError for a directive without a proper value, for one that
  /// contradicts another, and for keys that are nearly those of a directive; what only looks like a directive is a
  /// warning.
  void read(const TextLines& lines, std::string_view comment);

  std::optional<std::int64_t> variables, terms;
  std::optional<double> offset;
  std::optional<Vartype> vartype;
  std::int64_t vartype_line = 0;
  std::vector<ising::OneHotGroup> groups;
  std::vector<std::string> warnings;  ///< "FILE:LINE: ..."

private:
  /// `value` is what follows the key, up to the end of the comment.
  void take(const TextLines& lines, const std::string& key, std::string_view value);
  void take_vartype(const TextLines& lines, std::string_view value);
  void take_group(const TextLines& lines, std::string_view value);
  void suspect(const TextLines& lines, std::string_view key, std::string_view value, bool is_first);
  void read_words(const TextLines& lines, std::string_view comment);
  void warn(const TextLines& lines, std::string_view comment);

  std::unordered_set<std::int32_t> grouped_;
};

}  // namespace isinglass::formats
