#pragma once

#include "base/error.hpp"

#include <initializer_list>

namespace isinglass {

/// A stop signal came before there was anything to save, as while input is read. Exit code 85: the same command begins
/// again.
class Interrupted : public Error {
public:
  explicit Interrupted(const std::string& text) : Error(text, ExitCode::unfinished) {}
};

/// From now on USR1, TERM and INT end nothing: they are noted, for stop_signal() to tell. A second INT ends the process
/// as usual, and an INT that the caller had switched off stays so. To be called before the work starts, on every rank.
void catch_stop_signals();

/// From now on USR1, TERM and INT end the process at once with exit code 85: for commands that write no files, so that
/// there is nothing to save or to remove.
void exit_at_stop_signals();

/// From now on these signals of failed writes, XFSZ of a file that reaches the size limit or PIPE of a pipe that nobody
/// reads, end nothing: the write fails, which is reported. Programs that this one starts keep the defaults.
void survive_failed_writes(std::initializer_list<int> signals);

/// "USR1", "TERM" or "INT", whichever came first; nullptr if none did.
[[nodiscard]] const char* stop_signal();

/// Throws Interrupted if a stop signal came. Cheap: for long loops that only read input.
void throw_if_stopped();

}  // namespace isinglass
