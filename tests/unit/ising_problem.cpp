#include "base/error.hpp"
#include "ising/enumeration.hpp"
#include "ising/qubo.hpp"
#include "machine_checks.hpp"
#include "namespaces.hpp"
#include "random_ising.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

BOOST_AUTO_TEST_SUITE(ising_problem)

using namespace isinglass;
using namespace isinglass::testing;
using testing::Coefficients;
using testing::Words;

namespace {

/// Straight from the definition, over pairs of the dense matrix.
double plain_energy(const IsingProblem& problem, const Spins& s) {
  const DenseCouplings j = to_dense(problem);
  double sum = problem.offset;
  for (std::size_t i = 0; i < s.size(); ++i) {
    sum += problem.fields[i] * s[i];
    for (std::size_t k = i + 1; k < s.size(); ++k) sum += j(i, k) * s[i] * s[k];
  }
  return sum;
}

/// Minimum over all states that keep the groups, each energy from its definition.
double plain_minimum(const IsingProblem& problem) {
  double best = std::numeric_limits<double>::infinity();
  for (std::uint32_t state = 0; state < (1U << problem.spins); ++state) {
    Spins s(problem.spins);
    for (std::size_t i = 0; i < s.size(); ++i) s[i] = (state >> i) & 1U ? 1 : -1;
    if (keeps_groups(problem, s)) best = std::min(best, plain_energy(problem, s));
  }
  return best;
}

FactoredCouplings random_factors(Words& words, std::size_t rows, std::size_t spins) {
  FactoredCouplings factored{RowMatrix<float>(rows, spins), Eigen::VectorXd(rows)};
  for (std::size_t r = 0; r < rows; ++r) {
    factored.weight[r] = words.between(-2, 2);
    for (std::size_t i = 0; i < spins; ++i) factored.factor(r, i) = static_cast<float>(words.between(-3, 3));
  }
  return factored;
}

}  // namespace

BOOST_AUTO_TEST_CASE(all_forms_have_the_same_energies_and_fields) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Words words(seed);
    const auto n = static_cast<std::size_t>(words.between(2, 12));
    IsingProblem factored{n, random_factors(words, 5, n), std::vector<double>(n, 0.5), 1.0};
    IsingProblem dense = factored, sparse = factored, free = factored;
    dense.couplings = to_dense(factored);
    sparse.couplings = to_sparse(dense);
    free.couplings =
        MatrixFreeCouplings{[j = std::get<DenseCouplings>(dense.couplings), n](auto x, auto out, std::size_t batch) {
          for (std::size_t b = 0; b < batch; ++b)
            for (std::size_t i = 0; i < n; ++i) {
              double sum = 0;
              for (std::size_t k = 0; k < n; ++k) sum += j(i, k) * static_cast<double>(x[b * n + k]);
              out[b * n + i] = static_cast<float>(sum);
            }
        }};
    const Spins s = testing::random_spins(words, n);
    for (const IsingProblem* problem : {&factored, &dense, &sparse, &free}) {
      check(*problem);
      BOOST_TEST(ising::energy(*problem, s) == plain_energy(dense, s));
      BOOST_TEST((to_dense(*problem) == std::get<DenseCouplings>(dense.couplings)));
      const std::vector<double> fields = local_fields(*problem, s);
      for (std::size_t i = 0; i < n; ++i) {
        Spins flipped = s;
        flipped[i] = static_cast<std::int8_t>(-flipped[i]);
        BOOST_TEST(plain_energy(dense, flipped) == plain_energy(dense, s) - 2 * s[i] * fields[i]);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_qubo_keeps_its_values) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Words words(seed);
    const int n = words.between(1, 10);
    std::vector<BinaryTerm> terms;
    for (int t = 0; t < 20; ++t)
      terms.push_back({words.between(0, n - 1), words.between(0, n - 1), 1.0 * words.between(-9, 9)});
    const IsingProblem problem = from_qubo(static_cast<std::size_t>(n), terms, 7);
    const Spins s = testing::random_spins(words, static_cast<std::size_t>(n));
    double value = 7;
    for (const BinaryTerm& t : terms)
      value += t.value * testing::binary_of(s[static_cast<std::size_t>(t.i)]) *
               testing::binary_of(s[static_cast<std::size_t>(t.j)]);
    BOOST_TEST(ising::energy(problem, s) == value);
  }
  BOOST_CHECK_THROW((void)from_qubo(2, std::vector<BinaryTerm>{{0, 2, 1.0}}, 0), InputError);
}

