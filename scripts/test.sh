#!/usr/bin/env bash
# Installs what is missing, builds with warnings as errors and assertions on, and runs every test.
# Arguments go to ctest: scripts/test.sh -L unit
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install_packages.sh test
cmake --preset ci
cmake --build --preset ci
ctest --preset ci -j "$(nproc)" "$@"
