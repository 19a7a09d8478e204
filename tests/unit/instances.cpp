#include "base/error.hpp"
#include "formats/coo.hpp"
#include "formats/qplib.hpp"
#include "ising/enumeration.hpp"
#include "ising/external/problem_text.hpp"
#include "namespaces.hpp"
#include "random_ising.hpp"
#include "random_program.hpp"
#include "solve/solution_file.hpp"
#include "temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <fstream>
#include <functional>
#include <tuple>
#include <utility>

#include <fmt/format.h>

BOOST_AUTO_TEST_SUITE(instances)

using namespace isinglass;
using namespace isinglass::testing;
using testing::Words;

namespace {

struct Files : testing::TemporaryFolder {
  InstanceText text(const std::string& name, const std::string& content) const {
    return read_instance_text(write(name, content));
  }
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    const std::filesystem::path file = *this / name;
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }
};

/// "n m", then random entries i j value; with `diagonal` also i == j.
struct RandomList {
  int size = 0;
  std::vector<BinaryTerm> entries;

  RandomList(Words& words, bool diagonal) : size(words.between(3, 9)) {
    for (int i = 0; i < size; ++i)
      for (int j = diagonal ? i : i + 1; j < size; ++j)
        if (words.between(0, 2) > 0) entries.push_back({i, j, 1.0 * words.between(-9, 9)});
  }
  [[nodiscard]] std::string text(int first_index, bool with_head) const {
    std::string text = with_head ? fmt::format("{} {}\n", size, entries.size()) : "";
    for (const BinaryTerm& e : entries)
      text += fmt::format("{} {} {}\n", e.i + first_index, e.j + first_index, e.value);
    return text;
  }
  /// The least sum over entries of weight(x, entry), over all x.
  [[nodiscard]] double least(const std::function<double(std::uint32_t, const BinaryTerm&)>& weight) const {
    double best = std::numeric_limits<double>::infinity();
    for (std::uint32_t x = 0; x < (1U << size); ++x) {
      double sum = 0;
      for (const BinaryTerm& e : entries) sum += e.value * weight(x, e);
      best = std::min(best, sum);
    }
    return best;
  }
};

int bit(std::uint32_t x, std::int64_t i) { return static_cast<int>((x >> i) & 1U); }

double proven(const Instance& instance) { return Enumeration().program(instance.problem)->read({}).best()->energy; }

double both(std::uint32_t x, const BinaryTerm& e) { return bit(x, e.i) * bit(x, e.j); }

void expect_error(const std::filesystem::path& path, const std::string& format, const std::string& part) {
  try {
    static_cast<void>(read_instance(path, {.format = format}));
    BOOST_TEST_CONTEXT(part) BOOST_FAIL("no error");
  } catch (const InputError& error) {
    BOOST_TEST_CONTEXT(error.what() << " must contain " << part)
    BOOST_TEST(std::string(error.what()).find(path.string() + ":" + part) == 0U);
  }
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(lists_mean_what_they_say, Files) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Words words(seed);
    const RandomList graph(words, false), matrix(words, true);
    const auto graph_file = write("graph.mc", graph.text(1, true)),
               matrix_file = write("matrix.txt", matrix.text(1, true));
    const auto cut = [](std::uint32_t x, const BinaryTerm& e) { return -1.0 * (bit(x, e.i) ^ bit(x, e.j)); };
    const auto spin = [](std::uint32_t x, const BinaryTerm& e) {
      return (2.0 * bit(x, e.i) - 1) * (e.i == e.j ? 1.0 : 2.0 * bit(x, e.j) - 1);
    };
    const auto twice = [](std::uint32_t x, const BinaryTerm& e) { return (e.i == e.j ? 1 : 2) * both(x, e); };
    const auto minus = [&](std::uint32_t x, const BinaryTerm& e) { return -twice(x, e); };
    const Instance rudy = read_instance(graph_file, {});
    BOOST_TEST(rudy.format == "rudy");
    BOOST_TEST(proven(rudy) == graph.least(cut));
    BOOST_TEST(goal_value(rudy.goal, proven(rudy)) == -graph.least(cut));
    BOOST_TEST(proven(read_instance(matrix_file, {.format = "ising"})) == matrix.least(spin));
    BOOST_TEST(proven(read_instance(matrix_file, {.format = "bqp"})) == matrix.least(both));
    BOOST_TEST(proven(read_instance(matrix_file, {.format = "sparse"})) == matrix.least(twice));
    const auto several = write("several.txt", "2\n3 1\n1 2 5\n" + matrix.text(1, true));
    const Instance beasley = read_instance(several, {.format = "", .number = 2});
    BOOST_TEST(beasley.format == "beasley");
    BOOST_TEST(proven(beasley) == matrix.least(minus));
    BOOST_TEST(goal_value(beasley.goal, proven(beasley)) == -matrix.least(minus));
    BOOST_TEST(proven(read_instance(matrix_file, {.format = "beasley"})) == matrix.least(minus));
  }
}

