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
/// Returns "0.1.0 (git 1a2b3c)".
[[nodiscard]] std::string version_line();
/// Returns "GNU 12.2.0, Release".
[[nodiscard]] std::string build_line();

}  // namespace isinglass
