// The uniform lift of a QCBO to a QUBO, and the text formats of QUBO and Ising problems.
#include "base/error.hpp"
#include "formats/export.hpp"
#include "formats/linear_form.hpp"
#include "namespaces.hpp"
#include "qcbo_blocks.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <sstream>

BOOST_AUTO_TEST_SUITE(qcbo_qubo)

using namespace isinglass;
using namespace isinglass::testing;
using namespace isinglass::testing::blocks;

namespace {

/// The number behind "# NAME " or "# NAME=".
double comment_number(const std::vector<std::string>& lines, const std::string& name) {
  for (const std::string& line : lines)
    if (line.starts_with("# " + name)) return std::stod(line.substr(name.size() + 3));
  BOOST_FAIL("no comment " + name);
  return 0;
}

/// "i j value" lines of variables 0 .. count - 1.
double coo_value(const std::vector<std::string>& lines, const Point& x) {
  double sum = 0;
  for (const std::string& line : lines) {
    if (line.starts_with('#')) continue;
    std::istringstream fields(line);
    std::int64_t i = 0, j = 0;
    double value = 0;
    fields >> i >> j >> value;
    BOOST_REQUIRE((fields && i <= j));
    sum += value * at(x, i) * at(x, j);
  }
  return sum;
}

/// Whatever the parameters are, the blocks can be completed: rows p + q = v + v' and a product v p'.
Qcbo completable_problem(Words& words) {
  Qcbo problem;
  problem.parameters = problem.first_variable = 4;
  problem.unit = 0.25;
  problem.all_variables = 4;
  for (int s = 0; s < 3; ++s) {
    const std::int64_t first = problem.all_variables;
    const int p = words.between(0, 3), q = (p + words.between(1, 3)) % 4;
    for (int v = 0; v < 3; ++v) problem.variables.push_back({VariableKind::slack, s, 0, 0, -1, -1, -1, v});
    problem.all_variables += 3;
    for (const std::int64_t v : {std::int64_t{p}, std::int64_t{q}, first, first + 1}) {
      problem.rows.variable.push_back(v);
      problem.rows.coefficient.push_back(v < 4 ? 1 : -1);
    }
    problem.rows.start.push_back(std::ssize(problem.rows.variable));
    problem.rows.rhs.push_back(0);
    problem.rows.kind.push_back(RowKind::interval);
    problem.rows.sample.push_back(s);
    problem.products.push_back({first + 2, first, words.between(0, 3)});
    for (int t = 0; t < 4; ++t)
      problem.objective.push_back({words.between(0, 3), first + words.between(0, 2), words.between(-9, 9)});
  }
  return problem;
}

/// Whether the QUBO's minimum, by enumeration, is feasible.
bool minimum_is_feasible(const Qcbo& problem, const SparseQubo& qubo) {
  double least = HUGE_VAL;
  bool is_feasible = false;
  for (int bits = 0; bits < 1 << problem.all_variables; ++bits) {
    Point x;
    for (int v = 0; v < problem.all_variables; ++v) x.push_back((bits >> v) & 1);
    if (const double value = value_of(qubo, x); value < least) {
      least = value;
      is_feasible = penalty(problem, x) == 0;
    }
  }
  return is_feasible;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_default_multiplier_makes_minima_feasible) {
  int misled = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Words words(seed);
    const Qcbo problem = completable_problem(words);
    const SparseQubo qubo = lift_uniformly(problem, std::nullopt);
    BOOST_TEST(qubo.multiplier == sufficient_multiplier(largest_objective_spread(problem), problem.unit));
    BOOST_TEST(minimum_is_feasible(problem, qubo));
    misled += minimum_is_feasible(problem, lift_uniformly(problem, 0.05)) ? 0 : 1;
  }
  BOOST_TEST(misled > 5);  // the multiplier matters
}

BOOST_AUTO_TEST_CASE(coo_files_have_the_energies_of_the_qubo) {
  for (std::uint64_t seed = 0; seed < cases; ++seed) {
    Case c(seed);
    const SparseQubo qubo = lift_uniformly(c.problem, 3.0);
    write_qubo_text(c.folder / "qubo", qubo);
    write_dimod_coo(c.folder / "coo", qubo);
    const auto lines = lines_of(c.folder / "qubo"), dimod = lines_of(c.folder / "coo");
    BOOST_TEST(comment_number(lines, "variables") == static_cast<double>(c.problem.all_variables));
    compare(c.words, c.problem, 3,
            [&](const Point& x) { return coo_value(lines, x) + comment_number(lines, "offset"); });
    BOOST_TEST(dimod.front() == "# vartype=BINARY");
    for (const std::string& line : dimod)
      BOOST_TEST((line.starts_with('#') || line.find('e') == std::string::npos), line);
    compare(c.words, c.problem, 3,
            [&](const Point& x) { return coo_value(dimod, x) + comment_number(dimod, "offset"); });
  }
}

BOOST_AUTO_TEST_CASE(the_ising_matrix_has_the_energies_of_the_qubo) {
  for (std::uint64_t seed = 0; seed < cases; ++seed) {
    Case c(seed);
    const IsingOffset summary = write_ising_csv(c.folder / "j.csv", lift_uniformly(c.problem, 3.0));
    const auto lines = lines_of(c.folder / "j.csv");
    std::vector<std::vector<double>> matrix;
    for (const std::string& line : lines) {
      if (line.starts_with('#')) continue;
      std::istringstream fields(line);
      matrix.emplace_back();
      for (std::string field; std::getline(fields, field, ',');) matrix.back().push_back(std::stod(field));
    }
    const std::size_t n = matrix.size();
    BOOST_REQUIRE(n == static_cast<std::size_t>(c.problem.all_variables) + 1);
    BOOST_TEST(summary.spins == static_cast<std::int64_t>(n));
    BOOST_TEST(summary.offset == comment_number(lines, "offset"));
    for (std::size_t a = 0; a < n; ++a) {
      BOOST_REQUIRE(matrix[a].size() == n);
      BOOST_TEST(matrix[a][a] == 0);
      for (std::size_t b = 0; b < n; ++b) BOOST_TEST(matrix[a][b] == matrix[b][a]);
    }
    compare(c.words, c.problem, 3, [&](const Point& x) {
      const int ancilla = 2 * c.words.between(0, 1) - 1;
      std::vector<int> spins;
      for (const int bit : x) spins.push_back((2 * bit - 1) * ancilla);
      spins.push_back(ancilla);
      double energy = summary.offset;
      for (std::size_t a = 0; a < n; ++a)
        for (std::size_t b = 0; b < n; ++b) energy -= matrix[a][b] * spins[a] * spins[b];
      return energy;
    });
  }
  SparseQubo large;
  large.variables = largest_dense_spins;
  const TemporaryFolder folder;
  const std::string message =
      message_of<InputError>([&] { static_cast<void>(write_ising_csv(folder / "j.csv", large)); });
  BOOST_TEST(mentions(message, {"8193 x 8193", "8192", "--format qubo"}), message);
}

BOOST_AUTO_TEST_SUITE_END()
