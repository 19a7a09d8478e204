#include "base/error.hpp"
#include "ising/anneal/annealing.hpp"
#include "ising/enumeration.hpp"
#include "namespaces.hpp"
#include "random_program.hpp"
#include "solve/completion.hpp"
#include "solve/lifted_program.hpp"
#include "solve/qcgd_program.hpp"
#include "solve/row_shape.hpp"
#include "solve/solution_file.hpp"
#include "temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>

BOOST_AUTO_TEST_SUITE(program)

using namespace isinglass;
using namespace isinglass::testing;
using testing::infinity;
using testing::least_objective;
using testing::random_program;
using testing::Words;

namespace {

constexpr auto silent = [](const ProgramIteration&) {};

}  // namespace

BOOST_AUTO_TEST_CASE(rows_take_their_shapes) {
  using Kind = RowShape::Kind;
  const auto shape = [](std::vector<double> a, double lower, double upper) {
    LinearRow row;
    for (std::size_t k = 0; k < a.size(); ++k) row.variable.push_back(static_cast<std::int64_t>(k));
    row.coefficient = std::move(a);
    row.lower = lower;
    row.upper = upper;
    return shape_of(row);
  };
  BOOST_CHECK(shape({1, 1, 1}, 1, 1).kind == Kind::one_hot);
  BOOST_CHECK(shape({2, 2, 2}, 2, 2).kind == Kind::one_hot);
  BOOST_CHECK(shape({1, 1, 1}, -infinity, 1).kind == Kind::clique);
  BOOST_CHECK(shape({1, -1}, -infinity, 0).kind == Kind::clique);   // u <= w
  BOOST_CHECK(shape({1, 1}, 1, infinity).kind == Kind::clique);     // covering
  BOOST_CHECK(shape({1, 1, 1}, 2, infinity).kind == Kind::clique);  // at most one is 0
  BOOST_CHECK(shape({1, 1, -1}, -infinity, 1).kind == Kind::general);
  BOOST_CHECK(shape({1, 1}, 0, 2).kind == Kind::redundant);
  BOOST_CHECK(shape({1, 1}, 3, infinity).kind == Kind::infeasible);
  BOOST_CHECK(shape({2, 4}, 3, 3).kind == Kind::infeasible);  // no multiple of 2
  const RowShape general = shape({3, -2, 5}, -infinity, 4);
  BOOST_TEST(general.lower == -2);
  BOOST_TEST(general.range == 6);
  BOOST_TEST(shape({0.5, 0.75, 2}, -infinity, 1.1).step == 0.25);
  BOOST_TEST(!shape({1, std::sqrt(2.0), 3}, -infinity, 3.1).is_exact);
  // Coefficients next to whole numbers are not whole: x = (1, 0) satisfies the first row, and the second one is no
  // grid.
  BOOST_CHECK(shape({1.00000001, 3}, 1.00000001, 1.00000001).kind != Kind::infeasible);
  BOOST_TEST(!shape({1, 1e-8, 1e-8}, 1, 1 + 1e-8).is_exact);
  BOOST_TEST(shape({1e-6, 3e-6, -2e-6}, 0, 4e-6).step == 1e-6);
  for (std::int64_t range = 0; range < 70; ++range) {
    const std::vector<std::int64_t> weights = slack_weights(range);
    std::vector<bool> reached(static_cast<std::size_t>(range) + 1);
    for (std::uint32_t bits = 0; bits < (1U << weights.size()); ++bits) {
      std::int64_t sum = 0;
      for (std::size_t k = 0; k < weights.size(); ++k) sum += ((bits >> k) & 1U) != 0 ? weights[k] : 0;
      BOOST_REQUIRE(sum <= range);
      reached[static_cast<std::size_t>(sum)] = true;
    }
    BOOST_TEST(std::ranges::count(reached, false) == 0);
  }
}

