"""Files that are no regular files, wherever the program reads one; names of data files; HDF5 files that lead
elsewhere."""

import gzip
import os
import struct
import subprocess

import h5py
import numpy

import hostile
from hostile import Case, HostileTest

TINY = """schema: 1
data: {dataset: idx, directory: ., train_samples: all, pool: 1, levels: 16, classes: [0, 1]}
network:
  hidden: [{units: 2, activation: sign, weights: 1bit, bias: 2bit}]
  output: {weights: 1bit, bias: 2bit, loss: hinge}
method: qcgd
qcgd: {iterations: 2}
output: {directory: run}
"""
SWEEP = "schema: 1\nbase: base.yaml\noutput: swept\naxes:\n  - {key: seed, range: [1, 2]}\n"
PARTS = [f"{part}-{kind}" for part in ("train", "t10k") for kind in ("images-idx3-ubyte", "labels-idx1-ubyte")]


def make_fifo(folder):
    os.mkfifo(os.path.join(folder, "pipe"))


def data_files(dotted=False):
    """The tiny data set of program.py as files of a case; `dotted`: unpacked, with a dot before idx."""
    with hostile.tempfile.TemporaryDirectory() as folder:
        hostile.tool.write_images(folder)
        files = {}
        for name in PARTS:
            with open(os.path.join(folder, name + ".gz"), "rb") as file:
                packed = file.read()
            files[name.replace("-idx", ".idx") if dotted
                  else name + ".gz"] = gzip.decompress(packed) if dotted else packed
        return files


