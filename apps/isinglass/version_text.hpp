#pragma once

#include <string>

namespace isinglass {

/// Versions of isinglass and of what it was built with, one a line: the answer to --version.
[[nodiscard]] std::string version_text();
/// "0.1.0 (git 1a2b3c)".
[[nodiscard]] std::string version_line();
/// "GNU 12.2.0, Release".
[[nodiscard]] std::string build_line();

}  // namespace isinglass
