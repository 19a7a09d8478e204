#pragma once

#include "base/error.hpp"
#include "parallel/communicator.hpp"

#include <string>
#include <utility>
#include <vector>

namespace isinglass::parallel {

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

/// Returns "node1 (2 ranks), node2 (2 ranks)", in the order of the ranks. Collective.
[[nodiscard]] std::string host_summary(const Communicator& world);

/// Returns what tells one job from another, label and value: version and build of isinglass, the time now under the
/// label `when`, hosts, ranks, and the Slurm job, if it is one. Collective.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> job_facts(const Communicator& world, const char* when);

/// Returns the name and version of the MPI library; works without a session.
[[nodiscard]] std::string mpi_version();

}  // namespace isinglass::parallel
