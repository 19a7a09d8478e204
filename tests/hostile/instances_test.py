"""Odd and hostile instance files: what they mean, or where and how they are refused."""

import itertools
import json
import os
import signal
import unittest

import hostile
from hostile import Case, HostileTest

SPIN_TERMS = "0 0 1\n1 1 1\n0 1 3\n"  # -3 of spins, 0 of binary variables


def solved(name, text, file="a.coo", options=(), says=(), prints=(), **json):
    return Case(name, ["solve", file, "--json", *options], 0, {file: text}, says=says, prints=prints, json=json)


def refused(name, text, *says, file="a.txt", options=()):
    return Case(name, ["solve", file, *options], 2, {file: text}, says=says)


class CooHeaders(HostileTest):
    def test_usual_spellings_are_taken(self):
        headers = ("# vartype=SPIN", "# vartype: SPIN", "#vartype:SPIN", "# Vartype=SPIN", "# VARTYPE = spin",
                   "# vartype SPIN",
                   "# a model of mine, vartype: SPIN, 2024", "# vartype=Vartype.SPIN", '# {"vartype": "SPIN"}',
                   "\t #  vartype\t:\tSPIN")
        self.run_table([solved(header, f"{header}\n{SPIN_TERMS}", energy=-3, vartype="SPIN") for header in headers] + [
            solved("at the end of a line", "0 0 1 # vartype=SPIN\n1 1 1\n0 1 3\n", energy=-3),
            solved("at the end of the file", SPIN_TERMS + "# vartype: SPIN", energy=-3),
            solved("offset with a colon", f"# vartype: SPIN\n# offset: 3\n{SPIN_TERMS}", energy=0),
            solved("all in one line", f"# vartype=SPIN offset=2.5 variables=2, terms: 3\n{SPIN_TERMS}", energy=-0.5),
            solved("Offset", f"# Offset = -3\n# vartype=BINARY\n{SPIN_TERMS}", objective=-3),
            solved("Group", "# Group 0 1\n0 0 5\n1 1 4\n# vartype=BINARY\n", objective=4),
            solved("groups with brackets", "# groups: [0, 1]\n# GROUP=(2, 3)\n0 0 5\n1 1 4\n2 2 1\n3 3 7\n",
                   objective=5),
            solved("the same twice", f"# vartype=SPIN\n# offset 1\n# offset: 1\n# VARTYPE: spin\n{SPIN_TERMS}",
                   energy=-2)])

    def test_what_is_assumed_is_printed_and_can_be_said(self):
        self.run_table([
            solved("assumed", SPIN_TERMS, prints=("vartype BINARY is assumed",), objective=0, vartype="BINARY"),
            solved("said", SPIN_TERMS, options=("--vartype", "spin"), energy=-3, vartype="SPIN"),
            solved("confirmed", f"# vartype=SPIN\n{SPIN_TERMS}", options=("--vartype", "spin"), energy=-3,
                   vartype="SPIN"),
            solved("binary", SPIN_TERMS, options=("--vartype", "binary"), objective=0, note=None),
            refused("contradicted", f"\n# vartype: SPIN\n{SPIN_TERMS}",
                    "a.txt:2: vartype SPIN, and --vartype says BINARY",
                    options=("--vartype", "binary")),
            refused("of a format that has no choice", "2 1\n1 2 3\n", "format rudy are SPIN",
                    options=("--vartype", "binary")),
            refused("of QUBO lists", "2 1\n1 1 3\n", "format bqp are BINARY", options=("--vartype", "spin")),
            refused("no vartype", SPIN_TERMS, "--vartype", options=("--vartype", "ising"))])

    def test_what_looks_like_a_directive_is_reported(self):
        def near(header, *says):
            return refused(header, f"0 0 1\n{header}\n1 1 1\n", *says)
        self.run_table([
            near("# vartype=ISING", "a.txt:2: vartype must be BINARY or SPIN, found \"ISING\""),
            near("# vartype:", "a.txt:2: vartype must be BINARY or SPIN"),
            near("# varytpe=SPIN", "a.txt:2: ", "did you mean \"VARTYPE\""),
            near("# vartyp SPIN", "a.txt:2: ", "did you mean \"VARTYPE\""),
            near("# the vartype is SPIN", "a.txt:2: a vartype is mentioned and not given"),
            near("# ofset: 3", "a.txt:2: ", "did you mean \"OFFSET\""),
            near("# ofset 3", "a.txt:2: ", "did you mean \"OFFSET\""),
            near("# offset: three", "a.txt:2: expected offset, a number"),
            near("# offset 3 units", "a.txt:2: expected \"# offset VALUE\""),
            near("# offset=nan", "a.txt:2: offset is nan"),
            near("# offset = 1,5", "a.txt:2: expected offset, a number, found \"1,5\""),
            near("# offset:-1,5", "a.txt:2: expected offset, a number, found \"-1,5\""),
            near("# variables=1,000", "a.txt:2: expected variables, a whole number, found \"1,000\""),
            near("# group 0 0", "a.txt:2: variable 0 is in this group twice"),
            near("# grup 0 1", "a.txt:2: ", "did you mean \"GROUP\""),
            near("# group 0 x", "a.txt:2: expected index of a group"),
            near("# group: ", "a.txt:2: a group without indices"),
            near("# group 0 -1", "a.txt:2: index of a group -1 is outside"),
            near("# variable=4", "a.txt:2: ", "did you mean \"VARIABLES\""),
            near("# variables: 1", "index 1 is used, and the file says that it has 1 variables"),
            refused("twice", f"# vartype=SPIN\n# vartype=BINARY\n{SPIN_TERMS}",
                    "a.txt:2: vartype BINARY contradicts line 1"),
            refused("two offsets", f"# offset=1\n# offset=2\n{SPIN_TERMS}", "a.txt:2: offset 2 contradicts 1"),
            refused("groups that overlap", "# group 0 1\n# group 1 2\n0 0 1\n",
                    "a.txt:2: variable 1 is in this group twice, or also"),
            solved("a comma before the next directive", f"# vartype=SPIN, offset=3,terms=3\n{SPIN_TERMS}", energy=0),
            solved("type=SPIN", f"# type=SPIN\n{SPIN_TERMS}", says=("a.coo:1: \"type: SPIN\" looks like a directive",),
                   objective=0),
            solved("constant: 3", f"# constant: 3\n{SPIN_TERMS}", says=("a.coo:1: \"constant: 3\" looks like",),
                   objective=0),
            solved("group of", f"# group of items\n{SPIN_TERMS}", says=("a.coo:1: \"group of items\" looks like",)),
            solved("prose", f"# written: by hand, see http://a.b/c\n# all terms of it\n{SPIN_TERMS}", warnings=None)])


