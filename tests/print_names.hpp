#pragma once

#include "base/names.hpp"

#include <ostream>

namespace isinglass {

/// Lets Boost.Test print enums by their names.
template <Named E>
std::ostream& operator<<(std::ostream& out, E value) {
  return out << name_of(value);
}

}  // namespace isinglass
