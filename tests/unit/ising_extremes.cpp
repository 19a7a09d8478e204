#include "base/error.hpp"
#include "ising/machines.hpp"
#include "ising/rounding.hpp"
#include "namespaces.hpp"
#include "parallel/communicator.hpp"
#include "print_names.hpp"
#include "solve/search.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(ising_extremes)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

const std::vector<MachineKind> kinds{MachineKind::enumeration, MachineKind::sa,  MachineKind::pt,  MachineKind::tabu,
                                     MachineKind::bsb,         MachineKind::dsb, MachineKind::cim, MachineKind::cac};

std::unique_ptr<Machine> machine_of(MachineKind kind) {
  MachineConfig config;
  config.kind = kind;
  return make_machine(config);
}

IsingProblem independent(std::vector<double> fields) {
  IsingProblem problem;
  problem.spins = fields.size();
  problem.couplings = sparse_couplings(problem.spins, {});
  problem.fields = std::move(fields);
  return problem;
}

IsingProblem chain(double unit) {
  const std::vector<Coupling> pairs{{0, 1, unit}, {1, 2, 3 * unit}, {0, 2, 2 * unit}};
  return {3, sparse_couplings(3, pairs), {0, 0, 0}};
}

ReadSet read(const Machine& machine, const IsingProblem& problem, std::int64_t count = 4) {
  ReadRequest request;
  request.count = count;
  request.sweeps = 50;
  return machine.program(problem)->read(request);
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_spin_follows_its_own_field_beside_any_other) {
  const std::vector<std::vector<double>> all{{1e10, 1, -1, 1, -1, 1, 1, -1, -1, 1},
                                             {1e10, 1, -1e-3, 1e-6, -1, 2e-6, 1e3, -1e5, -1, 1},
                                             {-1e300, 1, -1e-300, 1e-10, -1, 1, 1e30, -1, -1, 1},
                                             {5e-324, -5e-324, 1e-310, -1e-300},
                                             {1e306, -1e306, 1e-306, 1}};
  for (const MachineKind kind : kinds)
    for (const std::vector<double>& fields : all) {
      const IsingProblem problem = independent(fields);
      for (const Read& read : read(*machine_of(kind), problem).reads)
        for (std::size_t i = 0; i < fields.size(); ++i)
          BOOST_TEST_CONTEXT(kind << ", field " << fields[i]) BOOST_TEST(read.spins[i] * fields[i] < 0);
    }
}

BOOST_AUTO_TEST_CASE(a_problem_of_any_size_has_the_same_minima) {
  for (const MachineKind kind : kinds)
    for (const double unit : {1e-310, 1e-300, 1e-10, 0.1, 1.0, 1e10, 1e300}) {
      const ReadSet set = read(*machine_of(kind), chain(unit));
      BOOST_TEST_CONTEXT(kind << ", unit " << unit)
      BOOST_TEST(set.best()->energy / unit == -4, boost::test_tools::tolerance(1e-6));
    }
}

BOOST_AUTO_TEST_CASE(temperatures_are_scaled_with_the_problem) {
  MachineConfig config;
  config.kind = MachineKind::sa;
  config.sa.hot_temperature = 2e200;
  config.sa.cold_temperature = 1e199;
  BOOST_TEST(read(*make_machine(config), chain(1e200)).best()->energy / 1e200 == -4,
             boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(energies_that_may_overflow_are_refused_by_every_machine) {
  const std::vector<Coupling> pairs{{0, 1, 1e308}, {1, 2, 1e308}};
  IsingProblem two{3, sparse_couplings(3, pairs), {0, 0, 0}};
  for (const MachineKind kind : kinds) BOOST_CHECK_THROW(static_cast<void>(machine_of(kind)->program(two)), InputError);
  IsingProblem offset = independent({1});
  offset.offset = -1.7e308;
  BOOST_CHECK_THROW(check(offset), InputError);
  BOOST_CHECK_THROW(check(independent(std::vector<double>(1000, 1e305))), InputError);
  BOOST_CHECK_NO_THROW(check(independent(std::vector<double>(1000, 1e303))));
}

BOOST_AUTO_TEST_CASE(targets_of_whole_problems_are_exact_and_of_others_relative) {
  BOOST_TEST(relaxed_target(chain(1), -4) == -4);
  BOOST_TEST(relaxed_target(chain(0.25), -1e9) == -1e9);
  BOOST_TEST(relaxed_target(chain(1e-10), -5e-10) < -4.9e-10);
  BOOST_TEST(relaxed_target(chain(0.1), -0.4) > -0.4);
  BOOST_TEST(relaxed_target(chain(0.1), -0.4) < -0.4 + 1e-14);
  IsingProblem moved = chain(1);
  moved.offset = 0.1;
  BOOST_TEST(energy_rounding(moved) > 0);
  BOOST_TEST(energy_rounding(chain(1e300)) < 2e286);
}

BOOST_AUTO_TEST_CASE(a_target_that_no_state_reaches_is_not_reached) {
  const IsingProblem problem = chain(1e-10);
  for (const MachineKind kind : kinds)
    for (const auto& [target, is_reached] : {std::pair{-5e-10, false}, {-4e-10, true}}) {
      const auto machine = machine_of(kind);
      const auto programmed = machine->program(problem);
      SearchPlan plan;
      plan.reads = 8;
      plan.sweeps = 20;
      plan.target = relaxed_target(problem, target);
      const SearchResult result = search(*machine, *programmed, problem, plan, Communicator{}, [](const auto&) {});
      BOOST_TEST_CONTEXT(kind << ", target " << target) BOOST_TEST((result.end == SearchEnd::target) == is_reached);
    }
}

BOOST_AUTO_TEST_CASE(rounding_of_a_field_comes_from_its_own_coefficients) {
  const IsingProblem problem = independent({1e10, 1});
  BOOST_TEST(field_rounding(problem, 1) < 1e-15);
  BOOST_TEST(field_rounding(problem, 0) > 1e-7);
  IsingProblem factored{2, FactoredCouplings{RowMatrix<float>{{1, 2}}, Eigen::VectorXd{{3}}}, {0, 1}};
  BOOST_TEST(energy_size(factored) >= 7);
  BOOST_TEST(field_rounding(factored, 0) > 0);
}

BOOST_AUTO_TEST_SUITE_END()
