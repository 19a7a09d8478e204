#!/usr/bin/env bash
# Builds the unit tests with the address and undefined-behaviour sanitizers and runs them. Four suites that solve
# hundreds of small problems need a minute or two each then; they are left out unless arguments for ctest say what to
# run:
#
#   scripts/test_sanitized.sh -L unit
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install_packages.sh test
cmake --preset asan
cmake --build --preset asan --target unit_tests
(( $# )) || set -- -L unit -E 'unit\.(bounds_qcgd_structured|ising_dynamics_machines|qcbo_exact|solver)$'
ctest --preset asan -j "$(nproc)" "$@"
