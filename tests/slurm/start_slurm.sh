#!/usr/bin/env bash
# A throw-away Slurm of two nodes on this machine, for tests.
#   start_slurm.sh start FOLDER    starts it; all its files are in FOLDER, and nothing outside is touched
#   start_slurm.sh stop FOLDER     cancels its jobs and ends its daemons
# In between: export SLURM_CONF=FOLDER/slurm.conf, and sbatch, srun, scancel, squeue and scontrol work; sacct does not.
# For root, since unshare wants that. Needs neither systemd nor control groups.
set -euo pipefail
action=$1 folder=$(realpath "$2")
export SLURM_CONF=$folder/slurm.conf
PATH=$PATH:/usr/sbin:/sbin

# By process id, and from the file where each daemon wrote its own: another Slurm on this machine stays as it is.
end_daemon() {
  local process
  [[ -s $1 ]] || return 0
  process=$(<"$1")
  kill "$process" 2>/dev/null || return 0
  for _ in {1..40}; do
    [[ $(ps -o stat= -p "$process") == [!Z]* ]] || return 0
    sleep 0.25
  done
}

stop() {
  local file
  if [[ -s $folder/run/slurmctld.pid ]]; then
    timeout 10 scancel --user="$(id -un)" || true
    for _ in {1..40}; do
      [[ -n $(timeout 5 squeue --noheader) ]] || break
      sleep 0.25
    done
  fi
  for file in "$folder"/run/{node1,node2,slurmctld,munged}.pid; do end_daemon "$file"; done
}

write_configuration() {
  # Below the ports that the kernel gives to others; different ones for two tests at a time.
  local port=$((20000 + $$ % 4000 * 3))
  cat > "$SLURM_CONF" <<CONF
ClusterName=test
SlurmctldHost=$(hostname)(127.0.0.1)
SlurmctldPort=$port
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
CredType=cred/munge
# A job that is put back into the queue waits as long as credentials live, usually two minutes.
AuthInfo=socket=$folder/run/munge.socket,cred_expire=5
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool/%n
SlurmctldPidFile=$folder/run/slurmctld.pid
SlurmdPidFile=$folder/run/%n.pid
SlurmctldLogFile=$folder/log/slurmctld
SlurmdLogFile=$folder/log/%n
MailProg=/bin/true
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2
# The nodes say that they have more cores than this machine.
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=5
NodeName=node1 NodeHostname=node1 NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=4
NodeName=node2 NodeHostname=node2 NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=4
PartitionName=test Nodes=ALL Default=YES MaxTime=60 DefaultTime=5 State=UP
CONF
  echo "PMIxCliTmpDirBase=$folder/node-tmp" > "$folder/mpi.conf"
  { cat /etc/hosts; printf '127.0.0.1 %s\n' node1 node2; } > "$folder/hosts"
}

start_munge() {
  head -c 128 /dev/urandom > "$folder/munge.key"
  chmod 600 "$folder/munge.key"
  munged --num-threads=2 --key-file="$folder/munge.key" --seed-file="$folder/run/munge.seed" \
    --socket="$folder/run/munge.socket" --pid-file="$folder/run/munged.pid" --log-file="$folder/log/munged"
}

# Each node has its own host name and its own folder for temporary files, as real ones have: Open MPI takes ranks of one
# host name for neighbours that share memory, and Slurm's PMIx makes a folder of the same name on each node.
start_node() {
  mkdir -p "$folder/spool/$1" "$folder/spool/$1-tmp"
  # shellcheck disable=SC2016  # expanded by the inner shell
  unshare --uts --mount --propagation private bash -c '
    hostname "$1"
    mount --bind "$2/spool/$1-tmp" "$2/node-tmp"
    mount --bind "$2/hosts" /etc/hosts
    exec slurmd -c -N "$1"' _ "$1" "$folder"
}

start() {
  mkdir -p "$folder"/{state,spool,run,log,node-tmp}
  # munge insists on folders that nobody else can write to, and on a socket within everybody's reach.
  chmod 755 "$folder" "$folder"/*/
  write_configuration
  start_munge
  slurmctld -c
  start_node node1
  start_node node2
  for _ in {1..60}; do
    [[ $(sinfo --noheader --format='%t %D' 2>/dev/null) != "idle 2" ]] || return 0
    sleep 0.5
  done
  echo "Slurm did not get its nodes:" >&2
  tail -n 20 "$folder"/log/* >&2
  return 1
}

case $action in
  start) start ;;
  stop) stop ;;
  *) echo "usage: $0 start|stop FOLDER" >&2; exit 2 ;;
esac
