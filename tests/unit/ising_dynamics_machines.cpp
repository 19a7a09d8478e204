#include "ising/machines.hpp"
#include "machine_checks.hpp"
#include "namespaces.hpp"
#include "print_names.hpp"
#include "random_ising.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>

BOOST_AUTO_TEST_SUITE(ising_dynamics_machines)

using namespace isinglass;
using namespace isinglass::testing;
using testing::Coefficients;
using testing::Words;

namespace {

const std::vector<MachineKind> kinds{MachineKind::bsb, MachineKind::dsb, MachineKind::cim, MachineKind::cac};

std::unique_ptr<Machine> machine_of(MachineKind kind) {
  MachineConfig config;
  config.kind = kind;
  return make_machine(config);
}

}  // namespace

BOOST_DATA_TEST_CASE(a_warm_start_is_never_left_for_worse, kinds) {
  Words words(11);
  const IsingProblem problem = testing::random_ising(words, 40, 50, Coefficients::real);
  const auto programmed = machine_of(sample)->program(problem);
  ReadRequest request;
  request.count = 20;
  const Read best = *programmed->read(request).best();
  request.warm_start = best.spins;
  request.sweeps = 3;
  for (const Read& read : programmed->read(request).reads) BOOST_TEST(read.energy <= best.energy + 1e-9);
}

BOOST_DATA_TEST_CASE(target_and_deadline_end_a_read, kinds) {
  Words words(12);
  const IsingProblem problem = testing::random_ising(words, 60, 100, Coefficients::plus_minus_one);
  const auto programmed = machine_of(sample)->program(problem);
  ReadRequest request;
  request.count = 4;
  const ReadSet whole = programmed->read(request);
  request.target = whole.best()->energy + 10;
  const ReadSet found = programmed->read(request);
  BOOST_TEST(found.was_cut);
  BOOST_TEST(found.spin_updates < whole.spin_updates);
  BOOST_TEST(found.best()->energy <= *request.target);
  testing::check_reads(problem, found, false);
  for (const Read& read : found.reads) BOOST_TEST(!read.history.empty());
  request.target.reset();
  request.sweeps = 1000000000;
  request.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
  const ReadSet late = programmed->read(request);
  BOOST_TEST(late.was_cut);
  BOOST_TEST(late.reads.size() == 4);
  testing::check_reads(problem, late, false);
}

BOOST_DATA_TEST_CASE(new_fields_and_couplings_are_taken, kinds) {
  Words words(13);
  IsingProblem problem = testing::random_ising(words, 30, 20, Coefficients::real);
  const auto machine = machine_of(sample);
  const auto programmed = machine->program(problem);
  for (double& h : problem.fields) h = testing::random_coefficient(words, Coefficients::real);
  auto& j = std::get<SparseCouplings>(problem.couplings);
  for (double& v : j.values()) v *= 0.5;
  programmed->set_fields(problem.fields);
  programmed->set_couplings(j.values());
  ReadRequest request;
  request.count = 3;
  request.sweeps = 30;
  const ReadSet changed = programmed->read(request), fresh = machine->program(problem)->read(request);
  for (std::size_t r = 0; r < 3; ++r) {
    BOOST_TEST(changed.reads[r].spins == fresh.reads[r].spins);
    BOOST_TEST(changed.reads[r].energy == fresh.reads[r].energy);
  }
}

BOOST_DATA_TEST_CASE(machines_agree_with_enumeration, kinds) {
  // Fields and couplings against each other are hard for the dynamics without sign products: more, shorter reads.
  const bool is_smooth = sample == MachineKind::bsb || sample == MachineKind::cim;
  testing::agrees_with_enumeration(*machine_of(sample), 500, is_smooth ? 512 : 64, is_smooth ? 100 : 200);
}

BOOST_DATA_TEST_CASE(reads_depend_on_their_index, kinds) {
  Words words(5);
  const auto machine = machine_of(sample);
  testing::reads_depend_on_their_index_alone(*machine, testing::random_ising(words, 60, 50, Coefficients::real), 50);
  testing::reads_depend_on_their_index_alone(*machine,
                                             testing::random_ising(words, 60, 5, Coefficients::plus_minus_one), 50);
}

BOOST_AUTO_TEST_SUITE_END()
