#include "namespaces.hpp"
#include "qcbo/counts.hpp"

#include "qcbo/lift.hpp"
#include "qcbo/unit_plan.hpp"
#include "qcbo_problem.hpp"

#include <boost/test/unit_test.hpp>

#include <bit>
#include <set>

BOOST_AUTO_TEST_SUITE(qcbo_counts)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

std::int64_t count_kind(const std::vector<Variable>& variables, VariableKind kind) {
  return std::count_if(variables.begin(), variables.end(), [&](const Variable& v) { return v.kind == kind; });
}

std::int64_t count_rows(const Rows& rows, RowKind kind) { return std::count(rows.kind.begin(), rows.kind.end(), kind); }

/// Couplers of the lifted QUBO with random multipliers, so that nothing cancels.
std::int64_t lifted_couplers(const Qcbo& qcbo, Words& words) {
  const auto random = [&](std::size_t count) {
    std::vector<double> multipliers(count);
    for (double& m : multipliers) m = 1 + 1e-6 * words.between(0, 1'000'000);
    return multipliers;
  };
  const Qubo qubo = lift(qcbo, random(qcbo.rows.size()), random(qcbo.products.size()));
  std::int64_t couplers = 0;
  for (const auto* terms : {&qubo.shared, &qubo.own})
    for (const QuboTerm& term : *terms) couplers += term.i != term.j ? 1 : 0;
  return couplers;
}

/// Pairs that rows, products and objective couple.
std::int64_t coupled_pairs(const Qcbo& qcbo) {
  std::set<std::pair<std::int64_t, std::int64_t>> pairs;
  const auto add = [&](std::int64_t i, std::int64_t j) {
    if (i != j) pairs.insert({std::min(i, j), std::max(i, j)});
  };
  for (std::size_t r = 0; r < qcbo.rows.size(); ++r)
    for (auto a = qcbo.rows.entries(r); a; ++a)
      for (auto b = a; ++b;) add(a.col(), b.col());
  for (const Product& product : qcbo.products) {
    add(product.w, product.b);
    add(product.u, product.w);
    add(product.u, product.b);
  }
  for (const Term& term : qcbo.objective) add(term.i, term.j);
  return static_cast<std::int64_t>(pairs.size());
}

/// True if the objective itself couples parameters: their sums over the samples may cancel.
bool couples_parameters(const Qcbo& qcbo) {
  return std::any_of(qcbo.objective.begin(), qcbo.objective.end(),
                     [&](const Term& term) { return term.i != term.j && term.j < qcbo.parameters; });
}

template <class Container>
std::int64_t largest_magnitude(const Container& values, std::int64_t start = 0) {
  for (const std::int64_t value : values) start = std::max(start, std::abs(value));
  return start;
}

void check_counts(const SplineProblem& problem, const CompileOptions& options, Words& words) {
  const ProblemPlan plan(problem.architecture, problem.loss, problem.samples, options, Communicator());
  const QcboCounts counts = count_qcbo(plan, Communicator());
  const Qcbo qcbo = Compiler(plan, Communicator()).block(0, problem.samples.size());
  BOOST_TEST(counts.parameter_bits == static_cast<std::int64_t>(qcbo.shared.size()));
  BOOST_TEST(counts.spins() == qcbo.all_variables);
  BOOST_TEST(counts.spins() == static_cast<std::int64_t>(qcbo.shared.size() + qcbo.variables.size()));
  BOOST_TEST(counts.indicators == count_kind(qcbo.variables, VariableKind::indicator));
  BOOST_TEST(counts.slack_bits == count_kind(qcbo.variables, VariableKind::slack));
  BOOST_TEST(counts.products == count_kind(qcbo.variables, VariableKind::product));
  BOOST_TEST(counts.products == static_cast<std::int64_t>(qcbo.products.size()));
  BOOST_TEST(counts.one_hot_rows == count_rows(qcbo.rows, RowKind::one_hot));
  BOOST_TEST(counts.interval_rows == count_rows(qcbo.rows, RowKind::interval));
  BOOST_TEST(counts.symmetry_rows == count_rows(qcbo.rows, RowKind::symmetry));
  BOOST_TEST(counts.row_entries == static_cast<std::int64_t>(qcbo.rows.variable.size()));
  BOOST_TEST(counts.objective_terms == static_cast<std::int64_t>(qcbo.objective.size()));
  BOOST_TEST(counts.couplers == coupled_pairs(qcbo));
  if (!couples_parameters(qcbo)) BOOST_TEST(counts.couplers == lifted_couplers(qcbo, words));
  BOOST_TEST(counts.largest_row == largest_magnitude(qcbo.rows.rhs, largest_magnitude(qcbo.rows.coefficient)));
  std::int64_t objective = 0;
  for (const Term& term : qcbo.objective) objective = std::max(objective, std::abs(term.coefficient));
  BOOST_TEST(counts.largest_objective == objective);
}

}  // namespace

