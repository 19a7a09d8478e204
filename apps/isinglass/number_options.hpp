#pragma once

#include "config/rule.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

/// Numbers on the command line. They are read as those of configuration files are, by the same rules: finite, spelled from end
/// to end, and within their range. What CLI11 reads itself may be nan, hexadecimal, or -1 as the largest unsigned number.
namespace isinglass {

/// The longest time that a limit may name, about eleven years: clocks count nanoseconds in 64 bits.
inline constexpr double longest_hours = 100'000, longest_seconds = 3600 * longest_hours;

/// The weights that rows and products of a QUBO may have: their 64-bit coefficients times it, and sums of them, are finite, and
/// no number so small that sums lose it.
inline constexpr double smallest_multiplier = 1e-200, largest_multiplier = 1e200;

/// The number that `text`, the value of option `name`, spells. CLI::ValidationError, with what is expected, for anything else.
template <class T>
[[nodiscard]] T number_of(const std::string& name, const std::string& text, const Rule& rule);

/// The type of the number that an option stores: that of the target, or of what it may hold.
template <class Target>
struct NumberOf {
  using type = Target;
};
template <class T>
struct NumberOf<std::optional<T>> {
  using type = T;
};

/// Adds option `name`, whose number goes to `value`, which is optional where there is no default.
template <class Target>
CLI::Option* add_number(CLI::App& command, const std::string& name, Target& value, const Rule& rule, const std::string& help) {
  const std::function<void(const std::string&)> set = [name, rule, &value](const std::string& text) {
    value = number_of<typename NumberOf<Target>::type>(name, text, rule);
  };
  return command.add_option_function<std::string>(name, set, help)->type_name("NUMBER");
}

}  // namespace isinglass
