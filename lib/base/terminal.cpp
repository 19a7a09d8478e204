#include "base/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

namespace isinglass {

std::optional<int> terminal_width() {
  // Open MPI gives every rank a pseudo-terminal, even if mpirun itself writes to a file: that one has no width.
  winsize size{};
  if (isatty(STDOUT_FILENO) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return std::nullopt;
  return size.ws_col;
}

}  // namespace isinglass
