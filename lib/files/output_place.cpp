#include "files/output_place.hpp"

#include "base/error.hpp"
#include "base/input_file.hpp"
#include "files/atomic_file.hpp"
#include "files/posix_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>

#include <fmt/format.h>

namespace isinglass::files {

namespace fs = std::filesystem;

namespace {

constexpr int most_links = 40;  // as many as the system follows

/// Nothing if there is no such file; links are followed.
std::optional<struct stat> status_of(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return status;
  if (errno == ELOOP) throw InputError(fmt::format("{}: its links go in circles", path.string()));
  if (errno != ENOENT) fail_by_system_or_user(path, "cannot be written", errno);
  return std::nullopt;
}

bool is_same(const struct stat& a, const struct stat& b) { return a.st_dev == b.st_dev && a.st_ino == b.st_ino; }

[[noreturn]] void refuse_kind(const fs::path& path, mode_t mode) {
  throw InputError(fmt::format("{}: {}, and an output replaces nothing but a regular file: choose another name",
                               path.string(), kind_of_file(mode)));
}

/// Replacing that file would take what is printed with it.
void expect_no_stream(const fs::path& path, const struct stat& status) {
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) {
    struct stat open {};
    if (::fstat(stream, &open) == 0 && S_ISREG(open.st_mode) && is_same(open, status))
      throw InputError(fmt::format("{}: standard {} goes to that file: choose another name", path.string(),
                                   stream == STDOUT_FILENO ? "output" : "error"));
  }
}

/// A name in /proc may end at a file that has no name any more.
bool is_reached(const fs::path& target, const struct stat& status) {
  struct stat reached {};
  return ::lstat(target.c_str(), &reached) == 0 && is_same(reached, status);
}

/// A file that another one is mounted on, as containers do, can be written but not replaced.
void expect_no_mount(const fs::path& path, const fs::path& target) {
  struct statx status {};
  if (::statx(AT_FDCWD, target.c_str(), 0, STATX_BASIC_STATS, &status) != 0) return;
  if ((status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0)
    throw InputError(fmt::format("{}: a mount point, which cannot be replaced: choose another name", path.string()));
}

/// In a folder such as /tmp nobody but root and its owners replaces a file.
bool belongs_to_others(const struct stat& file, const struct stat& folder) {
  const uid_t self = ::geteuid();
  return (folder.st_mode & S_ISVTX) != 0 && self != 0 && file.st_uid != self && folder.st_uid != self;
}

/// Where links end that point at nothing yet.
fs::path end_of_links(fs::path path) {
  for (int i = 0; i < most_links; ++i) {
    std::error_code none;
    const fs::path next = fs::read_symlink(path, none);
    if (none) return path;
    path = next.is_absolute() ? next : path.parent_path() / next;
  }
  throw InputError(fmt::format("{}: its links go in circles", path.string()));
}

}  // namespace

fs::path output_target(const fs::path& path) {
  constexpr int most_tries = 1000;  // the file may be another one in between, when another process replaces it
  fs::path target;
  for (int tries = 1;; ++tries) {
    const std::optional<struct stat> status = status_of(path);
    if (status && !S_ISREG(status->st_mode)) refuse_kind(path, status->st_mode);
    if (status) expect_no_stream(path, *status);
    target = end_of_links(path);
    if (!status || is_reached(target, *status)) break;
    if (tries == most_tries)
      throw InputError(
          fmt::format("{}: the file has no name that it could be replaced by: choose another name", path.string()));
  }
  if (!target.has_filename()) throw InputError(fmt::format("{}: the name of a folder, not of a file", path.string()));
  return target;
}

void expect_output_place(const fs::path& path, std::initializer_list<fs::path> inputs) {
  const fs::path target = output_target(path);
  const fs::path folder = folder_of(target);
  const std::optional<struct stat> holder = status_of(folder);
  if (!holder)
    throw InputError(fmt::format("{}: the folder {} does not exist: make it, or choose another one", path.string(),
                                 folder.string()));
  const std::optional<struct stat> replaced = status_of(target);
  for (const fs::path& input : inputs) {
    struct stat status {};
    if (replaced && ::stat(input.c_str(), &status) == 0 && is_same(status, *replaced))
      throw InputError(
          fmt::format("{}: would replace the input {}: choose another name", path.string(), input.string()));
  }
  if (replaced) expect_no_mount(path, target);
  if (replaced && belongs_to_others(*replaced, *holder)) fail_by_system(path, "cannot be replaced", EPERM);
  if (replaced && ::access(target.c_str(), W_OK) != 0) fail_by_system(path, "cannot be written", errno);
  remove_abandoned(target);
  const OutputFile trial(path);
}

void expect_plain_file_or_none(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return;
  throw InputError(fmt::format("{}: {}, expected a regular file or none: remove it", path.string(),
                               S_ISLNK(status.st_mode) ? "a link" : kind_of_file(status.st_mode)));
}

}  // namespace isinglass::files