BOOST_AUTO_TEST_CASE(forms_are_zero_exactly_where_constraints_hold) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const BinaryProgram program = random_program(seed, 7);
    for (const auto groups : {LiftedProgram::Groups::as_rows, LiftedProgram::Groups::native}) {
      const LiftedProgram lifted(program, groups);
      if (!lifted.impossible_rows().empty() || lifted.spins() > 16) continue;
      const auto variables = static_cast<std::size_t>(program.variables);
      std::vector<double> least(std::size_t{1} << variables, infinity);
      Words words(seed);
      std::vector<double> mu(lifted.forms());
      for (double& m : mu) m = words.between(1, 9);
      const IsingProblem problem = lifted.problem(mu);
      for (std::size_t state = 0; state < (std::size_t{1} << lifted.spins()); ++state) {
        Spins s(lifted.spins());
        for (std::size_t i = 0; i < s.size(); ++i) s[i] = (state >> i) & 1U ? 1 : -1;
        double sum = 0, expected = lifted.objective(s);
        const std::vector<double> images = lifted.images(s);
        for (std::size_t c = 0; c < images.size(); ++c) {
          sum += images[c];
          expected += mu[c] * images[c];
        }
        if (state % 37 == 0)
          BOOST_TEST(std::abs(ising::energy(problem, s) - expected) < 1e-9 * (1 + std::abs(expected)));
        if (!keeps_groups(problem, s)) sum = infinity;
        double& entry = least[state & ((std::size_t{1} << variables) - 1)];
        entry = std::min(entry, sum);
      }
      for (std::size_t state = 0; state < least.size(); ++state) {
        Bits x(variables);
        for (std::size_t i = 0; i < variables; ++i) x[i] = (state >> i) & 1U;
        BOOST_TEST((least[state] < 1e-9) == (largest_violation(program, x) == 0));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(completions_are_feasible_or_nothing) {
  int found = 0, possible = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const BinaryProgram program = random_program(seed, 10);
    Completion completion(program);
    const auto x = completion.complete(Bits(static_cast<std::size_t>(program.variables)), 1, seed);
    const double least = least_objective(program);
    possible += std::isfinite(least) ? 1 : 0;
    found += x ? 1 : 0;
    if (x) BOOST_TEST(largest_violation(program, *x) == 0);
    if (x) BOOST_TEST(objective_of(program, *x) >= least);
  }
  BOOST_TEST(found == possible);
}

BOOST_AUTO_TEST_CASE(optima_of_random_programs_are_found_and_never_too_low) {
  int optimal = 0, possible = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const BinaryProgram program = random_program(seed, 12);
    const double least = least_objective(program);
    ProgramPlan plan;
    plan.iterations = 15;
    plan.sweeps = 50;
    plan.reads = 16;
    const ProgramResult result = solve_program(program, SimulatedAnnealing({}), plan, {}, silent);
    BOOST_TEST(!result.lower_bound);
    if (std::isinf(least)) BOOST_TEST(!result.best);
    if (result.end == ProgramEnd::infeasible) BOOST_TEST(std::isinf(least));
    if (std::isinf(least)) continue;
    ++possible;
    BOOST_REQUIRE(result.best);
    BOOST_TEST(result.objective == objective_of(program, *result.best));
    BOOST_TEST(result.objective >= least - 1e-9);
    optimal += result.objective <= least + 1e-9 ? 1 : 0;
  }
  BOOST_TEST(possible > 30);
  BOOST_TEST(optimal == possible);
}

BOOST_AUTO_TEST_CASE(bounds_of_an_exact_oracle_hold_and_prove) {
  int proven = 0, bounded = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const BinaryProgram program = random_program(seed, 8);
    if (LiftedProgram(program, LiftedProgram::Groups::as_rows).spins() > 16) continue;
    ProgramPlan plan;
    plan.iterations = 40;
    const ProgramResult result = solve_program(program, Enumeration(), plan, {}, silent);
    const double least = least_objective(program);
    if (result.lower_bound) BOOST_TEST(*result.lower_bound <= least + 1e-9 * (1 + std::abs(least)));
    if (std::isinf(least)) continue;
    ++bounded;
    BOOST_REQUIRE(result.best);
    if (result.end != ProgramEnd::proven) continue;
    ++proven;
    BOOST_TEST(std::abs(result.objective - least) < 1e-9);
  }
  BOOST_TEST(2 * proven > bounded);
}

BOOST_AUTO_TEST_CASE(atoms_weigh_one_and_the_file_comes_back) {
  const BinaryProgram program = random_program(3, 8);
  ProgramPlan plan;
  plan.iterations = 9;
  plan.sweeps = 20;
  const ProgramResult result = solve_program(program, SimulatedAnnealing({}), plan, {}, silent);
  double weight = 0;
  for (const ProgramAtom& atom : result.atoms) weight += atom.weight;
  BOOST_TEST(std::abs(weight - 1) < 1e-12);
  BOOST_REQUIRE(result.best);
  const testing::TemporaryFolder folder;
  write_program_solution(folder / "p.h5", {}, result);
  BOOST_TEST(read_program_solution(folder / "p.h5") == *result.best);
}

BOOST_AUTO_TEST_SUITE_END()
