#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

/// Enums whose values have names. A function names_of(E), found beside the enum, lists what files, options and messages
/// call the values, in their order: reading, writing, help texts and suggestions follow from that one list.
namespace isinglass {

template <class E>
concept Named = std::is_enum_v<E> && requires(E value) {
  { names_of(value)[0] } -> std::convertible_to<std::string_view>;
};

/// The name of a value.
template <Named E>
[[nodiscard]] constexpr std::string_view name_of(E value) {
  return names_of(value)[static_cast<std::size_t>(value)];
}

/// The value of a name; nothing if no value has it.
template <Named E>
[[nodiscard]] constexpr std::optional<E> value_named(std::string_view name) {
  constexpr auto names = names_of(E{});
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<E>(found - names.begin());
}

/// All values, in their order.
template <Named E>
[[nodiscard]] std::vector<E> all_values() {
  std::vector<E> values;
  for (std::size_t i = 0; i < names_of(E{}).size(); ++i) values.push_back(static_cast<E>(i));
  return values;
}

/// All names, in the order of the values.
template <Named E>
[[nodiscard]] std::vector<std::string> all_names() {
  constexpr auto names = names_of(E{});
  return {names.begin(), names.end()};
}

}  // namespace isinglass
