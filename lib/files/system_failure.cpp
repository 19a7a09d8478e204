#include "files/system_failure.hpp"

#include <cerrno>
#include <string>
#include <system_error>

#include <fmt/format.h>

namespace isinglass {

namespace {

std::string text_of(const std::filesystem::path& path, std::string_view action, int error) {
  return fmt::format("{}: {}: {}", path.string(), action, std::generic_category().message(error));
}

}  // namespace

void fail_by_system(const std::filesystem::path& path, std::string_view action, int error) {
  throw SystemError(text_of(path, action, error));
}

bool is_mistake(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case EEXIST:
    case ELOOP:
    case ENAMETOOLONG:
    case EINVAL:
    case EILSEQ:
      return true;
    default:
      return false;
  }
}

void fail_by_system_or_user(const std::filesystem::path& path, std::string_view action, int error) {
  if (is_mistake(error)) throw InputError(text_of(path, action, error));
  fail_by_system(path, action, error);
}

}  // namespace isinglass
