#pragma once

#include <stdexcept>
#include <string>

namespace isinglass {

/// Something the user can mend: a bad configuration, a bad file, a wrong call. Exit code 2.
/// The message names the place (file, line, key) and the way out.
class InputError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Something the machine did: a failed write, a full disk, an MPI error. Exit code 1.
class SystemError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Process exit codes: the public interface that job scripts rely on.
enum class ExitCode : int { done = 0, error = 1, bad_input = 2, checkpoint_unusable = 3, unfinished = 85 };

}  // namespace isinglass
