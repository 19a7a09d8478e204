#!/usr/bin/env bash
# Fails and names the lines where lib, apps or tests are not formatted as .clang-format says. With --fix, formats them.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install_packages.sh style
mode=(--dry-run --Werror)
[[ ${1:-} != --fix ]] || mode=(-i)
find lib apps tests -name '*.?pp' -print0 | sort -z | xargs -0 clang-format "${mode[@]}"
