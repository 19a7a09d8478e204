#pragma once

#include <string>

namespace isinglass {

/// Sources and tools that this program was built from.
struct BuildInfo {
  std::string version;     ///< of isinglass
  std::string git_hash;    ///< of the source at build time, "-dirty" if it was changed; "unknown" outside a clone
  std::string compiler;    ///< name and version
  std::string build_type;  ///< Release, Debug, ...
};

[[nodiscard]] BuildInfo build_info();

}  // namespace isinglass
