#include "config/diagnostics.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include <fmt/format.h>

namespace isinglass::config {

void Diagnostics::add(const Position& position, std::string_view key, std::string_view message) {
  const std::string place =
      position.is_option() ? position.source : fmt::format("{}:{}:{}", position.source, position.line, position.column);
  // An option's position is its key already.
  const bool names_key = key.empty() || (position.is_option() && place == fmt::format("--set {}", key));
  problems_.push_back(
      {position, fmt::format("{}: {}{}{}", place, names_key ? "" : shortened(key), names_key ? "" : ": ", message)});
}

void Diagnostics::throw_if_any() const {
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

namespace {

/// Least number of insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> two_back, previous(b.size() + 1), row(b.size() + 1);
  std::iota(previous.begin(), previous.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], two_back[j - 2] + 1);
    }
    two_back = previous;
    previous = row;
  }
  return previous.back();
}

}  // namespace

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr std::size_t longest = 100;  // no key is nearly as long
  if (word.size() > longest) return "";
  const std::string* nearest = nullptr;
  std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    // A short word is near to everything: more than half of it has to survive.
    if (distance < least && 2 * distance < std::max(word.size(), candidate.size())) {
      least = distance;
      nearest = &candidate;
    }
  }
  return nearest ? fmt::format(", did you mean \"{}\"?", *nearest) : "";
}

std::string join(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, ", ")); }

}  // namespace isinglass::config
