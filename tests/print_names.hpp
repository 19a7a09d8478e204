#pragma once

#include "base/names.hpp"
#include "config/choices.hpp"

#include <ostream>

namespace isinglass::config {

/// Lets Boost.Test print the choices of a configuration by their names.
template <Named E>
std::ostream& operator<<(std::ostream& out, E value) {
  return out << name_of(value);
}

}  // namespace isinglass::config