class Lists(HostileTest):
    def test_weights_are_left_out_of_all_lines_or_of_none(self):
        self.run_table([
            refused("the last", "3 3\n1 2\n2 3 7\n1 3\n", "a.txt:3: a line with a weight"),
            refused("the first has one", "3 3\n1 2 1\n2 3\n1 3 1\n", "a.txt:3: a line without a weight"),
            refused("by name", "3 3\n1 2 1\n1 3 1\n2 3\n", "a.txt:4: a line without", options=("--format", "rudy")),
            *(refused(f"{form}", "3 3\n1 2 4\n2 3\n1 3 1\n", "a.txt:3: expected i j value", options=("--format", form))
              for form in ("ising", "bqp", "sparse", "beasley")),
            refused("coo", "0 1 2\n1 2\n", "a.txt:2: expected i j value"),
            refused("qbsolv", "p qubo 0 2 1 1\n0 0 1\n0 1\n", "a.txt:3: expected i j value"),
            refused("mtx", "%%MatrixMarket matrix coordinate real symmetric\n3 3 2\n2 1 1\n3 1\n",
                    "a.txt:4: expected i j value"),
            refused("mtx pattern", "%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 1 4\n",
                    "a.txt:4: expected i j"),
            solved("none", "3 3\n1 2\n2 3\n1 3\n", "a.txt", cut=2),
            solved("all", "3 3\n1 2 1\n2 3 7\n1 3 1\n", "a.txt", cut=8)])

    def test_marks_line_ends_and_compression(self):
        graph, matrix = "3 3\n1 2 1\n2 3 7\n1 3 1\n", "name\nqbn\nMinimize\n2\n1\n2 1 -8\n0\n0\n0\n"
        ends = {"CRLF": "\r\n", "CR": "\r", "form feeds": " \f\n"}
        for text, key in ((graph, {"cut": 8}), (matrix, {"objective": -4})):
            self.run_table([solved(name, text.replace("\n", end), "a.txt", **key) for name, end in ends.items()])
            self.run_table([solved("mark", b"\xef\xbb\xbf" + text.encode(), "a.txt", **key)])
        self.run_table([
            solved("mark before a comment", b"\xef\xbb\xbf# vartype: SPIN\r\n0 1 3\r\n", energy=-3),
            refused("UTF-16", b"\xff\xfe" + graph.encode("utf-16-le"), "a.txt:1: text in UTF-16"),
            refused("UTF-16, the other", b"\xfe\xff" + graph.encode("utf-16-be"), "a.txt:1: text in UTF-16"),
            refused("gzip", b"\x1f\x8b\x08\x00junk", "a.txt:1: compressed by gzip"),
            refused("zip", b"PK\x03\x04junk", "a.txt:1: a zip archive"),
            refused("xz", b"\xfd7zXZ\x00junk", "a.txt:1: compressed by xz")])


