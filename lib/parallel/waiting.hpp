#pragma once

#include "parallel/mpi_check.hpp"

namespace isinglass::parallel {

/// Whether ranks share cores: there are more of them on this node than it has cores, or Open MPI was told that waiting
/// ranks are to yield (OMPI_MCA_mpi_yield_when_idle). Open MPI's own waiting looks for messages all the time, and
/// yielding to a rank that computes still takes half of its core.
[[nodiscard]] bool ranks_share_cores();

/// Waits for `request`, asleep most of the time, so that other ranks have the core.
void wait_asleep(MPI_Request& request, const char* call);

/// Runs a collective call: where ranks share cores `begin(MPI_Request*)`, which begins it, and waits asleep; elsewhere
/// `whole()`, the call that blocks. Both give the same result.
template <class Whole, class Begin>
void run_collective(Whole&& whole, Begin&& begin, const char* call) {
  if (!ranks_share_cores()) return check_mpi(whole(), call);
  MPI_Request request = MPI_REQUEST_NULL;
  check_mpi(begin(&request), call);
  wait_asleep(request, call);
}

}  // namespace isinglass::parallel
