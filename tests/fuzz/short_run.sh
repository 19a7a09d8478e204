#!/usr/bin/env bash
# Builds the preset fuzz in a folder of its own and runs each target for a fixed number of inputs from its seeds.
#
#   short_run.sh SOURCE BUILD [CMAKE [RUNS]]
#
# A crash, a hang of 10 s, or more than 1 GiB of memory fails; the input is left in BUILD/found.
set -euo pipefail
source_folder=$1 build=$2 cmake=${3:-cmake} runs=${4:-5000}

probe=$(mktemp -d)
trap 'rm -rf "$probe"' EXIT
echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' > "$probe/probe.cpp"
if ! clang++ -fsanitize=fuzzer,address,undefined "$probe/probe.cpp" -o "$probe/probe" 2>/dev/null; then
  echo "clang++ with libFuzzer is not there (packages clang and libclang-rt-dev): skipped"
  exit 77
fi

cd "$source_folder"
"$cmake" --preset fuzz -B "$build" > "$probe/log" || { cat "$probe/log"; exit 1; }
"$cmake" --build "$build" > "$probe/log" || { cat "$probe/log"; exit 1; }
mkdir -p "$build/found"
for target in "$build"/targets/fuzz_*; do
  name=${target##*/fuzz_}
  # New inputs go to a folder that is thrown away: a run is the same each time.
  mkdir "$probe/$name"
  echo "fuzz_$name"
  "$target" -seed=1 -runs="$runs" -max_len=2048 -timeout=10 -rss_limit_mb=1024 -print_funcs=0 \
    -artifact_prefix="$build/found/$name-" "$probe/$name" "tests/fuzz/corpus/$name" > "$probe/log" 2>&1 ||
    { tail -n 60 "$probe/log"; exit 1; }
  grep '^Done' "$probe/log"
done
