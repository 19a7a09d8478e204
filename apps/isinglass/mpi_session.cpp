#include "mpi_session.hpp"

#include "files/h5.hpp"

#include <cstdlib>
#include <string>

#include <mpi.h>

namespace isinglass {

namespace {

bool launched_by_mpi() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"}) {
    if (std::getenv(name)) return true;
  }
  return false;
}

}  // namespace

MpiSession::MpiSession(int& argc, char**& argv) : is_parallel_(launched_by_mpi()) {
  if (!is_parallel_) return;
  h5::set_up_library();  // before MPI: otherwise HDF5 would close at MPI's end what a failed write left open, and crash
  MPI_Init(&argc, &argv);
}

MpiSession::~MpiSession() {
  if (is_parallel_) MPI_Finalize();
}

Communicator MpiSession::world() const {
  if (is_parallel_) return Communicator(MPI_COMM_WORLD);
  const char* tasks = std::getenv("SLURM_STEP_NUM_TASKS");
  if (tasks && std::string(tasks) != "1") {
    // Each task would train the whole problem, and all would write the same run folder.
    throw InputError("srun started " + std::string(tasks) + " tasks without MPI: use srun --mpi=pmix, or one task");
  }
  return {};
}

void MpiSession::abort(ExitCode code) const {
  if (is_parallel_) MPI_Abort(MPI_COMM_WORLD, static_cast<int>(code));
  std::exit(static_cast<int>(code));
}

}  // namespace isinglass
