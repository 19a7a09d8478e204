#include "files/raw_file.hpp"

#include "files/system_failure.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace isinglass {

namespace {

namespace fs = std::filesystem;

class Descriptor {
public:
  Descriptor(const fs::path& path, int flags) : path_(path), value_(::open(path.c_str(), flags | O_NOFOLLOW | O_CLOEXEC)) {
    if (value_ < 0) fail_by_system(path, "cannot be opened", errno);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }

  void write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t written = ::write(value_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail_by_system(path_, "cannot be written", errno);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void reserve(std::size_t size) const {
    const int error = ::posix_fallocate(value_, 0, static_cast<off_t>(size));
    // Some file systems cannot reserve space: then the writes to come are the test.
    if (error != 0 && error != EINVAL && error != EOPNOTSUPP) fail_by_system(path_, "cannot be written", error);
  }
  void sync() const {
    if (::fsync(value_) != 0) fail_by_system(path_, "cannot be flushed to disk", errno);
  }
  /// Network file systems tell only here that there was no room.
  void close() {
    if (::close(std::exchange(value_, -1)) != 0) fail_by_system(path_, "cannot be closed", errno);
  }

private:
  const fs::path& path_;
  int value_;
};

}  // namespace

void write_bytes(const fs::path& path, std::string_view bytes) {
  Descriptor file(path, O_WRONLY | O_TRUNC);
  file.write(bytes);
  file.close();
}

void write_reserved(const fs::path& path, std::string_view bytes, std::size_t size) {
  Descriptor file(path, O_WRONLY | O_TRUNC);
  file.write(bytes);
  file.reserve(size);
  file.close();
}

void flush_to_disk(const fs::path& path) { Descriptor(path, O_RDONLY).sync(); }

}  // namespace isinglass
