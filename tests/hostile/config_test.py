"""Configurations that would make their reader build or search without end, and texts that are none."""

import os

import h5py
import numpy

import hostile
import input_files_test as files_test
from hostile import Case, HostileTest

MEMORY = 1500 * 2**20  # MPI and the shared libraries map the most of it
SECOND = "a second document; one configuration per file"


def check(name, text, *says, code=2, **more):
    return Case(f"check: {name}", ["check", "y.yaml"], code=code, files={"y.yaml": text}, says=says, seconds=10,
                address_space=MEMORY, **more)


def bomb(levels=9, width=9):
    """Each list holds the one before it nine times, by aliases."""
    lines = ["schema: 1", "l0: &l0 [1]"]
    lines += [f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * width)}]" for i in range(1, levels + 1)]
    return "\n".join(lines) + "\n"


def nested(depth):
    return "schema: 1\n" + "".join(f"{' ' * i}a:\n" for i in range(depth))


class Documents(HostileTest):
    def test_what_stands_behind_the_document(self):
        self.run_table([
            check("a stray comma", "{schema: 1, seed: 2},\n", "y.yaml:1:21: ", SECOND),
            check("a stray comma behind a list", "[1],", "y.yaml:1:4: ", SECOND),
            check("two stray commas", "{schema: 1},,\n", "y.yaml:1:12: ", SECOND),
            check("a stray bracket", "{schema: 1}}\n", "y.yaml:1:12: not YAML"),
            check("a key behind brackets", "{schema: 1} seed: 2\n", "y.yaml:1:13: not YAML"),
            check("a comma alone", ",\n", "y.yaml:1:1: "),
            check("a comma in front", ", {schema: 1}\n", "y.yaml:1:1: "),
            check("a million documents", "---\n" * 200000, "y.yaml:3:1: ", SECOND),
            check("a million ends of documents", "schema: 1\nsede: 1\n" + "...\n" * 200000,
                  "y.yaml:2:1: sede: unknown key"),
            check("a million directives", "%TAG ! x\n" * 100000, "y.yaml:2:1: not YAML"),
        ])

    def test_aliases(self):
        self.run_table([
            check("lists of lists", bomb(), "more than 100000 values, each alias counted"),
            check("one level more each", bomb(40, 2), "nested too deeply, through an alias"),
            check("sections of sections", bomb().replace("[", "{a: ").replace(", ", ", b: ", 1)),
            check("a million bytes a million times",
                  f"schema: 1\na: &a {'x' * 500000}\nb: [{', '.join(['*a'] * 10**5)}]\n",
                  "bytes, each alias counted"),
            check("within itself", "schema: 1\na: &a [*a]\n", "y.yaml:2:8: nested too deeply"),
            check("within itself, in a section", "schema: 1\na: &a {b: {c: *a}}\n", "y.yaml:2:15: nested too deeply"),
            check("of nothing", "schema: 1\na: *b\n", "y.yaml:2:4: not YAML"),
            check("an honest one", "schema: 1\nseed: &s 3\nqcgd: {iterations: *s}\nsede: *s\n",
                  "y.yaml:4:1: sede: unknown key"),
        ])

    def test_nesting_and_numbers(self):
        self.run_table([
            check(f"deep: {name}", text, *says) for name, text, *says in (
                ("brackets", "[" * 1000000, "y.yaml:1:9: nested too deeply"),
                ("brackets a line each", "[\n" * 500000, "y.yaml:9:1: nested too deeply"),
                ("braces", "{" * 1000000, "y.yaml:1:"),
                ("braces with keys", "{a: " * 250000, "nested too deeply"),
                ("dashes", "- " * 500000, "y.yaml:1:33: nested too deeply"),
                ("question marks", "? " * 500000, "nested too deeply"),
                ("colons", ": " * 500000, "y.yaml:1:"),
                ("sections below each other", nested(1000), "y.yaml:18:17: nested too deeply"),
                ("brackets in pairs", "[{" * 500000, "y.yaml:1:"),
                ("quotes", "'' " * 300000, "y.yaml:1:"),
                ("anchors", "&a " * 300000, "y.yaml:1:"),
                ("tags", "!a " * 300000, "y.yaml:1:"),
                ("exclamation marks", "!" * 1000000, "y.yaml:1:"))
        ] + [
            check("a list of a million nothings", f"schema: 1\na: [{',' * 10**6}]\n", "more than 100000 values"),
            check("90000 keys", "schema: 1\n" + "".join(f"k{i}: 1\n" for i in range(90000)), "more than 100000 values"),
            check("40000 unknown keys", "schema: 1\n" + "".join(f"k{i}: 1\n" for i in range(40000)),
                  "y.yaml:2:1: k0: unknown"),
            check("40000 times one key", "schema: 1\n" + "seed: 1\n" * 40000, "duplicate key", "and 39899 more"),
            check("30000 layers", f"schema: 1\nnetwork: {{hidden: [&l {{units: 1}}{', *l' * 30000}]}}\n",
                  "y.yaml:2:19: network.hidden: expected at most 100 hidden layers, found 30001"),
            check("a word of 900 kB", f"schema: 1\nseed: {'9' * 900000}\n", "y.yaml:2:7: seed: expected",
                  "(900000 bytes)"),
            check("a key of 900 kB", f"schema: 1\n? {'x' * 900000}\n: 1\n", "y.yaml:2:3: x",
                  "(900000 bytes): unknown key"),
            check("2 MB of comments", "schema: 1\n" + "#\n" * 1000000, "y.yaml: 1.9 MiB of YAML, more than the"),
            check("20 MB of comments", "schema: 1\n" + "#\n" * 10000000,
                  "more than the 16.0 MiB that a configuration may have"),
            check("1 MB of lines in front", "\n" * 1000000 + "schema: 1\nsede: 1\n",
                  "y.yaml:1000002:1: sede: unknown key"),
        ])


