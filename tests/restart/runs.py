"""What the tests of restarts share: small trainings in a folder of their own, cut and compared bit for bit."""

import glob
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import program as tool  # noqa: E402

PROGRAM, MPIRUN, IMAGES = "", "", ""
DONE, ERROR, BAD_INPUT, UNUSABLE, UNFINISHED = 0, 1, 2, 3, 85

TINY = """schema: 1
data: {{dataset: idx, directory: {folder}, classes: [0, 1], pool: 1}}
network:
  hidden: [{{units: 3}}, {{units: 2, activation: tanh, segments: 3}}]
qcgd: {{iterations: 5}}
machine: {{replicas: 3, whole: {{sweeps: 3}}}}
anneal: {{sweeps: 7, polish_sweeps: 4}}
qat: {{epochs: 4, batch: 20}}
checkpoint: {{every_iterations: 1, keep: 1000}}
output: {{directory: run}}
"""

REAL = """schema: 1
data: {{directory: {folder}, classes: [2, 4], train_samples: 2000, pool: 4}}
qcgd: {{iterations: 10, polish: true}}
anneal: {{polish_sweeps: 15}}
checkpoint: {{every_iterations: 1, keep: 1000}}
output: {{directory: run}}
"""

FILTERS = """schema: 1
method: anneal
data: {{directory: {folder}, classes: [2, 4], train_samples: 300}}
network:
  hidden: [{{kind: filters, units: 5, filters: {{stages: 2, count: 4, candidates: 2, copies: 1, cells: 2}}}}]
readout: {{sweeps: 3}}
checkpoint: {{every_iterations: 1, keep: 1000}}
output: {{directory: run}}
"""


class InTemporaryFolder(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="isinglass-restart-")
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        tool.write_images(self.folder)
        self.write("tiny.yaml", TINY.format(folder=self.folder))
        self.write("real.yaml", REAL.format(folder=IMAGES))
        self.write("filters.yaml", FILTERS.format(folder=IMAGES))

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def start(self, name, config, *arguments, ranks=0):
        """Starts a training in the folder `name`, whose run folder is `run` in it: all configurations are equal."""
        os.makedirs(self.path(name), exist_ok=True)
        words = ["train", self.path(config), "--quiet", *arguments]
        return subprocess.Popen(tool.command_of(PROGRAM, MPIRUN, ranks, words), cwd=self.path(name),
                                env=tool.ENVIRONMENT,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def train(self, name, config, *arguments, ranks=0, code=DONE):
        process = self.start(name, config, *arguments, ranks=ranks)
        output, errors = process.communicate(timeout=300)
        self.assertEqual(process.returncode, code, output + errors)
        return output + errors

    def results(self, name):
        return self.path(name, "run", "results.h5")

    def checkpoints(self, name):
        return sorted(glob.glob(self.path(name, "run", "checkpoint-*.h5")))

    def cut(self, whole, name, checkpoint):
        """The folder of a run that died right after it wrote `checkpoint`, with rows of the trace that came later."""
        os.makedirs(self.path(name, "run"))
        for file in (checkpoint, self.path(whole, "run", "config.resolved.yaml"), self.path(whole, "run", "trace")):
            shutil.copy(file, self.path(name, "run"))

    def assert_same(self, whole, name):
        self.assertEqual(tool.h5diff(self.results(whole), self.results(name)), "")
        self.assertEqual(tool.trace_rows(self.path(whole, "run", "trace")),
                         tool.trace_rows(self.path(name, "run", "trace")))


def run_tests():
    """The main function of each file of tests, whose arguments are PROGRAM MPIRUN IMAGES and those of unittest."""
    global PROGRAM, MPIRUN, IMAGES
    PROGRAM, MPIRUN, IMAGES = os.path.abspath(sys.argv[1]), sys.argv[2], os.path.abspath(sys.argv[3])
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
