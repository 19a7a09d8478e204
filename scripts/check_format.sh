#!/usr/bin/env bash
# Fails and names the lines where lib, apps or tests are not formatted as .clang-format says, and lines of more than 120
# columns anywhere: in C++, Python, shell, CMake, YAML and prose. Tables may be wider, and what scripts or others wrote:
# results/tables, instances, corpora. With --fix, formats C++.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install_packages.sh style
mode=(--dry-run --Werror)
[[ ${1:-} != --fix ]] || mode=(-i)
find lib apps tests -name '*.?pp' -print0 | sort -z | xargs -0 clang-format "${mode[@]}"

export LC_ALL=C.UTF-8  # columns are characters
files=(-name '*.?pp' -o -name '*.inc' -o -name '*.py' -o -name '*.sh' -o -name '*.sbatch' -o -name '*.md'
       -o -name '*.yaml'
       -o -name CMakeLists.txt)
wide=$(find . \( -path './build*' -o -path ./.git -o -path './results/*/*' -o -path ./tests/fuzz/corpus \) -prune -o \
         \( "${files[@]}" \) -exec grep -nHP '^(?!\s*\|).{121,}$' {} + || true)
[[ -z $wide ]] || { echo "lines of more than 120 columns:" >&2; echo "$wide" >&2; exit 1; }