BOOST_FIXTURE_TEST_CASE(formats_are_recognised, Files) {
  BOOST_TEST(read_instance(write("a.qubo", "2 1\n1 2 -3\n"), {}).format == "bqp");
  BOOST_TEST(read_instance(write("a.sparse", "# comment\n2 1\n1 2 -3\n"), {}).format == "sparse");
  BOOST_TEST(read_instance(write("a.txt", "2 2\n1 1 4\n1 2 -3\n"), {}).format == "bqp");
  BOOST_TEST(read_instance(write("b.txt", "\n# G-set\n2 1\n1 2\n"), {}).format == "rudy");
  BOOST_TEST(read_instance(write("c.txt", "0 1 -3\n"), {}).format == "coo");
  BOOST_TEST(read_instance(write("d.txt", "1\n2 1\n1 2 -3\n"), {}).format == "beasley");
  BOOST_TEST(read_instance(write("e.txt", "name\nQBN\nminimize\n2\n1\n2 1 3\n0\n0\n0\n"), {}).format == "qplib");
  BOOST_CHECK_THROW((void)read_instance(write("f.txt", "a b c d e f\n"), {}), InputError);
  BOOST_CHECK_THROW((void)read_instance(*this / "absent", {}), InputError);
  BOOST_CHECK_THROW((void)read_instance(path(), {}), InputError);
}

BOOST_FIXTURE_TEST_CASE(coo_files_have_offsets_groups_and_spins, Files) {
  const Instance qubo =
      read_coo(text("q", "# variables 4\n# offset 2.5\n# group 0 1\n# group 2 3\n0 1 4\n1 0 1\n3 3 -2\n"));
  BOOST_TEST(qubo.problem.spins == 4U);
  BOOST_TEST(qubo.problem.groups.size() == 2U);
  BOOST_TEST(ising::energy(qubo.problem, Spins{1, 1, -1, 1}) == 2.5 + 5 - 2);
  BOOST_TEST(qubo.is_binary);
  const Instance ising = read_coo(text("i", "# vartype=SPIN\n# offset=1\n0 1 4\n1 1 -3\n"));
  BOOST_TEST(ising::energy(ising.problem, Spins{1, -1}) == 1 - 4 + 3);
  BOOST_CHECK(ising.goal == Goal::energy);
}

BOOST_FIXTURE_TEST_CASE(equal_pairs_are_added, Files) {
  const Instance rudy = read_rudy(text("r", "3 3\n1 2 1\n2 1 2\n2 3 1\n"));
  BOOST_TEST(couplers(rudy.problem) == 2);
  BOOST_TEST(goal_value(rudy.goal, ising::energy(rudy.problem, Spins{1, -1, -1})) == 3);
}

