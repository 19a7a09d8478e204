#include "io/atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "base/error.hpp"

namespace isinglass {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const char* action) {
  throw SystemError(fmt::format("{}: {}: {}", path.string(), action, std::generic_category().message(errno)));
}

/// An open file descriptor.
class Descriptor {
public:
  Descriptor(const fs::path& path, int flags) : path_(path), value_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {
    if (value_ < 0) fail(path_, "cannot be opened");
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }

  void write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t written = ::write(value_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail(path_, "cannot be written");
      text.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void sync() const {
    // Some network file systems refuse fsync of a folder: nothing more can be done there.
    if (::fsync(value_) != 0 && errno != EINVAL && errno != ENOTSUP) fail(path_, "cannot be flushed to disk");
  }
  void close() {
    if (::close(std::exchange(value_, -1)) != 0) fail(path_, "cannot be closed");
  }

private:
  fs::path path_;
  int value_;
};

void sync(const fs::path& path, int flags) {
  Descriptor file(path, flags);
  file.sync();
  file.close();
}

/// Removes the temporary file unless the replacement succeeded.
class Cleanup {
public:
  explicit Cleanup(fs::path path) : path_(std::move(path)) {}
  Cleanup(const Cleanup&) = delete;
  Cleanup& operator=(const Cleanup&) = delete;
  ~Cleanup() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove(path_, ignored);
  }
  void release() { path_.clear(); }

private:
  fs::path path_;
};

}  // namespace

void write_atomically(const fs::path& path, const FileAction& write, const FileAction& verify) {
  const fs::path temporary = path.string() + ".tmp";
  Cleanup cleanup(temporary);
  write(temporary);
  if (verify) verify(temporary);
  sync(temporary, O_RDONLY);
  if (::rename(temporary.c_str(), path.c_str()) != 0) fail(path, "cannot be replaced");
  cleanup.release();
  sync(path.has_parent_path() ? path.parent_path() : fs::path("."), O_RDONLY | O_DIRECTORY);
}

void write_bytes_atomically(const fs::path& path, std::string_view bytes, const FileAction& verify) {
  const auto write = [bytes](const fs::path& temporary) {
    Descriptor file(temporary, O_WRONLY | O_CREAT | O_TRUNC);
    file.write(bytes);
    file.close();
  };
  write_atomically(path, write, verify);
}

void write_text_atomically(const fs::path& path, std::string_view text) { write_bytes_atomically(path, text, {}); }

}  // namespace isinglass
