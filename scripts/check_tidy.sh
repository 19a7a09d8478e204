#!/usr/bin/env bash
# Runs clang-tidy (.clang-tidy) over lib, apps and benches as the preset ci compiles them, and fails at a finding.
# Kernels that Highway compiles once per vector width are left out: clang-tidy cannot see their widths.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install_packages.sh test
cmake --preset ci > build/configure.log || { cat build/configure.log >&2; exit 1; }
mapfile -t vectorised < <(grep -rl 'simd/each_width.hpp' lib --include='*.cpp')
# Files that are compiled together are looked at together, which costs a third of the time.
python3 -c '
import json, os
for unit in json.load(open("build/ci/compile_commands.json")):
  name = os.path.relpath(unit["file"])
  if name.removeprefix("build/ci/").startswith(("lib/", "apps/", "tests/bench/")): print(name)' |
  grep -vxF "$(printf '%s\n' "${vectorised[@]}")" |
  xargs --max-procs="$(nproc)" --max-args=1 clang-tidy --quiet -p build/ci --checks=-bugprone-suspicious-include \
    --extra-arg=-Wno-sign-conversion --extra-arg=-Wno-shadow --extra-arg=-ferror-limit=0 --extra-arg=-Wno-error