class OtherFormats(HostileTest):
    # The example of the README of qbsolv.
    QBSOLV = ("c\nc  This is a sample .qubo file\np  qubo  0  4  4  6\nc ---\n0  0   3.4\n1  1   4.5\n2  2   "
              "2.1\n3  3   -2.4\n"
              "c ---\n0  1   2.2\n0  2   3.4\n1  2   4.5\n0  3   -2\n1  3   4.5678\n2  3   -3.22\n")

    def test_qbsolv_files(self):
        entries = [line.split() for line in self.QBSOLV.splitlines() if line[0] not in "cp"]
        terms = [(int(i), int(j), float(v)) for i, j, v in entries]
        least = min(sum(v for i, j, v in terms if x[i] and x[j]) for x in itertools.product((0, 1), repeat=4))

        def check(test, _, done):
            test.assertAlmostEqual(json.loads(done.stdout.splitlines()[-1])["objective"], least)
        case = solved("the published example", self.QBSOLV, "a.qubo", format="qbsolv", spins=4)
        case.check = check
        head = "p qubo 0 3 2 1\n0 0 -1\n2 2 -1\n"
        self.run_table([
            case,
            solved("nodes need not be contiguous", head + "0 2 5\n", "a.qubo", objective=-1, spins=3, format="qbsolv"),
            solved("by name", "p QUBO unconstrained 2 1 1\n0 0 -1\n0 1 -5\n", options=("--format", "qbsolv"),
                   objective=-6),
            refused("a coupler is missing", head, "a.txt:3: 0 couplers, and the program line says 1"),
            refused("a node is missing", "p qubo 0 3 2 1\n0 0 -1\n0 2 5\n", "1 nodes, and the program line says 2"),
            refused("a node twice", "p qubo 0 3 2 1\n0 0 -1\n0 0 -1\n0 2 5\n", "node 0 is listed twice"),
            refused("a coupler twice", "p qubo 0 3 1 2\n0 0 -1\n0 2 -1\n2 0 5\n", "is listed twice"),
            refused("out of range", "p qubo 0 3 1 1\n3 3 1\n0 2 -1\n", "a.txt:2: node 3 is outside of 0 .. 2"),
            refused("no program line", "0 0 1\n", "a.txt:1: expected \"p qubo", options=("--format", "qbsolv")),
            refused("short program line", "p qubo 0 4\n0 0 1\n", "a.txt:1: expected p qubo topology"),
            refused("as another format", head + "0 2 5\n", "a file of format qbsolv", options=("--format", "bqp")),
            refused("DIMACS", "c a graph\np edge 3 2\ne 1 2\ne 2 3\n", "a.txt:2: a DIMACS file of kind \"edge\""),
            refused("CNF", "p cnf 2 1\n1 -2 0\n", "a.txt:1: a DIMACS file of kind \"cnf\"")])

    def test_matrix_market_graphs(self):
        def head(kind):
            return f"%%MatrixMarket matrix coordinate {kind}\n% a comment\n"
        triangle = "3 3 3\n2 1 1\n3 2 7\n3 1 1\n"
        both = "3 3 4\n2 1 1\n1 2 1\n3 2 -7\n2 3 -7\n"
        self.run_table([
            solved("real", head("real symmetric") + triangle, "a.mtx", cut=8, format="mtx", couplers=3),
            solved("integer", head("INTEGER Symmetric") + triangle, "a.mtx", cut=8),
            solved("pattern", head("pattern symmetric") + "3 3 3\n2 1\n3 2\n3 1\n", "a.txt", cut=2),
            solved("general", head("real general") + both, "a.mtx", cut=1, couplers=2),
            solved("a zero on the diagonal", head("real symmetric") + "2 2 2\n1 1 0\n2 1 4\n", "a.mtx", cut=4),
            refused("one direction", head("real general") + triangle, "not symmetric, so no graph"),
            refused("two weights", head("real general") + "2 2 2\n1 2 3\n2 1 4\n", "not symmetric, so no graph"),
            refused("twice", head("real symmetric") + "2 2 2\n1 2 3\n2 1 3\n", "is listed twice"),
            refused("a diagonal", head("real symmetric") + "2 2 2\n1 1 3\n2 1 3\n",
                    "a.txt:4: entry 1 1 on the diagonal"),
            refused("not square", head("real general") + "2 3 0\n", "a.txt:3: 2 rows and 3 columns: no graph"),
            refused("complex", head("complex symmetric") + "2 2 1\n2 1 1 0\n",
                    "a.txt:1: a Matrix Market file of complex values"),
            refused("skew", head("real skew-symmetric") + "2 2 1\n2 1 1\n",
                    "a.txt:1: a skew-symmetric Matrix Market file"),
            refused("dense", "%%MatrixMarket matrix array real general\n1 1\n5\n",
                    "a.txt:1: a Matrix Market file of kind matrix array"),
            refused("truncated", head("real symmetric") + "3 3 3\n2 1 1\n",
                    "a.txt:4: the file ends before entry 2 of 3"),
            refused("more", head("real symmetric") + "3 3 1\n2 1 1\n3 1 1\n", "a.txt:5: more than the 1 entries"),
            refused("as another format", head("real symmetric") + triangle, "a file of format mtx",
                    options=("--format", "rudy")),
            refused("no banner", triangle, "a.txt:1: expected the banner", options=("--format", "mtx"))])

    def test_qplib_words_and_numbers(self):
        def text(kind="QBN", sense="minimize", rest="2\n1\n2 1 3\n0\n2\n1 -1\n2 -1\n0\n"):
            return f"a\n{kind}\n{sense}\n{rest}"
        def sides(lower, upper, largest="1e30"):
            return text("LBL", rest="2\n1\n-1\n0\n0\n2\n1 1 1\n1 2 1\n" + f"{largest}\n{lower}\n0\n{upper}\n0\n")
        self.run_table([
            solved("half of every entry", "b\nQBN\nmaximize\n2\n1\n2 1 3\n0\n0\n0\n", "b.qplib", objective=1.5),
            solved("and of the diagonal", "b\nQBN\nmaximize\n1\n1\n1 1 3\n0\n0\n0\n", "b.qplib", objective=1.5),
            *(solved(f"{kind} {sense}", text(kind, sense), "b.qplib", objective=value) for kind, sense, value in
              (("qbn", "Minimize", -1), ("Qbn", "MINIMIZE", -1), ("QBN", "Maximize", 0),
               ("cbb", "maximize # sense", 0))),
            solved("sides", sides(1, 1), "b.qplib", objective=-1, feasible=True),
            solved("infinite sides", sides("-1e30", "1e30"), "b.qplib", objective=-2, feasible=True),
            refused("sideways", text(sense="sideways"), "a.txt:3: expected minimize or maximize, found \"sideways\""),
            refused("infinity 0", sides(0, 1, "0"), "a.txt:12: the value for infinity is 0: it must be above 0"),
            refused("infinity negative", sides(0, 1, "-1e30"), "the value for infinity is -1e+30: it must be above 0"),
            refused("infinity nan", sides(0, 1, "nan"), "a.txt:12: the value for infinity is nan"),
            refused("left side infinite", sides("1e30", "1e30"), "constraint 1 has the left-hand side infinity"),
            refused("right side infinite", sides("-1e30", "-1e30"), "constraint 1 has the right-hand side -infinity"),
            refused("two numbers in a line", text(rest="2 1\n2 1 3\n0\n0\n0\n"),
                    "a.txt:4: expected the number of variables alone"),
            refused("objective first letter", text("XBN"), "a.txt:", options=("--format", "qplib"))])

    def test_other_files_are_named(self):
        self.run_table([
            refused("Matrix Market without its banner", "% a graph\n3 3 2\n2 1 4\n3 1 5\n",
                    "a.txt: the first line, 3 3 2, reads as sizes"),
            refused("a list with three sizes", "3 2 1\n2 1 4\n3 1 5\n", "a.txt: the first line, 3 2 1, reads as sizes"),
            solved("a term that looks like sizes", "3 3 2\n2 1 4\n3 1 5\n", options=("--format", "coo"), spins=4),
            solved("the same, with a header", "# vartype=BINARY\n3 3 2\n2 1 4\n3 1 5\n", spins=4),
            solved("a term that does not", "3 3 2\n2 1 4\n3 0 5\n", spins=4),
            refused("HTML", "<!DOCTYPE html>\n<html>\n", "a.txt:1: an HTML or XML file"),
            refused("JSON", "{\"a\": 1}\n", "a.txt:1: a JSON file"),
            refused("LP", "Minimize\n obj: x + y\n", "a.txt:1: an LP file"),
            refused("MPS", "NAME  test\nROWS\n", "a.txt:1: an MPS file"),
            refused("LFS", "version https://git-lfs.github.com/spec/v1\n", "a.txt:1: a pointer of Git LFS"),
            refused("nothing", "", "a.txt:1: the file ends before anything to read"),
            refused("only comments", "# a\n# b\n", "the file ends before anything to read")])


