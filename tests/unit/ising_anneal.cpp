#include "ising/anneal/annealing.hpp"
#include "namespaces.hpp"

#include "anneal_forms.hpp"
#include "base/error.hpp"
#include "ising/machines.hpp"
#include "machine_checks.hpp"

#include <chrono>
#include <cmath>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace isinglass::testing {

BOOST_AUTO_TEST_SUITE(ising_anneal)
namespace {

BOOST_AUTO_TEST_CASE(the_kind_is_known) {
  MachineConfig config;
  config.kind = MachineKind::sa;
  BOOST_TEST(make_machine(config)->name() == "sa");
}

BOOST_AUTO_TEST_CASE(agrees_with_enumeration_on_random_problems) {
  agrees_with_enumeration(SimulatedAnnealing(SaConfig{}), 500, 64, 60);
}

BOOST_AUTO_TEST_CASE(reads_depend_on_their_index) {
  Words words(11);
  for (const auto kind : {Coefficients::plus_minus_one, Coefficients::small_integers, Coefficients::real}) {
    const IsingProblem problem = random_ising(words, 70, 20, kind);
    reads_depend_on_their_index_alone(SimulatedAnnealing(SaConfig{}), problem, 20);
    reads_depend_on_their_index_alone(SimulatedAnnealing(SaConfig{}), as_dense(problem), 20);
  }
}

BOOST_AUTO_TEST_CASE(new_fields_and_couplings_equal_a_fresh_program) {
  Words words(13);
  for (int p = 0; p < 12; ++p) {
    const auto kind = static_cast<Coefficients>(p % 3);
    IsingProblem problem = random_ising(words, 40, 40, kind);
    const bool dense = p >= 6;
    const auto form = [&] { return dense ? as_dense(problem) : problem; };
    const auto programmed = SimulatedAnnealing(SaConfig{}).program(form());
    ReadRequest request;
    request.count = 3;
    request.sweeps = 10;
    (void)programmed->read(request);
    for (int step = 0; step < 4; ++step) {
      // The last two leave the kernel's range or unit.
      for (double& h : problem.fields) h = step < 2 ? words.between(-5, 5) : step * 1000.25 + words.between(0, 3);
      programmed->set_fields(problem.fields);
      same_reads(programmed->read(request), SimulatedAnnealing(SaConfig{}).program(form())->read(request));
    }
    if (dense) continue;
    const std::span<double> values = std::get<SparseCouplings>(problem.couplings).values();
    for (double& v : values) v *= 2;
    programmed->set_couplings(values);
    same_reads(programmed->read(request), SimulatedAnnealing(SaConfig{}).program(problem)->read(request));
  }
}

BOOST_AUTO_TEST_CASE(any_part_of_a_block_can_be_read) {
  Words words(14);
  const IsingProblem problem = random_ising(words, 60, 20, Coefficients::plus_minus_one);
  const auto programmed = SimulatedAnnealing(SaConfig{}).program(problem);
  ReadRequest request;
  request.count = 130;
  request.sweeps = 10;
  const ReadSet all = programmed->read(request);
  request.first = 61;
  request.count = 7;
  const ReadSet part = programmed->read(request);
  BOOST_REQUIRE(part.reads.size() == 7U);
  for (std::size_t r = 0; r < 7; ++r) {
    BOOST_TEST(part.reads[r].index == static_cast<std::int64_t>(61 + r));
    BOOST_TEST(part.reads[r].spins == all.reads[61 + r].spins);
  }
  BOOST_TEST(part.spin_updates >= 7 * 60 * 10);
  BOOST_TEST(part.field_evaluations == part.spin_updates / 60);
}

BOOST_AUTO_TEST_CASE(other_seeds_give_other_reads) {
  Words words(15);
  const IsingProblem problem = random_ising(words, 100, 10, Coefficients::real);
  const auto programmed = SimulatedAnnealing(SaConfig{}).program(problem);
  ReadRequest request;
  request.count = 2;
  request.sweeps = 5;
  const ReadSet one = programmed->read(request);
  request.seed = 2;
  BOOST_TEST(one.reads[0].spins != programmed->read(request).reads[0].spins);
  BOOST_TEST(one.reads[0].spins != one.reads[1].spins);
}

BOOST_AUTO_TEST_CASE(a_warm_start_is_where_reads_begin) {
  Words words(16);
  for (int p = 0; p < 8; ++p) {
    IsingProblem problem = random_ising(words, 200, p < 4 ? 5 : 100, static_cast<Coefficients>(p % 2));
    if (p % 4 > 1) problem = as_dense(problem);
    ReadRequest request;
    request.sweeps = 300;
    const Read good = *SimulatedAnnealing(SaConfig{}).program(problem)->read(request).best();
    SaConfig cold;  // nothing but descent happens at this temperature
    cold.hot_temperature = cold.cold_temperature = 1e-6;
    request.warm_start = good.spins;
    request.sweeps = 2;
    request.count = 3;
    const ReadSet set = SimulatedAnnealing(cold).program(problem)->read(request);
    for (const Read& read : set.reads) {
      BOOST_TEST(read.energy <= good.energy + 1e-9);
      BOOST_TEST(read.history.front().energy == good.energy, boost::test_tools::tolerance(1e-9));
    }
  }
  ReadRequest request;
  const Spins wrong(3, 1);
  request.warm_start = wrong;
  const IsingProblem problem = random_ising(words, 4, 50, Coefficients::real);
  BOOST_CHECK_THROW((void)SimulatedAnnealing(SaConfig{}).program(problem)->read(request), InputError);
}

BOOST_AUTO_TEST_CASE(histories_fall_to_the_read_s_energy) {
  Words words(17);
  const IsingProblem problem = random_ising(words, 80, 30, Coefficients::small_integers);
  ReadRequest request;
  request.count = 64;
  request.sweeps = 50;
  const ReadSet set = SimulatedAnnealing(SaConfig{}).program(problem)->read(request);
  for (const Read& read : set.reads) {
    BOOST_REQUIRE(!read.history.empty());
    for (std::size_t k = 1; k < read.history.size(); ++k) {
      BOOST_TEST(read.history[k].energy < read.history[k - 1].energy);
      BOOST_TEST(read.history[k].seconds >= read.history[k - 1].seconds);
    }
    BOOST_TEST(read.history.back().energy == read.energy);
    BOOST_TEST(std::abs(read.energy - ising::energy(problem, read.spins)) < 1e-9);
    const std::vector<double> fields = local_fields(problem, read.spins);  // no single flip lowers the energy
    for (std::size_t i = 0; i < fields.size(); ++i) BOOST_TEST(read.spins[i] * fields[i] <= 1e-9);
  }
}

BOOST_AUTO_TEST_CASE(a_target_ends_the_request) {
  Words words(18);
  const IsingProblem problem = random_ising(words, 100, 10, Coefficients::plus_minus_one);
  ReadRequest request;
  request.count = 128;
  request.sweeps = 2000;
  request.target = 0.7 * SimulatedAnnealing(SaConfig{}).program(problem)->read(request).best()->energy;
  const ReadSet set = SimulatedAnnealing(SaConfig{}).program(problem)->read(request);
  BOOST_TEST(set.was_cut);
  BOOST_TEST(set.best()->energy <= *request.target);
  BOOST_TEST(set.reads.size() == 64U);  // the block that found it, finished by descent
  BOOST_TEST(set.spin_updates < 64 * 100 * 1000);
}

BOOST_AUTO_TEST_CASE(a_deadline_ends_the_request) {
  Words words(19);
  for (const auto kind : {Coefficients::plus_minus_one, Coefficients::real}) {
    const IsingProblem problem = random_ising(words, 300, 10, kind);
    const auto programmed = SimulatedAnnealing(SaConfig{}).program(problem);
    ReadRequest request;
    request.count = 1 << 20;
    request.sweeps = 1 << 20;
    request.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
    const ReadSet set = programmed->read(request);
    BOOST_TEST(set.was_cut);
    BOOST_TEST(!set.reads.empty());
    BOOST_TEST(set.reads.size() <= 64U);
    check_reads(problem, set, false);
    request.deadline.reset();
    int polls = 0;
    request.stop_is_asked = [&polls] { return ++polls == 3; };
    BOOST_TEST(programmed->read(request).was_cut);
    BOOST_TEST(polls == 3);
  }
}

BOOST_AUTO_TEST_CASE(problems_without_couplings_or_spins) {
  IsingProblem problem;
  BOOST_TEST(SimulatedAnnealing(SaConfig{}).program(problem)->read({}).reads.size() == 1U);
  problem.spins = 3;
  problem.couplings = sparse_couplings(3, {});
  problem.fields = {1, -2, 0.3};
  BOOST_TEST(SimulatedAnnealing(SaConfig{}).program(problem)->read({}).best()->energy == -3.3,
             boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(factored_couplings_are_taken) {
  IsingProblem problem;
  problem.spins = 3;
  problem.couplings = FactoredCouplings{RowMatrix<float>{{1, 1, 1}, {1, -1, 1}}, Eigen::VectorXd{{1, 0.5}}};
  problem.fields = {0, 0, 0.1};
  ReadRequest request;
  request.count = 8;
  const double minimum = Enumeration().program(problem)->read({}).best()->energy;
  BOOST_TEST(SimulatedAnnealing(SaConfig{}).program(problem)->read(request).best()->energy == minimum,
             boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(groups_are_kept) {
  Words words(20);
  IsingProblem problem = random_ising(words, 12, 60, Coefficients::real);
  problem.groups = {{0, 1, 2, 3}, {5, 7, 9}};
  ReadRequest request;
  request.count = 8;
  const double minimum = Enumeration().program(problem)->read({}).best()->energy;
  const ReadSet set = SimulatedAnnealing(SaConfig{}).program(problem)->read(request);
  check_reads(problem, set, true);
  BOOST_TEST(set.best()->energy == minimum, boost::test_tools::tolerance(1e-9));
}

}  // namespace
BOOST_AUTO_TEST_SUITE_END()

}  // namespace isinglass::testing