BOOST_FIXTURE_TEST_CASE(malformed_lists_are_refused_with_line_and_reason, Files) {
  const std::string binary("\x01\x00\x7f\x00", 4);
  expect_error(write("a", ""), "rudy", "1: the file ends before");
  expect_error(write("a", binary), "rudy", "1: the file is binary");
  expect_error(write("a", "3\n"), "rudy", "1: expected n m");
  expect_error(write("a", "3 2\n1 2 1\n"), "rudy", "2: the file ends before entry 2 of 2");
  expect_error(write("a", "3 1\n1 2 1\n2 3 1\n"), "rudy", "3: more than the 1 entries");
  expect_error(write("a", "3 1\n1 4 1\n"), "rudy", "2: index 4 is outside of 1 .. 3");
  expect_error(write("a", "3 1\n0 1 1\n"), "rudy", "2: index 0 is outside of 1 .. 3");
  expect_error(write("a", "3 1\n1 x 1\n"), "rudy", "2: expected index, a whole number, found \"x\"");
  expect_error(write("a", "3 1\n1 2.5 1\n"), "rudy", "2: expected index");
  expect_error(write("a", "3 1\n1 2 nan\n"), "rudy", "2: value is nan");
  expect_error(write("a", "3 1\n1 2 1e999\n"), "rudy", "2: value 1e999 is outside");
  expect_error(write("a", "3 1\n1 2 1 1\n"), "rudy", "2: expected i j value");
  expect_error(write("a", "3 1\n2 2 1\n"), "rudy", "2: an edge from node 2 to itself");
  expect_error(write("a", "3 -1\n"), "rudy", "1: the number of entries -1");
  expect_error(write("a", "0 0\n"), "rudy", "1: the number of nodes 0");
  expect_error(write("a", "99999999999 1\n1 2 1\n"), "rudy", "1: the number of nodes 99999999999 is outside");
  expect_error(write("a", "2147483647 999999999999\n1 2 1\n"), "rudy", "1: 999999999999 entries are announced");
  expect_error(write("a", "3 1\n1 2\n"), "bqp", "2: expected i j value");
  expect_error(write("a", "2\n3 0\n"), "beasley", "2: the file ends before");
  expect_error(write("a", "0 1\n"), "coo", "1: expected i j value");
  expect_error(write("a", "# variables 2\n0 2 1\n"), "coo", "2: index 2 is used");
  expect_error(write("a", "# terms 2\n0 1 1\n"), "coo", "2: 1 terms, and the file says that it has 2");
  expect_error(write("a", "# variables x\n0 1 1\n"), "coo", "1: expected variables");
  expect_error(write("a", "0 1 1\n# group 0 y\n"), "coo", "2: expected index of a group");
  expect_error(write("a", "# nothing\n"), "coo", "1: no terms");
}

BOOST_FIXTURE_TEST_CASE(sums_that_overflow_are_refused, Files) {
  BOOST_CHECK_THROW((void)read_instance(write("a", "3 3\n1 2 1.7e308\n1 2 1.7e308\n1 2 1.7e308\n"), {}), InputError);
  BOOST_CHECK_THROW((void)read_instance(write("b", "3 3\n1 1 1.7e308\n1 1 1.7e308\n1 1 1.7e308\n"), {}), InputError);
}

BOOST_FIXTURE_TEST_CASE(qplib_files_are_read, Files) {
  const std::string head = "small\nQBL # type\nmaximize\n3\n2\n2\n1 1 4\n2 1 3\n0\n1\n3 -1\n7 # constant\n";
  const std::string rows = "4\n1 1 1\n1 2 1\n2 2 2\n2 3 -1\n1e30\n-1e30\n1\n1 1\n1\n1\n2 5\n";
  const Instance instance = read_qplib(text("p", head + rows + "0\n0\n"));
  BOOST_REQUIRE(instance.program);
  const BinaryProgram& p = *instance.program;
  BOOST_TEST(p.rows.size() == 2U);
  BOOST_TEST(p.rows[0].is_equation());
  BOOST_TEST(p.rows[1].upper == 5);
  BOOST_TEST(std::isinf(p.rows[1].lower));
  const Bits x{1, 1, 1};
  BOOST_TEST(goal_value(instance.goal, objective_of(p, x)) == 7 + 2 + 1.5 - 1);
  BOOST_TEST(largest_violation(p, x) == 1);
  BOOST_TEST(largest_violation(p, Bits{1, 0, 1}) == 0);
  expect_error(write("q", "a\nQCL\nminimize\n"), "qplib", "2: type QCL: only problems of binary variables");
  expect_error(write("q", "a\nQBQ\nminimize\n"), "qplib", "2: type QBQ: only linear constraints");
  expect_error(write("q", "a\nQBL\nsideways\n"), "qplib", "3: expected minimize or maximize");
  expect_error(write("q", head.substr(0, 30)), "qplib", "5: the file ends before the number of quadratic terms");
  expect_error(write("q", head + "1\n3 1 1\n"), "qplib", "14: constraint 3 is outside");
  expect_error(write("q", head + "2\n1 1 1\n1 1 2\n"), "qplib", "15: constraint 1 lists variable 1 twice");
  expect_error(write("q", head + "0\n1e30\n5\n0\n1\n0\n"), "qplib",
               "18: constraint 1 asks for at least 5 and at most 1");
  expect_error(write("q", "a\nQBL\nminimize\n3\n0\n0\n0\n2\n1 1\n1 2\n"), "qplib",
               "10: linear coefficients of the objective 1 is");
}

