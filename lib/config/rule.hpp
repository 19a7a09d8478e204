#pragma once

#include "base/names.hpp"

#include <concepts>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace isinglass::config {

/// Whether a run that is continued may have another value than the one that was started.
enum class OnRestart { fixed, free, upward };

/// Limits of a value: a range for numbers, a choice of words for text.
struct Rule {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_is_excluded = false;
  std::vector<std::string> choices;  ///< empty: any text
  std::string word;                  ///< stands for 0, or for the empty list
  OnRestart on_restart = OnRestart::fixed;

  /// Adds a word for 0 or the empty list.
  [[nodiscard]] Rule or_word(std::string w) && {
    word = std::move(w);
    return std::move(*this);
  }
  /// Adds a largest number.
  [[nodiscard]] Rule up_to(double most) && {
    high = most;
    return std::move(*this);
  }
  /// Says that the value does not change what is computed.
  [[nodiscard]] Rule may_change() && {
    on_restart = OnRestart::free;
    return std::move(*this);
  }
  /// Says that a continued run may raise the value.
  [[nodiscard]] Rule may_grow() && {
    on_restart = OnRestart::upward;
    return std::move(*this);
  }
  [[nodiscard]] bool admits(double value) const {
    return value <= high && (low_is_excluded ? value > low : value >= low);
  }
};

[[nodiscard]] inline Rule anything() { return {}; }
[[nodiscard]] inline Rule between(double low, double high) {
  Rule rule;
  rule.low = low;
  rule.high = high;
  return rule;
}
[[nodiscard]] inline Rule at_least(double low) { return between(low, std::numeric_limits<double>::infinity()); }
[[nodiscard]] inline Rule above(double low) {
  Rule rule = at_least(low);
  rule.low_is_excluded = true;
  return rule;
}
[[nodiscard]] inline Rule one_of(std::vector<std::string> choices) {
  Rule rule;
  rule.choices = std::move(choices);
  return rule;
}

/// The names of an enum's values.
template <Named E>
[[nodiscard]] Rule one_of() {
  return one_of(all_names<E>());
}

/// The codebooks a configuration may name.
[[nodiscard]] inline std::vector<std::string> codebook_names() {
  return {"1bit", "2bit", "3bit", "4bit", "5bit", "6bit", "7bit", "8bit", "ternary"};
}

/// A structure of type T, or a constant one: what visitors of fields go through.
template <class S, class T>
concept Structure = std::same_as<std::remove_const_t<S>, T>;

/// The rule as a reader of an error or of the printed defaults needs it: ">= 1", "one of a, b"; empty: anything.
[[nodiscard]] std::string describe(const Rule& rule);

}  // namespace isinglass::config