class Overflow(HostileTest):
    def test_sums_that_could_overflow_are_refused_with_their_line(self):
        big = "1e308"
        lists = "3 2\n1 2 {0}\n2 3 {0}\n".format(big)
        cases = [refused(form, lists, "a.txt:2: value 1e+308: the values up to here add up to more than",
                         options=("--format", form)) for form in ("rudy", "ising", "bqp", "sparse", "beasley")]
        self.run_table(cases + [
            refused("rudy, recognised", lists, "a.txt:2: value 1e+308: the values up to here"),
            refused("for pt", lists, "a.txt:2: ", options=("--machine", "pt")),
            refused("two of a sum", "3 2\n1 2 5e305\n2 3 5e305\n", "a.txt:3: value 5e+305"),
            refused("coo", f"0 1 {big}\n1 2 {big}\n", "a.txt:1: value 1e+308"),
            refused("coo offset", "# offset=1e308\n0 1 1\n", "offset 1e+308"),
            refused("qbsolv", f"p qubo 0 2 1 1\n0 0 {big}\n0 1 -{big}\n", "a.txt:2: value 1e+308"),
            refused("mtx", f"%%MatrixMarket matrix coordinate real symmetric\n2 2 1\n2 1 {big}\n",
                    "a.txt:3: value 1e+308"),
            refused("qplib", f"a\nQBN\nminimize\n2\n2\n1 1 {big}\n2 1 {big}\n0\n0\n0\n", "a.txt:6: value 1e+308"),
            refused("qplib linear", f"a\nQBN\nminimize\n9\n0\n{big}\n0\n0\n", "a.txt:6: linear coefficients"),
            refused("qplib constant", f"a\nQBN\nminimize\n2\n0\n0\n0\n-{big}\n", "a.txt:8: constant -1e+308"),
            refused("qplib rows", "a\nLBL\nminimize\n2\n1\n0\n0\n0\n2\n1 1 1e300\n1 2 1\n1e30\n0\n0\n1\n0\n",
                    "a.txt:10: value 1e+300: the values up to here add up to more than 1e+120"),
            refused("qplib sides", "a\nLBL\nminimize\n2\n1\n0\n0\n0\n2\n1 1 1\n1 2 1\n1e308\n0\n0\n1e300\n0\n",
                    "constraint 1: side 1e+300"),
            refused("qplib objective of a program",
                    "a\nLBL\nminimize\n2\n1\n1e300\n0\n0\n2\n1 1 1\n1 2 1\n1e30\n0\n0\n1\n0\n",
                    "a.txt:6: linear coefficients of the objective 2e+300"),
            refused("too small", "2 1\n1 2 5e-324\n", "a.txt:2: value 5e-324: nearer to 0 than"),
            solved("large and exact", "3 3\n1 2 1e300\n2 3 7e300\n1 3 1e300\n", "a.txt", cut=8e300),
            solved("small and exact", "3 3\n1 2 1e-300\n2 3 7e-300\n1 3 1e-300\n", "a.txt", cut=8e-300)])


