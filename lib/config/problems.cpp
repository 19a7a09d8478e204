#include "config/problems.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace isinglass {

void Problems::add(const Position& position, std::string_view key, std::string_view message) {
  const std::string place =
      position.is_option() ? position.source : fmt::format("{}:{}:{}", position.source, position.line, position.column);
  // An option's position is its key already.
  const bool names_key = key.empty() || (position.is_option() && place == fmt::format("--set {}", key));
  problems_.push_back({position, fmt::format("{}: {}{}{}", place, names_key ? "" : key, names_key ? "" : ": ", message)});
}

void Problems::throw_if_any() const {
  if (problems_.empty()) return;
  std::vector<Problem> sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
    return std::tuple(a.position.is_option(), a.position.line, a.position.column) <
           std::tuple(b.position.is_option(), b.position.line, b.position.column);
  });
  std::string text;
  for (const Problem& problem : sorted) text += (text.empty() ? "" : "\n") + problem.text;
  throw InputError(text);
}

}  // namespace isinglass
