#pragma once

#include "base/error.hpp"
#include "parallel/communicator.hpp"

namespace isinglass {

/// MPI from start to end of the program, if the program was started by mpirun or srun; alone it never touches MPI.
class MpiSession {
public:
  MpiSession(int& argc, char**& argv);
  ~MpiSession();
  MpiSession(const MpiSession&) = delete;
  MpiSession& operator=(const MpiSession&) = delete;

  /// All ranks of the job; the serial one without MPI. InputError if srun started several tasks without MPI.
  [[nodiscard]] Communicator world() const;
  /// Ends the job on all ranks.
  [[noreturn]] void abort(ExitCode code) const;

private:
  bool is_parallel_ = false;
};

}  // namespace isinglass
