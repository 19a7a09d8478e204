#!/usr/bin/env bash
# From a fresh clone to a trained network: installs what is missing, builds, trains inputs/quickstart.yaml on two ranks,
# prints the result and draws it. Started again, it finds the build and the finished run and takes seconds.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install_packages.sh run
cmake --preset release
cmake --build --preset release
isinglass=build/release/apps/isinglass/isinglass
output=results/quickstart

source scripts/mpi_environment.sh 2
mpirun -n 2 "$isinglass" train inputs/quickstart.yaml --output "$output"

echo
scripts/show_result.py "$output"
echo
"$isinglass" evaluate "$output"
echo
scripts/plot_run.py "$output"
