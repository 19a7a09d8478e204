#pragma once

#include "formats/uniform_lift.hpp"
#include "namespaces.hpp"
#include "qcbo/problem.hpp"
#include "random_words.hpp"
#include "unit/temporary_folder.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

/// Random problems of blocks for tests of files: what was written is read back by a reader of the test's own, and its
/// values at random points are compared with those of the problem.
namespace isinglass::testing::blocks {

/// 0 or 1, [variable].
using Point = std::vector<int>;

/// A problem of its own kind: `samples` blocks of a few variables with random rows, products and objective, and a
/// feasible point.
inline Qcbo random_blocks(Words& words, int samples) {
  Qcbo problem;
  problem.parameters = problem.first_variable = words.between(2, 5);
  problem.unit = words.between(1, 3) / 7.0;
  for (int v = 0; v < problem.parameters; ++v) problem.shared.push_back({VariableKind::weight, -1, 0, 0, v, -1, -1, 0});
  std::int64_t next = problem.parameters;
  std::vector<int> hidden;  // a feasible point
  for (int v = 0; v < problem.parameters; ++v) hidden.push_back(words.between(0, 1));
  for (int s = 0; s < samples; ++s) {
    const std::int64_t first = next, count = words.between(3, 5);
    next += count;
    const auto any = [&] {
      const int at = words.between(0, static_cast<int>(problem.parameters + count) - 1);
      return at < problem.parameters ? at : first + at - problem.parameters;
    };
    for (int v = 0; v < count; ++v) problem.variables.push_back({VariableKind::slack, s, 0, 0, -1, -1, -1, v});
    for (int v = 0; v < count; ++v) hidden.push_back(words.between(0, 1));
    const int factor = words.between(0, static_cast<int>(problem.parameters) - 1);
    hidden[static_cast<std::size_t>(first)] =
        hidden[static_cast<std::size_t>(first) + 1] * hidden[static_cast<std::size_t>(factor)];
    problem.products.push_back({first, first + 1, factor});
    for (int r = words.between(1, 3); r > 0; --r) {
      std::int64_t rhs = 0;
      for (int e = words.between(1, 6); e > 0; --e) {  // variables may repeat
        problem.rows.variable.push_back(any());
        problem.rows.coefficient.push_back(words.between(-4, 4));
        rhs += problem.rows.coefficient.back() * hidden[static_cast<std::size_t>(problem.rows.variable.back())];
      }
      problem.rows.start.push_back(std::ssize(problem.rows.variable));
      problem.rows.rhs.push_back(rhs);
      problem.rows.kind.push_back(RowKind::interval);
      problem.rows.sample.push_back(s);
    }
    for (int t = words.between(0, 6); t > 0; --t) {
      const std::int64_t a = any(), b = s == 0 ? any() : first;  // of parameters alone: in the first block
      problem.objective.push_back({std::min(a, b), std::max(a, b), words.between(-9, 9)});
    }
    problem.constant += words.between(-5, 5);
  }
  problem.all_variables = next;
  return problem;
}

inline Point random_point(Words& words, const Qcbo& problem) {
  Point x;
  for (std::int64_t v = 0; v < problem.all_variables; ++v) x.push_back(words.between(0, 1));
  return x;
}

inline int at(const Point& x, std::int64_t v) { return x[static_cast<std::size_t>(v)]; }

inline double objective(const Qcbo& problem, const Point& x) {
  std::int64_t sum = problem.constant;
  for (const Term& t : problem.objective) sum += t.coefficient * at(x, t.i) * at(x, t.j);
  return problem.unit * static_cast<double>(sum);
}

/// Sum of the squared residuals and Rosenberg forms: 0 where the point is feasible.
inline std::int64_t penalty(const Qcbo& problem, const Point& x) {
  std::int64_t sum = 0;
  for (std::size_t r = 0; r < problem.rows.size(); ++r) {
    std::int64_t residual = -problem.rows.rhs[r];
    for (auto e = problem.rows.entries(r); e; ++e) residual += e.value() * at(x, e.col());
    sum += residual * residual;
  }
  for (const auto& [u, w, b] : problem.products) {
    const int product = at(x, w) * at(x, b);
    sum += product - 2 * at(x, u) * (at(x, w) + at(x, b)) + 3 * at(x, u);
  }
  return sum;
}

inline double lifted(const Qcbo& problem, const Point& x, double multiplier) {
  return objective(problem, x) + multiplier * static_cast<double>(penalty(problem, x));
}

/// Values of the problem and of what was read at random points.
template <class Value>
void compare(Words& words, const Qcbo& problem, double multiplier, Value&& value) {
  for (int i = 0; i < 30; ++i) {
    const Point x = random_point(words, problem);
    BOOST_TEST(value(x) == lifted(problem, x, multiplier), boost::test_tools::tolerance(1e-12));
  }
}

inline double value_of(const SparseQubo& qubo, const Point& x) {
  double sum = qubo.constant;
  for (const auto& [i, j, value] : qubo.couplings) sum += value * at(x, i) * at(x, j);
  return sum;
}

inline std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::istringstream text(contents(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

struct Case {
  TemporaryFolder folder;
  Words words;
  int samples;
  Qcbo problem;

  explicit Case(std::uint64_t seed)
      : words(seed), samples(words.between(1, 4)), problem(random_blocks(words, samples)) {}
};

inline constexpr std::uint64_t cases = 10;  // each flushes files to disk

}  // namespace isinglass::testing::blocks
