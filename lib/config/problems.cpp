#include "config/problems.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace isinglass {

std::string shortened(std::string_view text) {
  constexpr std::size_t longest = 100;
  if (text.size() <= longest) return std::string(text);
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // not within a character
  return fmt::format("{}... ({} bytes)", text.substr(0, end), text.size());
}

void Problems::add(const Position& position, std::string_view key, std::string_view message) {
  const std::string place =
      position.is_option() ? position.source : fmt::format("{}:{}:{}", position.source, position.line, position.column);
  // An option's position is its key already.
  const bool names_key = key.empty() || (position.is_option() && place == fmt::format("--set {}", key));
  problems_.push_back(
      {position, fmt::format("{}: {}{}{}", place, names_key ? "" : shortened(key), names_key ? "" : ": ", message)});
}

void Problems::throw_if_any() const {
  if (problems_.empty()) return;
  std::vector<Problem> sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
    return std::tuple(a.position.is_option(), a.position.line, a.position.column) <
           std::tuple(b.position.is_option(), b.position.line, b.position.column);
  });
  std::string text;
  constexpr std::size_t most = 100;
  for (std::size_t i = 0; i < std::min(most, sorted.size()); ++i) text += (text.empty() ? "" : "\n") + sorted[i].text;
  if (sorted.size() > most) text += fmt::format("\nand {} more", sorted.size() - most);
  throw InputError(text);
}

}  // namespace isinglass
