"""Runs that died after any checkpoint and are continued end as if nothing had happened, bit for bit.

Usage: cuts_test.py PROGRAM MPIRUN IMAGES
"""

import os

import h5py

import runs


class Cuts(runs.InTemporaryFolder):
    def cut_after_every_iteration(self, method, *arguments, groups=1, config="tiny.yaml"):
        arguments = [*arguments, "--set", f"parallel.replica_groups={groups}"]
        whole = f"{method}-whole"
        self.train(whole, config, *arguments, ranks=groups if groups > 1 else 0)
        points = self.checkpoints(whole)
        self.assertGreaterEqual(len(points), 4)
        for number, point in enumerate(points):
            ranks = max(groups, number % 4 + 1)
            name = f"{method}-cut-{number}"
            with self.subTest(method=method, point=os.path.basename(point), ranks=ranks):
                self.cut(whole, name, point)
                self.train(name, config, *arguments, ranks=ranks)
                self.assert_same(whole, name)

    def test_qcgd_and_polish(self):
        self.cut_after_every_iteration("polish", "--set", "qcgd.polish=true")

    def test_qcgd_and_polish_in_replica_groups(self):
        self.cut_after_every_iteration("groups", "--set", "qcgd.polish=true", groups=2)

    def test_anneal(self):
        self.cut_after_every_iteration("anneal", "--set", "method=anneal")

    def test_readout_of_two_stages_of_filters(self):
        self.cut_after_every_iteration("filters", config="filters.yaml")

    def test_qat(self):
        self.cut_after_every_iteration("qat", "--set", "method=qat")

    def test_qat_before_qcgd_and_polish(self):
        self.cut_after_every_iteration("initial", "--set", "initial=qat", "--set", "qcgd.polish=true")

    def test_checkpoints_of_version_1_1(self):
        """They say nothing of a phase of QAT."""
        self.train("old-whole", "tiny.yaml", "--set", "qcgd.polish=true")
        point = self.checkpoints("old-whole")[-3]
        self.cut("old-whole", "old-cut", point)
        with h5py.File(self.path("old-cut", "run", os.path.basename(point)), "a") as file:
            del file["state"].attrs["qat_stop_reason"]
            file.attrs["format_version"] = [1, 1]
        said = self.train("old-cut", "tiny.yaml", "--set", "qcgd.polish=true")
        self.assertNotIn("warning", said)
        self.assert_same("old-whole", "old-cut")

    def test_qat_of_filters(self):
        hidden = "[{kind: filters, units: 5, filters: {count: 4, cells: 2}}]"
        words = ["method=qat", "qat.filters=trained", "qat.filter_rate=0.1", "qat.epochs=4", "network.hidden=" + hidden]
        self.cut_after_every_iteration("trained", *(word for pair in words for word in ("--set", pair)),
                                       config="filters.yaml")

    def test_five_points_of_a_real_problem(self):
        self.train("whole", "real.yaml", ranks=2)
        points = self.checkpoints("whole")
        self.assertEqual(len(points), 25)
        for number, point in enumerate(points[i] for i in (0, 3, 9, 10, 20)):
            ranks = number % 4 + 1
            with self.subTest(point=os.path.basename(point), ranks=ranks):
                self.cut("whole", f"cut-{number}", point)
                self.train(f"cut-{number}", "real.yaml", ranks=ranks)
                self.assert_same("whole", f"cut-{number}")


if __name__ == "__main__":
    runs.run_tests()
