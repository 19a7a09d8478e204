#include "files/output_file.hpp"

#include "files/output_place.hpp"
#include "files/system_failure.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace isinglass {

namespace fs = std::filesystem;

namespace {

/// An open file that is flushed.
class Descriptor {
public:
  Descriptor(const fs::path& path, int flags) : path_(path), value_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {
    if (value_ < 0) fail_by_system(path_, "cannot be opened", errno);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  void take_mode_of(const fs::path& other) const {
    struct stat status {};
    if (::stat(other.c_str(), &status) == 0) static_cast<void>(::fchmod(value_, status.st_mode & 0777));
  }
  void sync() {
    // Some network file systems refuse fsync of a folder: nothing more can be done there.
    if (::fsync(value_) != 0 && errno != EINVAL && errno != ENOTSUP) fail_by_system(path_, "cannot be flushed to disk", errno);
    if (::close(std::exchange(value_, -1)) != 0) fail_by_system(path_, "cannot be closed", errno);
  }

private:
  fs::path path_;
  int value_;
};

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

/// Makes an empty file of a name that nothing has.
fs::path make_temporary(const fs::path& path, const fs::path& target) {
  for (int number = 0;; ++number) {
    fs::path name = temporary_name(target, number);
    const int file = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (file >= 0) {
      ::close(file);
      return name;
    }
    if (errno != EEXIST) fail_by_system(path, "cannot be written", errno);
  }
}

/// The place was asked for before the work: what does not fit now has changed since, which is no mistake of the input.
fs::path target_of(const fs::path& path) {
  try {
    return output_target(path);
  } catch (const InputError& error) {
    throw SystemError(error.what());
  }
}

}  // namespace

OutputFile::OutputFile(const fs::path& path)
    : path_(path), target_(target_of(path)), temporary_(make_temporary(path_, target_)) {}

OutputFile::~OutputFile() {
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove(temporary_, ignored);
}

void OutputFile::commit() {
  Descriptor file(temporary_, O_RDONLY | O_NOFOLLOW);
  file.take_mode_of(target_);
  file.sync();
  // The work may have been long: what stands there now must still be a file, and where it was.
  if (target_of(path_) != target_) throw SystemError(path_.string() + ": the link was changed meanwhile");
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail_by_system(path_, "cannot be replaced", errno);
  temporary_.clear();
  Descriptor(folder_of(target_), O_RDONLY | O_DIRECTORY).sync();
}

}  // namespace isinglass
