# shellcheck shell=bash
# To be sourced with a number of ranks: lets Open MPI's mpirun start as root, as in a container, and on fewer cores than
# ranks. Variables that the caller has set stay as they are.
if (( EUID == 0 )); then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
if (( $(nproc) < ${1:-2} )); then
  export OMPI_MCA_rmaps_base_oversubscribe=${OMPI_MCA_rmaps_base_oversubscribe:-1}
  export OMPI_MCA_mpi_yield_when_idle=${OMPI_MCA_mpi_yield_when_idle:-1}
fi
