#pragma once

#include <concepts>
#include <type_traits>

namespace isinglass {

/// A structure of type T, or a constant one.
template <class S, class T>
concept Structure = std::same_as<std::remove_const_t<S>, T>;

}  // namespace isinglass
