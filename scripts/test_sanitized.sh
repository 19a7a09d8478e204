#!/usr/bin/env bash
# Builds the unit tests with the address and undefined-behaviour sanitizers and runs them: without arguments those of
# files, kernels, machines and whole trainings, with arguments for ctest all that these select:
#
#   scripts/test_sanitized.sh -L unit
#
# Left out without arguments is what solves hundreds of small problems by code that whole trainings run too: the groups
# network and train, and one suite of machines.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install_packages.sh test
cmake --preset asan
if (( $# )); then
  cmake --build --preset asan --target unit_tests
else
  groups=(base filters ising readout run solve)
  cmake --build --preset asan --target "${groups[@]/#/unit_}"
  set -- -L "unit_($(IFS='|'; echo "${groups[*]}"))" -E ising_dynamics_machines
fi
ctest --preset asan -j "$(nproc)" "$@"