class Encodings(HostileTest):
    def test_what_is_text(self):
        wrong = "schema: 1\nsede: 2\n"
        self.run_table([
            check("a byte-order mark", b"\xef\xbb\xbf" + wrong.encode(), "y.yaml:2:1: sede: unknown key"),
            check("lines that end as on Windows", wrong.replace("\n", "\r\n"), "y.yaml:2:1: sede: unknown key"),
            check("both", b"\xef\xbb\xbf" + wrong.replace("\n", "\r\n").encode(), "y.yaml:2:1: sede: unknown key"),
            check("Latin-1", b"schema: 1\noutput: {directory: caf\xe9}\n",
                  "y.yaml:2:24: not YAML: byte 0xe9 is not UTF-8"),
            check("half a character", b"schema: 1\n# \xe2\x82\nseed: 1\n", "y.yaml:2:3: not YAML: byte 0xe2"),
            check("an overlong slash", b"schema: 1\n# \xc0\xaf\n", "y.yaml:2:3: not YAML: byte 0xc0"),
            check("a surrogate", b"schema: 1\n# \xed\xa0\x80\n", "y.yaml:2:3: not YAML: byte 0xed"),
            check("UTF-16", wrong.encode("utf-16"), "y.yaml:1:1: not YAML: is UTF-16"),
            check("UTF-16 without a mark", wrong.encode("utf-16-le"), "y.yaml:1:2: not YAML: control character 0x00"),
            check("a NUL", b"schema: 1\nseed: 1\0\n", "y.yaml:2:8: not YAML: control character 0x00"),
            check("a NUL by its escape", 'schema: 1\noutput: {directory: "a\\0b"}\n',
                  "y.yaml:2:21: a text that holds a NUL"),
            check("an escape", b"schema: 1\n# \x1b[31m\n", "y.yaml:2:3: not YAML: control character 0x1b"),
            check("nothing", "", "y.yaml:1:1: schema: missing"),
        ])


class OtherPlaces(HostileTest):
    def test_options(self):
        def option(value, *says):
            return Case(f"--set {value[:30]}", ["check", "y.yaml", "--set", value], files={"y.yaml": "schema: 1\n"},
                        says=says,
                        seconds=10, address_space=MEMORY)
        self.run_table([
            option("seed=2,3", "--set seed: expected a whole number"),
            option("data.classes=[0, 1],", "--set data.classes: the value is not YAML: more than one value"),
            option("seed={},", "--set seed: the value is not YAML: more than one value"),
            option("seed=&a [*a]", "--set seed: the value is not YAML: nested too deeply"),
            option("seed=" + "[" * 100000, "--set seed: the value is not YAML: nested too deeply"),
            option("a." * 60000 + "b=1", "--set a.a.", "no key has so many dots"),
            option("." * 120000 + "=1", "no key has so many dots"),
            option("x" * 120000 + "=1", "(120000 bytes)"),
        ])

    def test_sweeps(self):
        def sweep(name, text, *says):
            return Case(f"sweep: {name}", ["sweep", "--list", "s.yaml"], says=says, seconds=10, address_space=MEMORY,
                        files={"s.yaml": text, "base.yaml": "schema: 1\n"})
        base = "schema: 1\nbase: base.yaml\noutput: o\naxes:\n"
        self.run_table([
            sweep("a stray comma", "{schema: 1, base: base.yaml, output: o, axes: [{key: seed, range: [1, 2]}]},\n",
                  SECOND),
            sweep("lists of lists", bomb(), "more than 100000 values"),
            sweep("a key of many dots", base + f"- {{key: {'a.' * 60000}b, range: [1, 2]}}\n", "s.yaml:5:"),
            sweep("a million values", base + f"- {{key: seed, list: [{'1,' * 400000}]}}\n", "more than 100000 values"),
            sweep("Latin-1", (base + "- {key: seed, range: [1, 2]}\n# caf\xe9\n").encode("latin-1"),
                  "s.yaml:6:6: not YAML"),
        ])

    def test_the_configuration_in_results(self):
        files = {"odd.h5": files_test.trained_results(), **files_test.data_files()}

        def replace(text):
            def prepare(folder):
                with h5py.File(os.path.join(folder, "odd.h5"), "r+", libver="v110") as file:
                    del file["config/yaml"]
                    file["config/yaml"] = numpy.array([text], dtype=f"S{len(text)}")
            return prepare
        self.run_table([Case(f"results: {name}", ["evaluate", "odd.h5"], files=files, prepare=replace(text.encode()),
                             says=says,
                             seconds=10, address_space=MEMORY)
                        for name, text, says in (
                            ("a stray comma", "{schema: 1, seed: 2},", ("odd.h5:1:21: ", SECOND)),
                            ("lists of lists", bomb(), ("odd.h5:", "more than 100000 values")),
                            ("deep", "[" * 1000000, ("odd.h5:1:9: nested too deeply",)),
                            ("2 MB", "#" * 2000000, ("odd.h5: 1.9 MiB of YAML",)))])


if __name__ == "__main__":
    hostile.main()