class SpecialAndLarge(HostileTest):
    def test_words_of_megabytes_are_not_copied_into_messages(self):
        def short(test, _, done):
            test.assertLess(len(done.stderr), 1000)
        word = "9" * 20_000_000
        for form, text in (("rudy", f"3 1\n1 {word} 1\n"), ("coo", f"0 {word} 1\n"),
                           ("coo", f"# vartype={word}\n0 1 1\n"),
                           ("coo", f"# {word}=SPIN\n0 1 1\n"), ("qplib", f"a\n{word}\nminimize\n"),
                           ("qplib", f"a\nQBN\n{word}\n"),
                           ("mtx", f"%%MatrixMarket matrix {word} real general\n"),
                           ("qbsolv", f"p qubo 0 {word} 1 1\n"),
                           ("beasley", f"{word}\n"), ("", f"{word} a b c d\n"), ("", f"p {word}\n")):
            with self.subTest(form=form, text=text[:20]):
                options = ["--format", form] if form else []
                self.run_case(Case("long word", ["solve", "a.txt", *options], 0 if "=SPIN" in text else 2,
                                   {"a.txt": text},
                                   says=() if "=SPIN" in text else ("a.txt:",), check=short))

    def test_what_does_not_fit_the_memory_is_refused_at_once(self):
        def much(name, text, place, bytes_free=0, options=()):
            return Case(name, ["solve", "a.txt", *options], 2, {"a.txt": text}, says=(place, "of memory, and"),
                        seconds=5,
                        address_space=bytes_free)
        huge = 2_000_000_000
        self.run_table([
            much("rudy", f"{huge} 1\n1 2 1\n", "a.txt:1: "),
            much("coo", f"# variables {huge}\n0 1 1\n", "a.txt:2: "),
            much("coo index", f"0 {huge} 1\n", "a.txt:1: "),
            much("qplib", f"a\nQBN\nminimize\n{huge}\n0\n0\n0\n0\n", "a.txt:4: "),
            much("qplib rows", f"a\nLBL\nminimize\n2\n{huge}\n0\n0\n0\n0\n1e30\n0\n0\n1\n0\n", "a.txt:5: "),
            much("qbsolv", f"p qubo 0 {huge} 1 0\n0 0 1\n", "a.txt:1: "),
            much("mtx", f"%%MatrixMarket matrix coordinate real symmetric\n{huge} {huge} 1\n2 1 1\n", "a.txt:2: "),
            # 198 to 410 bytes a variable were measured; 64 were assumed.
            *(much(f"{form} under a limit", text, "a.txt:", 900 << 20, ("--format", form)) for form, text in (
                ("rudy", "2500000 1\n1 2 1\n"), ("bqp", "2500000 1\n1 2 1\n"), ("coo", "# variables 2500000\n0 1 1\n"),
                ("qplib", "a\nQBN\nminimize\n2500000\n0\n0\n0\n0\n"))),
            refused("penalties of a large group", "# group " + " ".join(map(str, range(60000))) + "\n0 1 1\n",
                    "pairs, which need more memory than", options=("--machine", "bsb")),
            refused("a large penalty", "# group 0 1 2\n0 1 1\n", "energies would overflow",
                    options=("--machine", "bsb", "--penalty", "1e307")),
            refused("words without end", "1 " * 10_000_000, "a.txt:1: the format is not recognised"),
            refused("words without end in a list", "3 1\n" + "1 " * 10_000_000,
                    "a.txt:2: expected i j value, found at least",
                    options=("--format", "rudy")),
            refused("comments without end", "#\n" * 10_000_000, "the file ends before anything to read"),
            refused("another problem", "3 1\n1 2 1\n", "--problem 2: files of format rudy hold one problem",
                    options=("--problem", "2"))])

    def test_reading_sees_signals_and_the_time_limit(self):
        def large(folder):
            block = "".join(f"{i} {i + 1} 1\n" for i in range(1, 20000)) * 4
            with open(os.path.join(folder, "g.txt"), "w", encoding="utf-8") as file:
                file.write(f"20000 {19999 * 4 * 100}\n")
                for _ in range(100):
                    file.write(block)
        self.run_case(Case("TERM", ["solve", "g.txt"], 85, says=("stopped by signal TERM",), prepare=large,
                           send=(0.4, signal.SIGTERM), seconds=2))
        self.run_case(Case("time limit", ["solve", "g.txt", "--time-limit", "0.3"], 85,
                           says=("--time-limit 0.3: over while g.txt was read",), prepare=large, seconds=2))


if __name__ == "__main__":
    hostile.main()
