#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace isinglass {

/// Process exit codes: the public interface that job scripts rely on.
enum class ExitCode : int { done = 0, error = 1, bad_input = 2, checkpoint_unusable = 3, unfinished = 85 };

/// Base of the errors of this program, which know the exit code that they end it with.
class Error : public std::runtime_error {
public:
  Error(const std::string& text, ExitCode code, bool is_busy = false)
      : std::runtime_error(text), code_(code), is_busy_(is_busy) {}
  [[nodiscard]] ExitCode code() const { return code_; }
  [[nodiscard]] bool is_busy() const { return is_busy_; }  ///< see Failure

private:
  ExitCode code_;
  bool is_busy_;
};

/// Something the user can mend: a bad configuration, a bad file, a wrong call. Exit code 2.
/// The message names the place (file, line, key) and the way out.
class InputError : public Error {
public:
  explicit InputError(const std::string& text, bool is_busy = false) : Error(text, ExitCode::bad_input, is_busy) {}
};

/// Something the machine did: a failed write, a full disk, an MPI error. Exit code 1.
class SystemError : public Error {
public:
  explicit SystemError(const std::string& text) : Error(text, ExitCode::error) {}
};

/// Meaning of an exception to the user.
struct Failure {
  std::string text;
  ExitCode code = ExitCode::error;
  bool is_busy = false;  ///< another process works in the run folder
};

/// Returns the meaning of the exception being handled. To be called in a catch block.
[[nodiscard]] Failure current_failure();

/// Returns a word or text of the user as messages show it: the beginning of a long one.
[[nodiscard]] std::string shortened(std::string_view text);

}  // namespace isinglass
