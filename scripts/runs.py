"""What the measuring scripts share: how to start a training, and what the head of a table says."""

import csv
import json
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "build/release/apps/isinglass/isinglass"
TABLES = ROOT / "results/tables"


def absolute_path(text):
    """Trainings are started in the root folder, whatever the caller's own is."""
    return pathlib.Path(text).resolve()


def add_common_options(parser):
    parser.add_argument("--program", type=absolute_path, default=PROGRAM, help="default: %(default)s")
    parser.add_argument("--set", dest="overrides", action="append", default=[], metavar="KEY=VALUE",
                        help="passed on to every training; repeatable")
    parser.add_argument("--tables", type=absolute_path, default=TABLES,
                        help="folder of the tables (default: %(default)s)")


def add_training_options(parser, folder, seeds=(1, 2, 3)):
    """The common options, and how and where many trainings are run: folders below results/`folder`."""
    parser.add_argument("--seeds", nargs="+", type=int, default=list(seeds), help="default: %(default)s")
    parser.add_argument("--ranks", type=int, default=2, help="default: %(default)s")
    parser.add_argument("--output", type=absolute_path, default=ROOT / "results" / folder,
                        help="where the run folders are (default: %(default)s)")
    add_common_options(parser)


def mpi_environment(ranks):
    """Lets mpirun start as root, as in a container, and on fewer cores than ranks."""
    environment = dict(os.environ)
    if os.geteuid() == 0:
        environment.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    if len(os.sched_getaffinity(0)) < ranks:
        environment.update(OMPI_MCA_rmaps_base_oversubscribe="1", OMPI_MCA_mpi_yield_when_idle="1")
    return environment


def train(program, config, output, ranks, overrides):
    """Runs one training, or finds it finished in `output`; returns what `isinglass train --json` says.

    One rank runs without mpirun, which would bind several trainings at a time to the same core.
    """
    start = ["mpirun", "-n", ranks, program] if ranks > 1 else [program]
    command = [*start, "train", config, "--output", output, "--json", "--quiet"]
    for override in overrides:
        command += ["--set", override]
    command = [str(word) for word in command]
    done = subprocess.run(command, cwd=ROOT, env=mpi_environment(ranks), text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit(f"{shlex.join(command)}\nended with {done.returncode}\n{done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[-1])


def mean_and_spread(results, name="test_accuracy"):
    """Mean and standard deviation of an accuracy in %; of one result 0."""
    values = [100 * result[name] for result in results]
    return statistics.mean(values), statistics.stdev(values) if len(values) > 1 else 0.0


def percent(results, name="test_accuracy"):
    """`mean ± standard deviation` in %; "-" without such an accuracy, as on no validation images."""
    if any(result[name] is None for result in results):
        return "-"
    mean, spread = mean_and_spread(results, name)
    return f"{mean:.2f} ± {spread:.2f}" if len(results) > 1 else f"{mean:.2f}"


def program_version(program):
    """Version, git hash and compiler in one line."""
    text = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True).stdout
    name, *facts = text.splitlines()
    facts = dict(line.split(None, 2)[:1] + [line] for line in facts)
    return ", ".join([name, *(" ".join(facts[key].split()) for key in ("git", "compiler", "build") if key in facts)])


def cpu_model():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown processor"


def command_line():
    return shlex.join([os.path.relpath(sys.argv[0], ROOT), *sys.argv[1:]])


def table_head(ranks, version):
    """The lines above a table: how it was made."""
    made_by = textwrap.wrap(f"Made by `{command_line()}`", 118, break_long_words=False, break_on_hyphens=False)
    return [*made_by, f"with {version}",
            f"on {cpu_model()}, {os.cpu_count()} cores visible, {ranks}."]


def markdown(columns, rows):
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    return lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows]


def write_csv(path, columns, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    print(f"written: {path}")


def write_text(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"written: {path}")
