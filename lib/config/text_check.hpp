#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace isinglass::config {

/// Most bytes of a YAML text: many times what a person writes, and little enough for a parser that needs 240 bytes for
/// each.
inline constexpr std::size_t longest_yaml = std::size_t{1} << 20;

/// Most levels of lists and sections in one another.
inline constexpr int deepest_yaml = 16;

/// Where a text stops being one, and why.
struct TextFault {
  int line = 1, column = 1;
  std::string reason;
};

/// Looks for bytes that are not UTF-8 and for control characters; none: the text is clean. A byte-order mark may stand
/// in front, lines may end as on any system.
[[nodiscard]] std::optional<TextFault> find_text_fault(std::string_view text);

}  // namespace isinglass::config
