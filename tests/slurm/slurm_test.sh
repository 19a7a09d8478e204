#!/usr/bin/env bash
# The job scripts on a real Slurm of two nodes: a job that gets USR1 writes a checkpoint, goes back into the queue, goes
# on, and ends with the result of an uninterrupted run, bit for bit.
#   slurm_test.sh ISINGLASS H5DIFF
# Exit code 77: skipped, since this machine cannot run a Slurm of its own.
set -euo pipefail
isinglass=$1 h5diff=$2
here=$(realpath "$(dirname "$0")")
scripts=$(realpath "$here/../../slurm")

skip() {
  echo "skipped: $*"
  exit 77
}
(( EUID == 0 )) || skip "two nodes on one machine need root"
for program in slurmctld slurmd munged sbatch; do
  PATH=$PATH:/usr/sbin:/sbin command -v "$program" >/dev/null ||
    skip "no $program; scripts/install_packages.sh test installs it"
done
unshare --uts --mount --propagation private true 2>/dev/null || skip "unshare is not allowed here"

work=$(mktemp -d)
trap '"$here/start_slurm.sh" stop "$work/slurm"; rm -rf "$work"' EXIT
chmod 755 "$work"  # munge wants its socket to be within everybody's reach
mkdir "$work/slurm"
"$here/start_slurm.sh" start "$work/slurm"
export SLURM_CONF=$work/slurm/slurm.conf ISINGLASS=$isinglass

fail() {
  echo "$*" >&2
  tail -n 40 "$work"/*/*.log >&2 || true
  exit 1
}

# wait_for SECONDS WHAT COMMAND...: until the command succeeds.
wait_for() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    (( SECONDS < end )) || fail "waited too long for $what"
    sleep 0.5
  done
}

job_says() { scontrol --oneliner show job "$1" | grep -qE "$2"; }
has_rows() { [[ -s $1 ]] && (( $(wc -l < "$1") > $2 )); }

cat > "$work/base.yaml" <<YAML
schema: 1
seed: 7
data: {classes: [2, 4], train_samples: 6000}
network:
  hidden: [{units: 8}]
qcgd: {iterations: 120, polish: true}
machine: {whole: {sweeps: 15}}
anneal: {polish_sweeps: 8}
output: {directory: run}
YAML

# submit NAME SBATCH_ARGUMENTS...: in a folder of its own, so that the stored configurations are equal; prints the job's
# number.
submit() {
  local name=$1
  shift
  mkdir -p "$work/$name"
  sbatch --parsable --chdir="$work/$name" --output=%x-%j.log --time=10 "$@"
}

# expect_same RUN_FOLDER: as the reference has it.
expect_same() {
  local result=$1/results.h5
  "$h5diff" --exclude-path /provenance "$work/reference/${1#*/}/results.h5" "$work/$result" ||
    fail "$result is not that of the uninterrupted run"
}

has_ended() { job_says "$1" 'JobState=(COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL)'; }

# interrupted RUN_FOLDER JOB SCANCEL_ARGUMENTS...: sends USR1 to a job in the middle of a run, and follows it to its
# end.
interrupted() {
  local run=$1 job=$2
  shift 2
  wait_for 120 "the first rows of $run" has_rows "$work/$run/trace" 6
  scancel "$@" --signal=USR1 "$job"
  wait_for 60 "$run to go back into the queue" job_says "$job" 'Restarts=1'
  [[ -e $work/$run/checkpoint.h5 ]] || fail "$run left no checkpoint"
  [[ ! -e $work/$run/results.h5 ]] || fail "$run had ended before it was interrupted"
  wait_for 180 "the end of $run" has_ended "$job"
  job_says "$job" 'JobState=COMPLETED.* ExitCode=0:0' || fail "$run failed"
  expect_same "$run"
  echo "$run: interrupted, continued, the same result"
}

test_srun() {
  local job other
  job=$(submit srun --nodes=2 --ntasks=2 "$scripts/train.sbatch" ../base.yaml)
  wait_for 120 "the first rows of srun" has_rows "$work/srun/run/trace" 1
  other=$(submit srun --ntasks=1 "$scripts/train.sbatch" ../base.yaml)
  wait_for 60 "the end of the second job" has_ended "$other"
  job_says "$other" 'JobState=FAILED.* ExitCode=2:0' || fail "a second job on the same run folder was not refused"
  grep -q "in use by process .* on node1, Slurm job $job" "$work/srun/isinglass-$other.log" ||
    fail "the owner is not named"
  interrupted srun/run "$job"
  grep -q 'part 2' "$work/srun/isinglass-$job.log" || fail "the log of the second part is missing"
}

test_mpirun() {
  local job
  job=$(submit mpirun --ntasks=2 "$scripts/train-mpirun.sbatch" ../base.yaml)
  interrupted mpirun/run "$job" --batch
}

test_restart_limit() {
  local job
  job=$(MAX_RESTARTS=0 submit limit "$scripts/train.sbatch" ../base.yaml --max-hours 0.0005)
  wait_for 120 "the end of the only part" has_ended "$job"
  job_says "$job" 'JobState=FAILED.* ExitCode=85:0' || fail "a run without time to end did not end with 85"
  grep -q 'unfinished after 0 restarts' "$work/limit"/*.log || fail "the limit of restarts is not told"
  echo "limit: not put back into the queue"
}

# Two points at a time; the first is interrupted, which leaves the second alone.
test_sweep() {
  local array collect
  points=$(cd "$work/sweep" && "$isinglass" sweep ../sweep.yaml --list --count)
  array=$(submit sweep --output=%x-%A_%a.log --array=1-"$points" \
    "$scripts/sweep.sbatch" ../sweep.yaml)
  collect=$(submit sweep --dependency=afterany:"$array" --wrap "$isinglass sweep ../sweep.yaml --collect")
  interrupted sweep/points/point-0001 "${array}_1"
  wait_for 180 "the second point" has_ended "${array}_2"
  job_says "${array}_2" 'Restarts=0 .*JobState=COMPLETED|JobState=COMPLETED.* Restarts=0' ||
    fail "the second point was disturbed"
  wait_for 60 "the collected results" has_ended "$collect"
  [[ $(wc -l < "$work/sweep/points/sweep.csv") == 3 ]] || fail "sweep.csv has not a header and two rows"
  echo "sweep: collected"
}

cat > "$work/sweep.yaml" <<YAML
schema: 1
base: base.yaml
output: points
axes: [{key: seed, values: [7, 8]}]
YAML

mkdir "$work/reference" "$work/sweep"
(cd "$work/reference" && "$isinglass" train ../base.yaml --quiet && "$isinglass" sweep ../sweep.yaml --point 1 --quiet)
test_srun
test_mpirun
test_restart_limit
test_sweep
