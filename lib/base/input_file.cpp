#include "base/input_file.hpp"

#include "base/error.hpp"
#include "base/memory.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>

#include <fmt/format.h>

namespace isinglass {

namespace {

[[noreturn]] void fail(const std::filesystem::path& path, std::string_view reason) {
  throw InputError(fmt::format("{}: {}", path.string(), reason));
}

[[noreturn]] void fail_by_system(const std::filesystem::path& path, std::string_view action) {
  if (errno == ENOENT) fail(path, "no such file");
  fail(path, fmt::format("{}: {}", action, std::generic_category().message(errno)));
}

void expect_regular(const std::filesystem::path& path, mode_t mode, std::string_view what) {
  if (!S_ISREG(mode)) fail(path, fmt::format("{}, expected {}: a regular file", kind_of_file(mode), what));
}

/// An open file that is known to be a regular one.
class InputFile {
public:
  InputFile(const std::filesystem::path& path, std::string_view what)
      // Without O_NONBLOCK, opening a pipe would wait for a writer before fstat could tell what it is.
      : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
    if (descriptor_ < 0) {
      expect_regular_file(path, what);
      fail_by_system(path, "cannot be opened");
    }
    struct stat status {};
    if (::fstat(descriptor_, &status) == 0) expect_regular(path, status.st_mode, what);
    size_ = status.st_size;
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile() { ::close(descriptor_); }

  [[nodiscard]] std::int64_t size() const { return size_; }

  /// Appends at most `most` bytes; false at the end of the file.
  bool append(std::string& text, std::size_t most) const {
    const std::size_t before = text.size();
    text.resize(before + most);
    ssize_t got = -1;
    do got = ::read(descriptor_, text.data() + before, most);
    while (got < 0 && errno == EINTR);
    if (got < 0) fail_by_system(path_, "cannot be read");
    text.resize(before + static_cast<std::size_t>(got));
    return got > 0;
  }

private:
  std::filesystem::path path_;
  int descriptor_;
  std::int64_t size_ = 0;
};

}  // namespace

const char* kind_of_file(unsigned int mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return S_ISCHR(mode) || S_ISBLK(mode) ? "a device" : "no file";
}

void expect_regular_file(const std::filesystem::path& path, std::string_view what) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) fail_by_system(path, "cannot be opened");
  expect_regular(path, status.st_mode, what);
}

std::string read_input_file(const std::filesystem::path& path, std::string_view what, std::int64_t most,
                            const std::function<void()>& look) {
  constexpr std::size_t piece = std::size_t{1} << 20;
  const InputFile file(path, what);
  if (file.size() > most)
    fail(path, fmt::format("{}, more than the {} that {} may have", bytes_text(file.size()), bytes_text(most), what));
  if (const std::optional<std::int64_t> available = available_memory(); available && file.size() > *available)
    fail(path, fmt::format("{}, and {} of memory are available", bytes_text(file.size()), bytes_text(*available)));
  std::string text;
  text.reserve(static_cast<std::size_t>(file.size()) + piece);
  // What the file system says of its own files, as in /proc, or of a file that grows, may be less than there is.
  while (file.append(text, piece)) {
    if (static_cast<std::int64_t>(text.size()) > most)
      fail(path, fmt::format("more than the {} that {} may have", bytes_text(most), what));
    look();
  }
  return text;
}

}  // namespace isinglass