BOOST_AUTO_TEST_CASE(enumeration_finds_the_minimum_with_and_without_groups) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Words words(seed);
    const auto n = static_cast<std::size_t>(words.between(2, 12));
    IsingProblem problem =
        testing::random_ising(words, n, 60, seed % 2 == 0 ? Coefficients::small_integers : Coefficients::real);
    if (seed % 3 == 0 && n >= 6) problem.groups = {{0, 2, 4}, {1, 5}};
    ReadRequest request;
    request.count = 2;
    const ReadSet set = Enumeration().program(problem)->read(request);
    BOOST_REQUIRE(set.reads.size() == 2U);
    BOOST_TEST(keeps_groups(problem, set.best()->spins));
    BOOST_TEST(std::abs(ising::energy(problem, set.best()->spins) - plain_minimum(problem)) < 1e-9);
    BOOST_TEST(std::abs(set.best()->energy - plain_minimum(problem)) < 1e-9);
  }
}

BOOST_AUTO_TEST_CASE(enumerations_reads_depend_on_nothing_else) {
  Words words(3);
  testing::reads_depend_on_their_index_alone(Enumeration(), testing::random_ising(words, 8, 50, Coefficients::real), 0);
}

BOOST_AUTO_TEST_CASE(penalties_price_broken_groups_and_nothing_else) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Words words(seed);
    IsingProblem problem = testing::random_ising(words, 8, 70, Coefficients::small_integers);
    problem.groups = {{0, 3, 5, 6}, {1, 7}};
    const IsingProblem penalised = with_group_penalties(problem, 3);
    const Spins s = testing::random_spins(words, 8);
    double expected = ising::energy(problem, s);
    for (const OneHotGroup& group : problem.groups) {
      int ups = 0;
      for (const std::int32_t i : group) ups += testing::binary_of(s[static_cast<std::size_t>(i)]);
      expected += 3.0 * (ups - 1) * (ups - 1);
    }
    BOOST_TEST(ising::energy(penalised, s) == expected);
  }
}

BOOST_AUTO_TEST_CASE(programs_can_change_fields_and_values) {
  Words words(5);
  const IsingProblem problem = testing::random_ising(words, 9, 80, Coefficients::small_integers);
  const auto programmed = Enumeration().program(problem);
  IsingProblem changed = problem;
  for (double& h : changed.fields) h += words.between(-5, 5);
  for (double& v : std::get<SparseCouplings>(changed.couplings).values()) v *= -2;
  programmed->set_fields(changed.fields);
  programmed->set_couplings(std::get<SparseCouplings>(changed.couplings).values());
  BOOST_TEST(programmed->read({}).best()->energy == plain_minimum(changed));
  BOOST_CHECK_THROW(programmed->set_fields(std::vector<double>(3)), InputError);
}

BOOST_AUTO_TEST_CASE(bad_problems_are_refused) {
  IsingProblem problem{3, sparse_couplings(3, std::vector<Coupling>{{0, 1, 1.0}}), {0, 0, 0}, 0};
  BOOST_CHECK_NO_THROW(check(problem));
  IsingProblem short_fields = problem;
  short_fields.fields.pop_back();
  BOOST_CHECK_THROW(check(short_fields), InputError);
  IsingProblem bad_column = problem;
  std::get<SparseCouplings>(bad_column.couplings).innerIndexPtr()[0] = 3;
  BOOST_CHECK_THROW(check(bad_column), InputError);
  IsingProblem overlapping = problem;
  overlapping.groups = {{0, 1}, {1, 2}};
  BOOST_CHECK_THROW(check(overlapping), InputError);
  Words words(1);
  BOOST_CHECK_THROW((void)Enumeration().program(testing::random_ising(words, 31, 10, Coefficients::real)), InputError);
}

BOOST_AUTO_TEST_SUITE_END()
