#pragma once

#include "ising/external/guard.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace isinglass::ising::external {

/// How a command ended.
struct CommandEnd {
  enum class Way { exited, killed_by_signal, stopped } way = Way::exited;
  int code = 0;  ///< exit code, or the signal's number
};

/// A new folder for one command and its files. Both go with the object, and with the process if that is killed.
class Workplace {
public:
  /// SystemError if the folder cannot be made, or the process that guards it cannot be started.
  Workplace();
  ~Workplace();
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Path of the same folder under a name that means itself wherever a shell meets it: letters, digits and . _ - /
  /// only. Where TMPDIR holds other characters it is one below /proc, good as long as the object lives. SystemError if
  /// that cannot be read.
  [[nodiscard]] std::string name_for_shells() const;
  /// Text that the command wrote to standard error.
  [[nodiscard]] std::filesystem::path errors() const { return path_ / "errors.txt"; }

  /// Runs `command` by /bin/sh until it ends or `is_over` (polled every few milliseconds). Afterwards none of its
  /// descendants lives, whatever process groups and sessions they are in. To be called once.
  [[nodiscard]] CommandEnd run(const std::string& command, const std::function<bool()>& is_over) const;

private:
  std::filesystem::path path_;
  Guard guard_;
};

}  // namespace isinglass::ising::external
