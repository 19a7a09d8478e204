#include "run/run_lock.hpp"

#include "base/error.hpp"
#include "base/process.hpp"
#include "files/atomic_file.hpp"
#include "files/output_place.hpp"
#include "files/posix_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace isinglass::run {

namespace fs = std::filesystem;

namespace {

/// Contents of a lock file.
struct Owner {
  ProcessIdentity identity;
  std::string since;  ///< UTC, to the microsecond: no two locks of one process are alike
};

using Line = std::pair<const char*, std::string*>;

/// The lines of a lock file: what is written is what is read.
std::array<Line, 8> lines_of(Owner& owner) {
  ProcessIdentity& id = owner.identity;
  return {{{"host", &id.host},
           {"process", &id.process},
           {"start", &id.start},
           {"boot", &id.boot},
           {"namespace", &id.name_space},
           {"job", &id.job},
           {"part", &id.part},
           {"since", &owner.since}}};
}

Owner this_owner() {
  const auto now = std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(now);
  return {this_process(),
          fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                      (now - seconds).count())};
}

std::string to_text(Owner owner) {
  std::string text;
  for (const auto& [name, value] : lines_of(owner)) text += fmt::format("{}: {}\n", name, *value);
  return text;
}

/// Nothing if the text is not a whole lock file.
std::optional<Owner> to_owner(const std::string& text) {
  Owner owner;
  std::istringstream stream(text);
  std::string line;
  for (const auto& [name, value] : lines_of(owner)) {
    const std::string start = fmt::format("{}: ", name);
    if (!std::getline(stream, line) || stream.eof() || !line.starts_with(start)) return std::nullopt;
    *value = line.substr(start.size());
  }
  const std::string& process = owner.identity.process;
  const bool is_number = !process.empty() && process.find_first_not_of("0123456789") == std::string::npos;
  return is_number && !owner.identity.host.empty() ? std::optional(owner) : std::nullopt;
}

/// Nothing if there is no such file. InputError for what is no file: opening a pipe would wait for ever.
std::optional<std::string> read(const fs::path& path) {
  constexpr std::size_t most = 1 << 16;  // far more than a lock file has
  files::expect_plain_file_or_none(path);
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (file) {
    std::string text(most, '\0');
    file.read(text.data(), static_cast<std::streamsize>(most));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
  }
  // Asking afterwards whether the file exists would not do: it may have come back.
  if (errno == ENOENT || errno == ESTALE) return std::nullopt;
  files::fail_by_system(path, "cannot be read", errno);
}

/// The owner of a lock; throws if it cannot be told.
Owner owner_of(const fs::path& path, const std::string& text) {
  if (const std::optional<Owner> owner = to_owner(text)) return *owner;
  throw InputError(
      fmt::format("{}: {}, so nobody knows whether another run uses this folder; remove the file if none does",
                  path.string(), text.empty() ? "the lock file is empty" : "this is no lock file of isinglass"));
}

[[noreturn]] void refuse(const fs::path& path, const Owner& owner) {
  const std::string& job = owner.identity.job;
  throw FolderInUse(fmt::format("{}: in use by process {} on {}{}, since {}; wait for it, or, if it is gone, remove {}",
                                path.parent_path().string(), owner.identity.process, owner.identity.host,
                                job.empty() ? "" : ", Slurm job " + job, owner.since, path.string()));
}

/// Creates the file with its content, in one step, unless it exists. Returns whether it did.
bool create_exclusively(const fs::path& path, const std::string& text) {
  files::expect_plain_file_or_none(path);
  {
    const files::OutputFile own(path);
    files::PosixFile file(own.temporary(), files::PosixFile::Use::rewrite);
    file.write(0, text);
    file.flush();
    file.close();
    const int failure = ::link(own.temporary().c_str(), path.c_str()) == 0 ? 0 : errno;
    // A network file system may carry out the link and lose the answer: the number of names tells.
    struct stat status {};
    if (::stat(own.temporary().c_str(), &status) == 0 && status.st_nlink == 2) return true;
    if (failure == EEXIST) return false;
  }
  // A file system without links: for a moment the lock is empty, which others refuse as well.
  if (!files::PosixFile::create(path, path)) return false;
  files::write_text_atomically(path, text);
  return true;
}

/// Removes a file at the end of the scope.
struct Removal {
  fs::path path;
  ~Removal() {
    std::error_code ignored;
    fs::remove(path, ignored);
  }
};

}  // namespace

RunLock::RunLock(const fs::path& directory) : path_(directory / "lock") {
  const Owner self = this_owner();
  text_ = to_text(self);
  while (!create_exclusively(path_, text_)) {
    const std::optional<std::string> found = read(path_);
    if (!found) continue;  // released in between
    const Owner owner = owner_of(path_, *found);
    if (liveness(owner.identity, self.identity) != Liveness::gone) refuse(path_, owner);
    if (take_over(*found)) return;
  }
}

RunLock::~RunLock() {
  try {
    std::error_code ignored;
    if (read(path_) == text_) fs::remove(path_, ignored);
  } catch (...) {
    // The lock stays, and the next run sees that its owner is gone.
  }
}

bool RunLock::take_over(const std::string& abandoned) const {
  const fs::path claim = path_.string() + ".takeover";
  if (!create_exclusively(claim, text_)) {
    if (const std::optional<std::string> found = read(claim)) refuse(claim, owner_of(claim, *found));
    return false;
  }
  const Removal removal{claim};
  if (read(path_) != abandoned) return false;
  files::write_text_atomically(path_, text_);
  return true;
}

}  // namespace isinglass::run
