#!/usr/bin/env bash
# Builds unit tests with the address and undefined-behaviour sanitizers and runs them: without arguments those of code
# that handles memory by hand, which are readers of data, kernels and machines; with arguments for ctest all that these
# select, which takes three times as long and is for changes to the other folders:
#
#   scripts/test_sanitized.sh -L unit
#
# Readers of configurations and instances meet the same sanitizers in the fuzz targets. One suite of machines that
# solves hundreds of small problems is left out without arguments.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install_packages.sh test
cmake --preset asan
if (( $# )); then
  cmake --build --preset asan --target unit_tests
else
  groups=(base filters ising readout)
  cmake --build --preset asan --target "${groups[@]/#/unit_}"
  set -- -L "unit_($(IFS='|'; echo "${groups[*]}"))" -E ising_dynamics_machines
fi
ctest --preset asan -j "$(nproc)" "$@"
