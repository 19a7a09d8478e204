#include "base/version.hpp"

#include "git_hash.hpp"

#include <fmt/format.h>

namespace isinglass {

BuildInfo build_info() { return {ISINGLASS_VERSION, git_hash, ISINGLASS_COMPILER, ISINGLASS_BUILD_TYPE}; }

std::string version_line() {
  const BuildInfo build = build_info();
  return fmt::format("{} (git {})", build.version, build.git_hash);
}

std::string build_line() {
  const BuildInfo build = build_info();
  return fmt::format("{}, {}", build.compiler, build.build_type);
}

}  // namespace isinglass
