#include "solve/exact_search.hpp"
#include "namespaces.hpp"
#include "random_program.hpp"
#include "solve/search_program.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

BOOST_AUTO_TEST_SUITE(exact_search)

using namespace isinglass;
using namespace isinglass::testing;
using testing::infinity;
using testing::least_objective;
using testing::random_program;
using testing::Words;

namespace {

void expect_optimum(const BinaryProgram& program) {
  ExactSearch search(program);
  const ExactResult result = search.search({});
  const double least = least_objective(program);
  BOOST_TEST(result.is_complete);
  BOOST_TEST(result.best.has_value() == std::isfinite(least));
  if (!result.best) return;
  BOOST_TEST(largest_violation(program, *result.best) == 0);
  BOOST_TEST(result.objective == objective_of(program, *result.best));
  BOOST_TEST(result.objective == least, boost::test_tools::tolerance(1e-12));
}

LinearRow equation(std::vector<double> a, double side) {
  LinearRow row{{}, std::move(a), side, side};
  for (std::size_t k = 0; k < row.coefficient.size(); ++k) row.variable.push_back(static_cast<std::int64_t>(k));
  return row;
}

}  // namespace

BOOST_AUTO_TEST_CASE(optima_are_those_of_enumeration) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) expect_optimum(random_program(seed, 12));
}

BOOST_AUTO_TEST_CASE(one_equation_leaves_no_feasible_program_without_its_optimum) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Words words(seed);
    BinaryProgram program = random_program(seed, 9);
    std::vector<double> a;
    double side = 0;
    for (std::int64_t i = 0; i < program.variables; ++i) {
      a.push_back((words.between(0, 1) == 0 ? -1 : 1) * words.between(1, 9));
      if (words.between(0, 1) == 0) side += a.back();
    }
    program.rows = {equation(a, side)};
    program.products.clear();
    BOOST_REQUIRE(std::isfinite(least_objective(program)));
    expect_optimum(program);
  }
}

/// Objectives and rows of reals and of very different sizes: what is small may decide.
BOOST_AUTO_TEST_CASE(sizes_of_coefficients_do_not_matter) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Words words(seed);
    BinaryProgram program = random_program(seed, 10);
    for (BinaryTerm& term : program.objective) term.value = std::ldexp(term.value, words.between(-20, 20)) / 3;
    for (LinearRow& row : program.rows) {
      const int exponent = words.between(-30, 30);
      for (double& a : row.coefficient) a = std::ldexp(a, exponent);
      row.lower = std::ldexp(row.lower, exponent);
      row.upper = std::ldexp(row.upper, exponent);
    }
    expect_optimum(program);
  }
}

BOOST_AUTO_TEST_CASE(a_large_coefficient_hides_no_violation) {
  const LinearRow covering{{0, 1, 2}, {1e10, 1, 1}, 1, infinity}, balance{{0, 1, 2}, {1e17, -1e17, 1}, 1, 1};
  BOOST_TEST(violation(covering, Bits{0, 0, 0}) == 1);
  BOOST_TEST(violation(covering, Bits{0, 1, 0}) == 0);
  BOOST_TEST(violation(balance, Bits{1, 1, 0}) == 1);
  BOOST_TEST(violation(balance, Bits{1, 1, 1}) == 0);
  const LinearRow tiny{{0, 1}, {1e-10, 1e-10}, 1e-10, 1e-10};
  BOOST_TEST(violation(tiny, Bits{0, 0}) > 0);
  BOOST_TEST(violation(tiny, Bits{1, 1}) > 0);
  BOOST_TEST(violation(tiny, Bits{0, 1}) == 0);
  const LinearRow decimals{{0, 1, 2}, {0.1, 0.2, 0.3}, 0.3, 0.3};  // 0.1 + 0.2 is not 0.3 in doubles
  BOOST_TEST(violation(decimals, Bits{1, 1, 0}) == 0);
  BOOST_TEST(violation(decimals, Bits{0, 0, 1}) == 0);
  BOOST_TEST(violation(decimals, Bits{0, 1, 0}) > 0);
}

BOOST_AUTO_TEST_CASE(objectives_keep_what_large_terms_leave) {
  BinaryProgram program;
  program.variables = 3;
  program.objective = {{0, 0, 1e17}, {1, 1, -1e17}, {2, 2, 1}};
  BOOST_TEST(objective_of(program, Bits{1, 1, 1}) == 1);
  BOOST_TEST(objective_of(program, Bits{1, 1, 0}) == 0);
}

BOOST_AUTO_TEST_CASE(the_search_ends_when_its_work_or_its_time_is_over) {
  BinaryProgram program;
  program.variables = 40;
  Words words(1);
  std::vector<double> a;
  for (std::int64_t i = 0; i < program.variables; ++i) {
    a.push_back(words.between(1000, 100000));
    for (std::int64_t j = 0; j <= i; ++j) program.objective.push_back({j, i, 1.0 * words.between(-99, 99)});
  }
  program.objective = merged_terms(program.objective);
  program.rows = {equation(a, 1000003)};
  ExactSearch search(program);
  ExactPlan plan;
  plan.most_work = 1 << 20;
  const ExactResult first = search.search(plan), again = search.search(plan);
  BOOST_TEST(!first.is_complete);
  BOOST_TEST(first.nodes == again.nodes);
  BOOST_TEST((first.best == again.best));
  plan = {};
  int looks = 0;
  plan.is_over = [&] { return ++looks > 3; };
  BOOST_TEST(!search.search(plan).is_complete);
  const ProgramResult shared = search_program(program, {}, {});
  BOOST_TEST((shared.end == ProgramEnd::iterations));
  BOOST_TEST(!shared.lower_bound);
}

BOOST_AUTO_TEST_CASE(what_the_rows_alone_decide_is_not_free) {
  BinaryProgram program;
  program.variables = 30;
  std::vector<double> ones(30, 1.0);
  program.rows = {equation(ones, 30)};
  BOOST_TEST(ExactSearch(program).free_variables() == 0);
  const ExactResult result = ExactSearch(program).search({});
  BOOST_REQUIRE(result.best);
  BOOST_TEST((*result.best == Bits(30, 1)));
  program.rows.front().lower = program.rows.front().upper = 31;
  const ProgramResult none = search_program(program, {}, {});
  BOOST_TEST((none.end == ProgramEnd::infeasible));
  BOOST_TEST(!none.best);
}

BOOST_AUTO_TEST_SUITE_END()
