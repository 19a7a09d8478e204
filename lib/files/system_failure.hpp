#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <string_view>

namespace isinglass {

/// Throws SystemError "PATH: ACTION: the system's text".
[[noreturn]] void fail_by_system(const std::filesystem::path& path, std::string_view action, int error);

/// Whether such an error of a path is its user's mistake, as a name that is too long or a folder that is not there; all else,
/// such as a full disk or a missing right, is the machine's.
[[nodiscard]] bool is_mistake(int error);

/// fail_by_system, but an InputError for a mistake.
[[noreturn]] void fail_by_system_or_user(const std::filesystem::path& path, std::string_view action, int error);

}  // namespace isinglass
