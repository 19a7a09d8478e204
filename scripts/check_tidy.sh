#!/usr/bin/env bash
# Runs clang-tidy (.clang-tidy) over lib, apps and benches with the flags of the preset ci, and fails at a finding. Most
# of its time goes into headers, so that few large units take a third of the time of the build's.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install_packages.sh test
cmake --preset ci > build/configure.log || { cat build/configure.log >&2; exit 1; }
units=$(scripts/tidy_units.py build/ci "$((2 * $(nproc)))")
xargs --max-procs="$(nproc)" --max-args=1 clang-tidy --quiet -p build/ci/tidy --checks=-bugprone-suspicious-include \
  --extra-arg=-Wno-sign-conversion --extra-arg=-Wno-shadow --extra-arg=-ferror-limit=0 --extra-arg=-Wno-error \
  <<< "$units"
