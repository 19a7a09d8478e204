"""What may change between the parts of a run, and what is refused.

Usage: changes_test.py PROGRAM MPIRUN IMAGES
"""

import gzip
import os

import runs


class Changes(runs.InTemporaryFolder):
    def setUp(self):
        super().setUp()
        self.train("whole", "tiny.yaml")

    def test_more_iterations_continue_a_finished_run(self):
        self.train("longer", "tiny.yaml", "--set", "qcgd.iterations=8")
        points = len(self.checkpoints("whole"))
        self.train("whole", "tiny.yaml", "--set", "qcgd.iterations=8", "--set", "checkpoint.every_iterations=2")
        self.train("fewer", "tiny.yaml", "--set", "qcgd.iterations=8", "--set", "checkpoint.every_iterations=2")
        self.assertGreater(len(self.checkpoints("whole")), points)
        self.assert_same("fewer", "whole")
        self.train("whole", "tiny.yaml", "--set", "qcgd.iterations=5", code=runs.BAD_INPUT)

    def test_changed_parameters_are_refused_with_a_table(self):
        self.cut("whole", "cut", self.checkpoints("whole")[2])
        os.remove(self.path("cut", "run", "config.resolved.yaml"))
        text = self.train("cut", "tiny.yaml", "--set", "qcgd.beta0=0.5", "--set", "machine.whole.sweeps=4",
                          code=runs.BAD_INPUT)
        for part in ("qcgd.beta0", "0.02", "0.5", "machine.whole.sweeps", "--fresh"):
            self.assertIn(part, text)
        self.train("cut", "tiny.yaml", "--set", "checkpoint.keep=3", "--set", "checkpoint.every_iterations=1")

    def test_other_data_are_refused(self):
        self.cut("whole", "cut", self.checkpoints("whole")[2])
        with open(self.path("train-labels-idx1-ubyte.gz"), "rb") as file:
            labels = bytearray(gzip.decompress(file.read()))
        labels[8], labels[9] = labels[9], labels[8]
        with gzip.open(self.path("train-labels-idx1-ubyte.gz"), "wb") as file:
            file.write(labels)
        self.assertIn("other training samples", self.train("cut", "tiny.yaml", code=runs.BAD_INPUT))

    def test_a_damaged_newest_checkpoint_falls_back(self):
        self.cut("whole", "cut", self.checkpoints("whole")[2])
        self.write("cut/run/checkpoint-00000004.h5", "not HDF5")
        process = self.start("cut", "tiny.yaml")
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, runs.DONE)
        self.assert_same("whole", "cut")
        with open(self.path("cut", "run", "run.log"), encoding="utf-8") as file:
            self.assertIn("warning: cannot continue from", file.read())

    def test_no_usable_checkpoint_is_code_3(self):
        self.cut("whole", "cut", self.checkpoints("whole")[2])
        for ranks in (0, 2):
            self.write("cut/run/checkpoint-00000003.h5", "not HDF5")
            text = self.train("cut", "tiny.yaml", ranks=ranks, code=runs.UNUSABLE)
            self.assertIn("--fresh", text)
        self.train("cut", "tiny.yaml", "--fresh")
        self.assertTrue(os.path.isdir(self.path("cut", "run.1")))
        self.assert_same("whole", "cut")

    def test_h5py_reads_a_checkpoint(self):
        try:
            import h5py
        except ImportError:
            self.skipTest("python3-h5py is not installed")
        with h5py.File(self.checkpoints("whole")[1]) as file:
            self.assertEqual(file.attrs["format"], b"isinglass-checkpoint")
            self.assertEqual((file.attrs["complete"], file["state"].attrs["iteration"]), (1, 2))
            self.assertEqual(file["duals/layer_0/multiplier"].shape, (3, 54))
            self.assertEqual(file["atoms/bits"].shape[0], 2)
            self.assertAlmostEqual(sum(file["atoms/weights"][:]), 1.0)
            self.assertEqual(list(file["history/iteration"][:]), [1, 2])

    def test_the_newest_ones_are_kept(self):
        self.train("two", "tiny.yaml", "--set", "checkpoint.keep=2")
        self.assertEqual([os.path.basename(p) for p in self.checkpoints("two")],
                         ["checkpoint-00000004.h5", "checkpoint-00000005.h5"])
        self.assertEqual(os.readlink(self.path("two", "run", "checkpoint.h5")), "checkpoint-00000005.h5")


if __name__ == "__main__":
    runs.run_tests()
