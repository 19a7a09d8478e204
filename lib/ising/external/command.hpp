#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

namespace isinglass::external {

/// A new folder that goes with the object. SystemError if it cannot be made.
class TemporaryFolder {
public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

/// How a command ended.
struct CommandEnd {
  enum class Way { exited, killed_by_signal, stopped } way = Way::exited;
  int code = 0;  ///< exit code, or the signal's number
};

/// Runs `command` by /bin/sh in a process group of its own, its output and errors going to files, until it ends or `is_over`
/// (polled every few milliseconds): then the whole group is killed. SystemError if it cannot be started.
[[nodiscard]] CommandEnd run_command(const std::string& command, const std::filesystem::path& output,
                                     const std::filesystem::path& errors, const std::function<bool()>& is_over);

}  // namespace isinglass::external
