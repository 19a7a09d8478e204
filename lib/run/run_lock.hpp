#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <string>

namespace isinglass::run {

/// Another process works in the run folder, or may: what a sweep leaves to it.
class FolderInUse : public InputError {
public:
  explicit FolderInUse(const std::string& text) : InputError(text, true) {}
};

/// While it lives, no other process takes the same run folder: the file `lock` in it names host, process and Slurm job.
/// For one rank of a job.
class RunLock {
public:
  /// Takes the folder, which exists. A lock that a dead process left is replaced; of several processes that find it,
  /// one wins. Throws FolderInUse that names the owner and the way out if the folder is in use, or may be, by a process
  /// that cannot be seen from here, InputError if the lock cannot be read; SystemError if no file can be made there.
  explicit RunLock(const std::filesystem::path& directory);
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;
  /// Removes the lock if it is still this one.
  ~RunLock();

private:
  /// Replaces the abandoned lock of that text, and returns whether it was still there. Others may have found the same
  /// one: only who holds the file `lock.takeover` replaces it, and only after a second look, so that the first one's
  /// lock stays.
  [[nodiscard]] bool take_over(const std::string& abandoned) const;

  std::filesystem::path path_;
  std::string text_;  ///< of the lock file; differs from that of every other lock
};

}  // namespace isinglass::run