BOOST_AUTO_TEST_CASE(registers_have_every_value_and_no_other) {
  for (int largest = 0; largest <= 500; ++largest) {
    const std::vector<int> coefficients = register_coefficients(largest);
    BOOST_TEST(coefficients.size() == static_cast<std::size_t>(std::bit_width(static_cast<unsigned>(largest))));
    std::set<int> values;
    for (unsigned pattern = 0; pattern < (1U << coefficients.size()); ++pattern) {
      int sum = 0;
      for (std::size_t i = 0; i < coefficients.size(); ++i) sum += ((pattern >> i) & 1U) != 0 ? coefficients[i] : 0;
      values.insert(sum);
    }
    BOOST_TEST((values.size() == static_cast<std::size_t>(largest) + 1 && *values.begin() == 0 &&
                *values.rbegin() == largest));
    for (int value = 0; value <= largest; ++value) {
      const std::vector<std::uint8_t> bits = register_bits(largest, value);
      int sum = 0;
      for (std::size_t i = 0; i < bits.size(); ++i) sum += bits[i] * coefficients[i];
      if (sum != value) BOOST_TEST(sum == value);
    }
  }
}

BOOST_AUTO_TEST_CASE(counts_are_those_of_what_is_built) {
  const ProblemSize size{5, 8, 7, 1 << 20, 4};
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Words words(1000 + seed);
    const SplineProblem problem =
        small_spline_problem(seed, static_cast<int>(seed % 4), 1 + static_cast<std::size_t>(words.between(0, 3)), size);
    CompileOptions options;
    options.margin = words.between(0, 2) == 0 ? 0.5 : 0;
    options.break_symmetry = words.between(0, 1) == 1;
    options.unit_steps = words.between(0, 3) == 0;
    BOOST_TEST_CONTEXT("seed " << seed) check_counts(problem, options, words);
  }
}

BOOST_AUTO_TEST_CASE(names_are_unique) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const SplineProblem problem = small_spline_problem(seed, 2, 2, {3, 4, 5, 1 << 20, 3});
    CompileOptions options;
    options.break_symmetry = true;
    const Qcbo qcbo = compile(problem.architecture, problem.loss, problem.samples, options, Communicator());
    std::set<std::string> names;
    for (const auto* variables : {&qcbo.shared, &qcbo.variables})
      for (const Variable& v : *variables) names.insert(name_of(v));
    BOOST_TEST(names.size() == static_cast<std::size_t>(qcbo.all_variables));
  }
}

BOOST_AUTO_TEST_CASE(blocks_of_samples_are_parts_of_the_whole) {
  const SplineProblem problem = small_spline_problem(7, 2, 5, {3, 4, 5, 1 << 20, 3});
  CompileOptions options;
  options.break_symmetry = true;
  const ProblemPlan plan(problem.architecture, problem.loss, problem.samples, options, Communicator());
  const Compiler compiler(plan, Communicator());
  const Qcbo whole = compiler.block(0, 5), head = compiler.block(0, 2), tail = compiler.block(2, 5);
  BOOST_TEST(head.variables.size() + tail.variables.size() == whole.variables.size());
  BOOST_TEST(tail.first_variable == whole.first_variable + static_cast<std::int64_t>(head.variables.size()));
  std::vector<std::int64_t> joined(head.rows.variable);
  joined.insert(joined.end(), tail.rows.variable.begin(), tail.rows.variable.end());
  BOOST_TEST(joined == whole.rows.variable);
  BOOST_TEST(head.objective.size() + tail.objective.size() == whole.objective.size());
  BOOST_TEST(head.constant + tail.constant == whole.constant);
}

BOOST_AUTO_TEST_SUITE_END()
