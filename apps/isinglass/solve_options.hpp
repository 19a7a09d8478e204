#pragma once

#include "solve/solve.hpp"

#include <string>

namespace isinglass {

/// The command line of `solve`.
struct SolveOptions : SolveSettings {
  std::string path;
  InstanceOptions instance;
  std::string output;  ///< empty: no file
  bool json = false, quiet = false;
};

}  // namespace isinglass
