#include "files/posix_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace isinglass::files {

namespace fs = std::filesystem;

namespace {

std::string text_of(const fs::path& path, std::string_view action, int error) {
  return fmt::format("{}: {}: {}", path.string(), action, std::generic_category().message(error));
}

int flags_of(PosixFile::Use use) {
  switch (use) {
    case PosixFile::Use::read:
      return O_RDONLY | O_NOFOLLOW;
    case PosixFile::Use::write:
      return O_WRONLY | O_NOFOLLOW;
    case PosixFile::Use::rewrite:
      return O_WRONLY | O_NOFOLLOW | O_TRUNC;
    case PosixFile::Use::folder:
      return O_RDONLY | O_DIRECTORY;
  }
  return O_RDONLY;
}

/// Calls transfer(place, bytes left), which tells how many bytes it moved, until none is left or it moves none.
template <class Byte, class Transfer>
std::span<Byte> move_all(std::uint64_t place, std::span<Byte> bytes, Transfer&& transfer) {
  while (!bytes.empty()) {
    errno = 0;
    const ssize_t moved = transfer(static_cast<off_t>(place), bytes);
    if (moved < 0 && errno == EINTR) continue;
    if (moved <= 0) break;
    bytes = bytes.subspan(static_cast<std::size_t>(moved));
    place += static_cast<std::uint64_t>(moved);
  }
  return bytes;
}

}  // namespace

void fail_by_system(const fs::path& path, std::string_view action, int error) {
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

void fail_by_system_or_user(const fs::path& path, std::string_view action, int error) {
  if (is_mistake(error)) throw InputError(text_of(path, action, error));
  fail_by_system(path, action, error);
}

PosixFile::PosixFile(const fs::path& path, Use use) : PosixFile(path, ::open(path.c_str(), flags_of(use) | O_CLOEXEC)) {
  if (descriptor_ < 0) fail_by_system(path_, "cannot be opened", errno);
}

std::optional<PosixFile> PosixFile::create(const fs::path& path, const fs::path& name) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (descriptor >= 0) return PosixFile(name, descriptor);
  if (errno != EEXIST) fail_by_system(name, "cannot be written", errno);
  return std::nullopt;
}

PosixFile::PosixFile(PosixFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

PosixFile::~PosixFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void PosixFile::write(std::uint64_t place, std::span<const std::byte> bytes) const {
  const auto left = move_all(place, bytes, [&](off_t at, std::span<const std::byte> rest) {
    return ::pwrite(descriptor_, rest.data(), rest.size(), at);
  });
  if (!left.empty()) fail_by_system(path_, "cannot be written", errno);
}

void PosixFile::write(std::uint64_t place, std::string_view text) const {
  write(place, std::as_bytes(std::span(text)));
}

void PosixFile::read(std::uint64_t place, std::span<std::byte> bytes) const {
  const auto left = move_all(place, bytes, [&](off_t at, std::span<std::byte> rest) {
    return ::pread(descriptor_, rest.data(), rest.size(), at);
  });
  if (left.empty()) return;
  if (errno == 0) throw SystemError(path_.string() + ": ends before its data");
  fail_by_system(path_, "cannot be read", errno);
}

void PosixFile::reserve(std::uint64_t size) const {
  const int error = ::posix_fallocate(descriptor_, 0, static_cast<off_t>(size));
  // Some file systems cannot reserve space: then the writes to come are the test.
  if (error != 0 && error != EINVAL && error != EOPNOTSUPP) fail_by_system(path_, "cannot be written", error);
}

void PosixFile::take_mode_of(const fs::path& other) const {
  struct stat status {};
  if (::stat(other.c_str(), &status) == 0) static_cast<void>(::fchmod(descriptor_, status.st_mode & 0777));
}

void PosixFile::flush() const {
  // Some network file systems refuse fsync of a folder: nothing more can be done there.
  if (::fsync(descriptor_) != 0 && errno != EINVAL && errno != ENOTSUP)
    fail_by_system(path_, "cannot be flushed to disk", errno);
}

void PosixFile::close() {
  if (::close(std::exchange(descriptor_, -1)) != 0) fail_by_system(path_, "cannot be closed", errno);
}

}  // namespace isinglass::files