def large_data_files():
    """Two classes of 28x28 pixels, 24,000 training images."""
    files = {}
    for part, count in (("train", 24000), ("t10k", 20)):
        pixels = (bytes(range(200)) * (count * 784 // 200 + 1))[:count * 784]
        files[part + "-images-idx3-ubyte.gz"] = gzip.compress(struct.pack(">4i", 2051, count, 28, 28) + pixels)
        labels = bytes([0, 1]) * (count // 2)
        files[part + "-labels-idx1-ubyte.gz"] = gzip.compress(struct.pack(">2i", 2049, count) + labels)
    return files


def without(files, name):
    return {key: value for key, value in files.items() if key != name}


def make(kind, name):
    """How to put a special file of some kind in place of `name`."""
    def prepare(folder):
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if kind == "a pipe":
            os.mkfifo(path)
        elif kind == "a folder":
            os.mkdir(path)
        else:
            os.symlink("/dev/zero", path)
    return prepare


def h5_file(fill):
    """A file that passes for one of isinglass, with what `fill` puts into it."""
    def prepare(folder):
        with h5py.File(os.path.join(folder, "odd.h5"), "w", libver="v110") as file:
            for name, value in {"format": b"isinglass-results", "program_version": b"0.1.0"}.items():
                file.attrs[name] = numpy.bytes_(value)
            file.attrs["format_version"] = numpy.array([1, 1], dtype="<i8")
            file.attrs["finished"] = numpy.int64(1)
            fill(file)
        make_fifo(folder)
    return prepare


def circle(file):
    file["below"] = file["/"]
    other = file.create_group("other")
    other["above"] = other


def soft_circle(file):
    file["again"] = h5py.SoftLink("/")
    file["nowhere"] = h5py.SoftLink("/none")


def external_link(file):
    file["out"] = h5py.ExternalLink("pipe", "/")
    file["zeros"] = h5py.ExternalLink("/dev/zero", "/")


def deep(file):
    group = file
    for _ in range(2000):
        group = group.create_group("g")


def trained_results():
    """The bytes of results.h5 of a tiny training."""
    with hostile.tempfile.TemporaryDirectory() as folder:
        for name, content in {"tiny.yaml": TINY.encode(), **data_files()}.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(content)
        done = subprocess.run([hostile.PROGRAM, "train", "tiny.yaml", "--quiet"], cwd=folder, check=True, timeout=60)
        assert done.returncode == 0
        with open(os.path.join(folder, "run", "results.h5"), "rb") as file:
            return file.read()


def changed(path, make_other):
    """How to replace an object of odd.h5."""
    def prepare(folder):
        make_fifo(folder)
        with h5py.File(os.path.join(folder, "odd.h5"), "r+", libver="v110") as file:
            del file[path]
            make_other(file, path)
    return prepare


def link_to(target):
    def make_link(file, path):
        file[path] = h5py.ExternalLink(target, path)
    return make_link


def data_in(target):
    def make_data(file, path):
        file.create_dataset(path, (1,), dtype="S1000", external=[(target, 0, 1000)])
    return make_data


def virtual_data(file, path):
    layout = h5py.VirtualLayout(shape=(1,), dtype="S1000")
    layout[0] = h5py.VirtualSource("pipe", "yaml", shape=(1,))[0]
    file.create_virtual_dataset(path, layout)


def huge_data(file, path):
    file.create_dataset(path, (10**12,), dtype="S1000", chunks=(1000,))


def huge_shape(file, path):
    file.create_dataset(path, (2**33, 2**31), dtype="<i4", chunks=(1000, 1000))


class SpecialFiles(HostileTest):
    def test_special_files_are_refused_before_they_are_opened(self):
        cases = []
        for command in (["solve"], ["check"], ["train"], ["inspect"], ["sweep", "--list"], ["evaluate"],
                        ["export", "--format",
                        "lp", "-o", "out.lp"], ["bounds"], ["compile"]):
            cases += [Case(f"{command[0]} of a pipe", [*command, "pipe"], says=("pipe: a pipe",), prepare=make_fifo),
                      Case(f"{command[0]} of an endless device", [*command, "/dev/zero"],
                           says=("/dev/zero: a device",)),
                      Case(f"{command[0]} of no file", [*command, "none"], says=("none: no such file",))]
            if command[0] not in ("evaluate", "bounds"):
                cases += [Case(f"{command[0]} of a folder", [*command, "/usr"], says=("/usr: a folder",))]
        self.run_table(cases)

    def test_names_that_no_file_can_have(self):
        name = "n" * 300
        sweep = {"sweep.yaml": SWEEP.replace("swept", name), "base.yaml": TINY}
        self.run_table([
            Case(f"a name of 300 letters: {' '.join(arguments)[:20]}", arguments, says=("nnn", "File name too long"),
                 files={"tiny.yaml": TINY, **sweep, **data_files()})
            for arguments in (["check", name], ["train", "tiny.yaml", "--output", name], ["status", name],
                              ["evaluate", name],
                              ["bounds", "tiny.yaml", "--model", name], ["sweep", "--list", "sweep.yaml"],
                              ["solve", name])
        ] + [Case("a link to itself", ["evaluate", "loop"], says=("loop: Too many levels of symbolic links",),
                  prepare=lambda folder: os.symlink("loop", os.path.join(folder, "loop")))])

    def test_special_data_files(self):
        cases = []
        for kind in ("a pipe", "a folder", "a device"):
            for name in (PARTS[0] + ".gz", PARTS[3] + ".gz"):
                cases.append(Case(f"data: {kind} as {name}", ["check", "tiny.yaml"], prepare=make(kind, name),
                                  files={"tiny.yaml": TINY, **without(data_files(), name)}, says=(f"{name}: {kind}",)))
        self.run_table(cases)

    def test_special_files_in_run_folders_and_sweeps(self):
        cases = []
        for kind in ("a pipe", "a folder", "a device"):
            cases += [Case(f"status: {kind} as results", ["status", "run"], prepare=make(kind, "run/results.h5"),
                           says=(f"results.h5: {kind}",)),
                      Case(f"evaluate: {kind} as results", ["evaluate", "run"], prepare=make(kind, "run/results.h5"),
                           says=(f"results.h5: {kind}",)),
                      Case(f"status: {kind} as configuration", ["status", "run"],
                           prepare=make(kind, "run/config.resolved.yaml"),
                           says=(f"config.resolved.yaml: {kind}",)),
                      Case(f"status: {kind} as trace", ["status", "run"], prepare=make(kind, "run/trace"),
                           files={"run/config.resolved.yaml": TINY}, says=(f"trace: {kind}",)),
                      Case(f"train: {kind} as configuration of the run", ["train", "tiny.yaml"],
                           prepare=make(kind, "run/config.resolved.yaml"), files={"tiny.yaml": TINY, **data_files()},
                           says=(f"config.resolved.yaml: {kind}", "--fresh")),
                      Case(f"train: {kind} as log", ["train", "tiny.yaml"], prepare=make(kind, "run/run.log"),
                           left=("run",),
                           files={"tiny.yaml": TINY, **data_files()}, says=(f"run.log: {kind}",)),
                      Case(f"train: {kind} as lock", ["train", "tiny.yaml"], prepare=make(kind, "run/lock"),
                           files={"tiny.yaml": TINY, **data_files()},
                           says=("run/lock: a ", "expected a regular file or none")),
                      Case(f"sweep: {kind} as base", ["sweep", "--list", "sweep.yaml"], prepare=make(kind, "base.yaml"),
                           files={"sweep.yaml": SWEEP}, says=(f"base.yaml: {kind}",))]
        self.run_table(cases)

    def test_names_of_data_files(self):
        files = data_files(dotted=True)
        self.run_table([
            Case("a dot before idx", ["check", "tiny.yaml"], code=0, files={"tiny.yaml": TINY, **files},
                 prints=("54 training", "20 test")),
            Case("a dot before idx, one missing", ["check", "tiny.yaml"],
                 says=("t10k-labels-idx1-ubyte: no such file",),
                 files={"tiny.yaml": TINY, **without(files, "t10k-labels.idx1-ubyte")}),
        ])

    def test_data_files_that_need_more_than_there_is(self):
        header = struct.pack(">4i", 2051, 2**31 - 1, 28, 28)
        self.run_table([
            Case("a header of 1.6 terabytes", ["check", "tiny.yaml"], says=("more than a file of", "can hold"),
                 files={"tiny.yaml": TINY, **data_files(), PARTS[0] + ".gz": gzip.compress(header)}),
            Case("4 GB of zeros in 4 MB, in 2 GB of memory", ["check", "tiny.yaml"],
                 says=("of memory", "are available"),
                 files={"tiny.yaml": TINY, **data_files(), PARTS[0] + ".gz":
                        gzip.compress(struct.pack(">4i", 2051, 2**22, 32, 32) + bytes(2**22)) + bytes(2**22)},
                 address_space=2 * 2**30),
            Case("copies whose state needs 1 GiB, in as much address space",
                 ["train", "tiny.yaml", "--set", "method=qcgd", "--set", "data.copies=64",
                  "--set", "network.hidden=[{units: 16000}]"],
                 says=("data.train_samples: the state of the training samples takes at least 10", "are left",
                       "set fewer samples, data.copies or units"),
                 files={"tiny.yaml": TINY, **data_files()}, address_space=2**30),
            Case("copies of 1.1 GB, in 1 GiB of memory", ["check", "tiny.yaml", "--set", "data.copies=64"],
                 says=("data.copies: the inputs of ", "samples take ", "are left; set fewer"),
                 files={"tiny.yaml": TINY, **large_data_files()}, address_space=2**30),
        ])


class StrangeHdf5(HostileTest):
    def test_links_are_named_and_not_followed(self):
        def inspect(name, fill, *prints):
            return Case(name, ["inspect", "odd.h5"], code=0, prepare=h5_file(fill), prints=prints)
        self.run_table([
            inspect("a group that holds the root", circle, "/below", "-> /", "/other/above", "-> /other"),
            inspect("soft links", soft_circle, "/again", "-> /", "/nowhere", "-> /none"),
            inspect("external links", external_link, "/out", "-> pipe:/"),
            Case("2000 groups in each other", ["inspect", "odd.h5"], prepare=h5_file(deep), says=("nested more than",)),
        ])

    def test_other_files_stay_closed_and_shapes_are_believed_to_nobody(self):
        files = {"odd.h5": trained_results(), **data_files()}
        self.run_table([Case("the file as it was", ["evaluate", "odd.h5"], code=0, files=files)] + [
            Case(name, ["evaluate", "odd.h5"], files=files, prepare=changed(path, other), says=("odd.h5: ", says))
            for name, path, other, says in (
                ("configuration by a link to a pipe", "config", link_to("pipe"), "/config"),
                ("configuration by a link to a device", "config", link_to("/dev/zero"), "/config"),
                ("a network by a link to a folder", "model", link_to("/usr"), "/model"),
                ("a configuration in a pipe", "config/yaml", data_in("pipe"), "in other files"),
                ("centres in a device", "model/center", data_in("/dev/zero"), "in other files"),
                ("a configuration from other files", "config/yaml", virtual_data, "in other files"),
                ("a configuration of 10^15 bytes", "config/yaml", huge_data, "more than its 0 stored bytes can hold"),
                ("2^64 centres", "model/center", huge_shape, "more than its 0 stored bytes can hold"))])


if __name__ == "__main__":
    hostile.main()
