#!/usr/bin/env bash
# From a fresh clone to trained networks: installs what is missing, builds, and trains on two ranks two classes by QCGD
# (inputs/quickstart.yaml) and all ten by a layer of filters (inputs/ten-classes-filters.yaml); prints the results and
# draws them. Started again, it finds the build and the finished runs and takes seconds.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install_packages.sh run
cmake --preset release
cmake --build --preset release
isinglass=build/release/apps/isinglass/isinglass
output=results/quickstart filters=results/quickstart-filters

source scripts/mpi_environment.sh 2
mpirun -n 2 "$isinglass" train inputs/quickstart.yaml --output "$output"
echo
mpirun -n 2 "$isinglass" train inputs/ten-classes-filters.yaml --output "$filters"

echo
scripts/show_result.py "$output" "$filters"
echo
"$isinglass" evaluate "$filters"
echo
scripts/plot_run.py "$output"
scripts/plot_run.py "$filters"
