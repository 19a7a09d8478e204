#include "files/positional_file.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

namespace isinglass {

namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* action) {
  throw SystemError(fmt::format("{}: {}: {}", path.string(), action, std::generic_category().message(errno)));
}

}  // namespace

PositionalFile::PositionalFile(const std::filesystem::path& path, Use use)
    : path_(path), descriptor_(::open(path.c_str(), (use == Use::read ? O_RDONLY : O_WRONLY) | O_NOFOLLOW | O_CLOEXEC)) {
  if (descriptor_ < 0) fail(path_, "cannot be opened");
}

PositionalFile::~PositionalFile() { ::close(descriptor_); }

void PositionalFile::write(std::uint64_t place, std::span<const std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(place));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path_, "cannot be written");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    place += static_cast<std::uint64_t>(written);
  }
}

void PositionalFile::read(std::uint64_t place, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t found = ::pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(place));
    if (found < 0 && errno == EINTR) continue;
    if (found < 0) fail(path_, "cannot be read");
    if (found == 0) throw SystemError(path_.string() + ": ends before its data");
    bytes = bytes.subspan(static_cast<std::size_t>(found));
    place += static_cast<std::uint64_t>(found);
  }
}

void PositionalFile::flush() const {
  if (::fsync(descriptor_) != 0) fail(path_, "cannot be flushed to disk");
}

}  // namespace isinglass
