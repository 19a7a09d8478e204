#pragma once

#include <filesystem>
#include <string>

#include <sys/types.h>

/// The process that stands between a rank and the commands of its external machine. Internal to external/command.cpp.
namespace isinglass::ising::external {

/// Report that the guard sends when the command has ended and nothing of it is left.
struct GuardReport {
  int status = 0;            ///< as waitpid gives it
  bool was_stopped = false;  ///< because the rank asked for it
};

/// Bytes that the rank sends to the guard after the command.
inline constexpr char guard_stop = 's', guard_leave = 'q';

/// A guard process and the rank's end of the socket to it. The rank sends a command's length (std::uint32_t; 0: none)
/// and the command; the guard runs it by /bin/sh in the rank's working directory, with `FOLDER/errors.txt` as standard
/// error, and answers with a GuardReport. guard_stop ends the command; guard_leave ends the guard. If the rank goes
/// away without that, killed for example, the guard kills the command with all of its descendants and removes the
/// folder.
struct Guard {
  pid_t process = 0;
  int socket = -1;
};

/// SystemError if there can be no further process.
[[nodiscard]] Guard start_guard(const std::filesystem::path& folder);

}  // namespace isinglass::ising::external
