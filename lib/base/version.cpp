#include "base/version.hpp"

#include "git_hash.hpp"

namespace isinglass {

BuildInfo build_info() { return {ISINGLASS_VERSION, git_hash, ISINGLASS_COMPILER, ISINGLASS_BUILD_TYPE}; }

}  // namespace isinglass
