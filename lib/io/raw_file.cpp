#include "io/raw_file.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include <fmt/format.h>

namespace isinglass {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const char* action, int error) {
  throw SystemError(fmt::format("{}: {}: {}", path.string(), action, std::generic_category().message(error)));
}

class Descriptor {
public:
  Descriptor(const fs::path& path, int flags) : value(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {
    if (value < 0) fail(path, "cannot be opened", errno);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { ::close(value); }

  const int value;
};

}  // namespace

void write_reserved(const fs::path& path, std::string_view bytes, std::size_t size) {
  const Descriptor file(path, O_WRONLY | O_CREAT | O_TRUNC);
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.value, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path, "cannot be written", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  const int error = ::posix_fallocate(file.value, 0, static_cast<off_t>(size));
  // Some file systems cannot reserve space: then the writes to come are the test.
  if (error != 0 && error != EINVAL && error != EOPNOTSUPP) fail(path, "cannot be written", error);
}

void flush_to_disk(const fs::path& path) {
  const Descriptor file(path, O_RDONLY);
  if (::fsync(file.value) != 0) fail(path, "cannot be flushed to disk", errno);
}

}  // namespace isinglass
