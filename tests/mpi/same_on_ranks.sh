#!/usr/bin/env bash
# One training on 1, 2, 3 and 4 ranks, with one replica group and with two: the results must be the same bit for bit.
#   same_on_ranks.sh ISINGLASS MPIEXEC H5DIFF IMAGES qcgd|polish|anneal|qat|deep|splines|dynamics|subproblems|samples|
#                                      filters|filtered|trained|initial
set -euo pipefail
isinglass=$1 mpiexec=$2 h5diff=$3 images=$4 method=$5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat > "$work/base.yaml" <<YAML
schema: 1
seed: 7
data: {directory: $images, classes: [2, 4], train_samples: 700}
network:
  hidden: [{units: 6}]
qcgd: {iterations: 4}
machine: {replicas: 3}
anneal: {sweeps: 12, polish_sweeps: 8}
qat: {epochs: 3}
output: {directory: run}
YAML

whole=(--set machine.whole.sweeps=4)  # an oracle call of the whole problem
overrides=()
case $method in
  qcgd) overrides=("${whole[@]}") ;;
  qat | anneal) overrides=(--set "method=$method") ;;
  polish) overrides=("${whole[@]}" --set qcgd.polish=true --set "data.classes=[0, 2, 4, 6]") ;;
  # a first phase of QAT, then QCGD from its network, then the polish
  initial) overrides=("${whole[@]}" --set initial=qat --set qcgd.polish=true --set "data.classes=[0, 2, 4, 6]") ;;
  # two hidden layers, tables, several bits and the squared loss: the general path of the oracle and of the polish
  deep)
    hidden='[{units: 6, activation: tanh, segments: 5, weights: 2bit}, {units: 5, weights: ternary}]'
    sed -i "s/hidden: .*/hidden: $hidden/" "$work/base.yaml"
    overrides=("${whole[@]}" --set qcgd.polish=true --set network.output.loss=squared_hinge)
    ;;
  # linear pieces, many cells, and a loss that is looked up in a table
  splines)
    hidden='[{units: 5, activation: gelu, segments: 6, degree: 1, knots: equalized}, '
    hidden+='{units: 4, activation: relu, segments: 4, degree: 1}]'
    sed -i "s/hidden: .*/hidden: $hidden/" "$work/base.yaml"
    overrides=("${whole[@]}" --set qcgd.polish=true --set network.output.loss=logistic --set data.train_samples=250)
    ;;
  # all fields by matrix products; two hidden layers, one of many cells
  dynamics)
    hidden='[{units: 6, activation: tanh, segments: 5, weights: 2bit}, {units: 5}]'
    sed -i "s/hidden: .*/hidden: $hidden/" "$work/base.yaml"
    overrides=(--set machine.kind=bsb --set machine.whole.sweeps=8)
    ;;
  # a neuron's bits in parts that a machine of few spins and bits takes
  subproblems)
    overrides=(--set machine.kind=cim --set machine.subproblems.blocks=neurons --set machine.cim.steps=30
      --set machine.hardware.spin_budget=120 --set machine.hardware.coefficient_bits=8
      --set machine.hardware.field_noise=0.01)
    ;;
  # also the segments of some samples; two hidden layers, one of them with more units than spins
  samples)
    sed -i 's/hidden: .*/hidden: [{units: 9}, {units: 4, activation: tanh, segments: 4}]/' "$work/base.yaml"
    overrides=(--set machine.kind=sa --set machine.subproblems.blocks=neurons_and_samples --set machine.sa.sweeps=20
      --set machine.hardware.spin_budget=8 --set data.train_samples=150)
    ;;
  # two stages of chosen units on images and their copies: the output layer of a layer of filters
  filters)
    hidden='[{kind: filters, units: 9, filters: {stages: 2, count: 6, candidates: 3, copies: 1}}]'
    sed -i "s/hidden: .*/hidden: $hidden/" "$work/base.yaml"
    overrides=(--set method=anneal --set "data.classes=[0, 2, 4, 6]" --set readout.sweeps=3)
    ;;
  # the same filters before a dense layer, by QCGD
  filtered)
    hidden='[{kind: filters, units: 3, filters: {count: 4, cells: 2}}, {units: 4}]'
    sed -i "s/hidden: .*/hidden: $hidden/" "$work/base.yaml"
    overrides=("${whole[@]}" --set qcgd.polish=true)
    ;;
  # filters that are trained themselves, by QAT
  trained)
    hidden='[{kind: filters, units: 5, filters: {count: 6, cells: 2, views: 2}}]'
    sed -i "s/hidden: .*/hidden: $hidden/" "$work/base.yaml"
    overrides=(--set method=qat --set qat.filters=trained --set qat.filter_rate=0.1 --set qat.epochs=2
      --set "data.classes=[0, 2, 4, 6]")
    ;;
  *) echo "unknown case $method" >&2; exit 2 ;;
esac

# run NAME RANKS GROUPS: every run in a folder of its own, so that the stored configurations are equal.
run() {
  mkdir "$work/$1"
  (cd "$work/$1" &&
    "$mpiexec" -n "$2" "$isinglass" train ../base.yaml "${overrides[@]}" --set "parallel.replica_groups=$3" --quiet)
}

compare() {
  "$h5diff" --exclude-path /provenance "$work/$1/run/results.h5" "$work/$2/run/results.h5"
  echo "$method: $1 = $2"
}

run ranks1 1 1
for ranks in 2 3 4; do
  run "ranks$ranks" "$ranks" 1
  compare ranks1 "ranks$ranks"
done
[[ $method != filters ]] || exit 0  # all ranks anneal one output layer
run groups2-ranks2 2 2
for ranks in 3 4; do
  run "groups2-ranks$ranks" "$ranks" 2
  compare groups2-ranks2 "groups2-ranks$ranks"
done