BOOST_FIXTURE_TEST_CASE(solutions_come_back, Files) {
  Words words(1);
  SearchResult result;
  for (int r = 0; r < 3; ++r) result.reads.push_back({r, testing::random_spins(words, 11), 1.5 * r, {}});
  result.best = result.reads[1];
  result.done = 3;
  result.history = {{0.5, 3.0}, {0.7, 1.5}};
  SolutionFacts facts;
  facts.spins = 11;
  write_solutions(*this / "s.h5", facts, result);
  const StoredSolutions stored = read_solutions(*this / "s.h5");
  BOOST_TEST(stored.index.size() == 3U);
  for (std::size_t r = 0; r < 3; ++r) BOOST_TEST(stored.spins[r] == result.reads[r].spins);
  BOOST_TEST(stored.energy[2] == 3.0);
  BOOST_TEST(stored.best == result.reads[1].spins);
  result.best.reset();
  write_solutions(*this / "s.h5", facts, result);
  BOOST_TEST(read_solutions(*this / "s.h5").best.empty());
}

/// What is printed reads back as the same numbers, whose last digits matter.
BOOST_AUTO_TEST_CASE(coo_files_come_back) {
  const Files files;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Words words(seed);
    const IsingProblem problem = testing::random_ising(words, 7, 50, testing::Coefficients::real);
    for (const TextForm form : {TextForm::ising, TextForm::qubo}) {
      const Instance again = read_coo(files.text("p.coo", external::problem_text(problem, form)));
      BOOST_TEST(again.is_binary == (form == TextForm::qubo));
      const Spins s = testing::random_spins(words, problem.spins);
      BOOST_TEST(std::abs(ising::energy(problem, s) - ising::energy(again.problem, s)) <
                 (again.is_binary ? 1e-9 : 1e-12));
    }
    const RandomList list(words, true);
    SparseQubo qubo{.variables = list.size, .couplings = {}, .constant = 0.1, .multiplier = 3};
    for (const auto& [i, j, value] : list.entries) qubo.couplings.push_back({i, j, value / 3});
    for (const auto print : {print_qubo, print_dimod_coo}) {
      TextFile file(files / "q.coo");
      print(file, qubo);
      file.close();
      const Instance again = read_instance(files / "q.coo", {});
      BOOST_REQUIRE(again.problem.spins == static_cast<std::size_t>(list.size));
      const Spins s = testing::random_spins(words, again.problem.spins);
      double expected = qubo.constant;
      for (const auto& [i, j, value] : qubo.couplings)
        expected += value * testing::binary_of(s[static_cast<std::size_t>(i)]) *
                    testing::binary_of(s[static_cast<std::size_t>(j)]);
      BOOST_TEST(std::abs(ising::energy(again.problem, s) - expected) < 1e-12 * 100);
    }
  }
}

BOOST_AUTO_TEST_CASE(qplib_files_come_back) {
  const Files files;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    BinaryProgram program = testing::random_program(seed, 9);
    for (const ProductRow& product : std::exchange(program.products, {}))
      for (LinearRow& row : rows_of_product(product)) program.rows.push_back(std::move(row));
    for (BinaryTerm& term : program.objective) term.value /= 3;
    std::vector<std::string> names;
    for (std::int64_t v = 0; v < program.variables; ++v) names.push_back(fmt::format("x{}", v));
    TextFile file(files / "p.qplib");
    print_qplib(file, program, "random", names);
    file.close();
    const Instance instance = read_qplib(read_instance_text(files / "p.qplib"));
    BOOST_REQUIRE(instance.program.has_value());
    const BinaryProgram& again = *instance.program;
    const auto terms = [](const BinaryProgram& p) {
      std::vector<std::tuple<std::int64_t, std::int64_t, double>> list;
      for (const auto& [i, j, value] : p.objective) list.emplace_back(i, j, value);
      return list;
    };
    BOOST_TEST((terms(again) == terms(program)));
    BOOST_TEST(again.constant == program.constant);
    BOOST_REQUIRE(again.rows.size() == program.rows.size());
    Bits x(static_cast<std::size_t>(program.variables));
    Words words(seed);
    for (std::size_t r = 0; r < program.rows.size(); ++r) {
      BOOST_TEST((again.rows[r].lower == program.rows[r].lower && again.rows[r].upper == program.rows[r].upper));
      for (std::uint8_t& bit : x) bit = static_cast<std::uint8_t>(words.between(0, 1));
      BOOST_TEST(violation(again.rows[r], x) == violation(program.rows[r], x));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
