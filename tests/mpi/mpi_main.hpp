#pragma once

#include "namespaces.hpp"
#include <boost/test/unit_test.hpp>
#include <mpi.h>

namespace isinglass::testing {

/// Starts MPI, runs the test cases on every rank, and returns the worst status of all ranks on each.
inline int run_on_all_ranks(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  const int status = boost::unit_test::unit_test_main([] { return true; }, argc, argv);
  int worst = status;
  MPI_Allreduce(&status, &worst, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  MPI_Finalize();
  return worst;
}

}  // namespace isinglass::testing
