#!/usr/bin/env bash
# Installs those of the needed Debian 12 packages that are missing, and nothing else.
#
#   scripts/install_packages.sh run      to build, train and plot
#   scripts/install_packages.sh test     the same, and what the tests need
#   scripts/install_packages.sh bench    the same as run, and what the benchmarks need
#   scripts/install_packages.sh style    clang-format and clang-tidy
#
# Runs as root or through sudo, and asks for neither when everything is there.
set -euo pipefail

run=(
  g++ cmake ninja-build
  libopenmpi-dev openmpi-bin libhdf5-openmpi-dev libopenblas-dev libeigen3-dev
  libcli11-dev libfmt-dev libhwy-dev librandom123-dev libyaml-cpp-dev nlohmann-json3-dev zlib1g-dev
  dataset-fashion-mnist python3 python3-h5py python3-matplotlib
)
style=(clang-format clang-tidy)
test=(
  "${run[@]}" "${style[@]}" ccache libbenchmark-dev libboost-test-dev hdf5-tools glpk-utils clang libclang-rt-14-dev
  slurmctld slurmd slurm-client slurm-wlm-basic-plugins munge
)
bench=("${run[@]}" libbenchmark-dev)

group=${1:-run}
case $group in
  run) packages=("${run[@]}") ;;
  test) packages=("${test[@]}") ;;
  bench) packages=("${bench[@]}") ;;
  style) packages=("${style[@]}") ;;
  *) echo "usage: $0 [run|test|bench|style]" >&2; exit 2 ;;
esac

if ! command -v apt-get >/dev/null; then
  echo "no Debian packages on this system: these, or what they provide, must be there: ${packages[*]}" >&2
  exit 0
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $status == installed ]] || missing+=("$package")
done
(( ${#missing[@]} )) || exit 0

as_root=(env DEBIAN_FRONTEND=noninteractive)
if (( EUID != 0 )); then
  if ! command -v sudo >/dev/null; then
    echo "missing packages, and neither root nor sudo to install them. As root:" >&2
    echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo "${as_root[@]}")
fi

echo "installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq || echo "apt-get update failed; trying with the package lists that are there" >&2
"${as_root[@]}" apt-get install --yes -qq --no-install-recommends -o DPkg::Lock::Timeout=600 "${missing[@]}"
