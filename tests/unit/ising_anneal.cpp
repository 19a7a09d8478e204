#define BOOST_TEST_MODULE ising_anneal
#include "ising/anneal/annealing.hpp"

#include "base/error.hpp"
#include "ising/machines.hpp"
#include "machine_checks.hpp"

#include <vector>

#include <boost/test/unit_test.hpp>

namespace isinglass::testing {
namespace {

/// The same problem with its couplings in the form of a full matrix.
IsingProblem as_dense(IsingProblem problem) {
  problem.couplings = to_dense(problem);
  return problem;
}

std::vector<SimdLevel> levels() {
  std::vector<SimdLevel> all{SimdLevel::plain};
  if (best_simd_level() != SimdLevel::plain) all.push_back(SimdLevel::avx2);
  if (best_simd_level() == SimdLevel::avx512) all.push_back(SimdLevel::avx512);
  return all;
}

void same_reads(const ReadSet& a, const ReadSet& b) {
  BOOST_REQUIRE(a.reads.size() == b.reads.size());
  for (std::size_t r = 0; r < a.reads.size(); ++r) {
    BOOST_TEST(a.reads[r].index == b.reads[r].index);
    BOOST_TEST(a.reads[r].spins == b.reads[r].spins);
    BOOST_TEST(a.reads[r].energy == b.reads[r].energy);
  }
}

BOOST_AUTO_TEST_CASE(the_kind_is_known) {
  MachineConfig config;
  config.kind = "sa";
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

BOOST_AUTO_TEST_CASE(every_level_of_vectors_gives_the_same_bits) {
  Words words(12);
  for (int p = 0; p < 12; ++p) {
    const auto kind = static_cast<Coefficients>(p % 3);
    IsingProblem problem = random_ising(words, 150, words.one_of<int>({5, 30, 100}), kind);
    if (p >= 6) problem = as_dense(problem);
    ReadRequest request;
    request.count = 64;
    request.sweeps = 30;
    const ReadSet plain = SimulatedAnnealing(SaConfig{}, SimdLevel::plain).program(problem)->read(request);
    for (const SimdLevel level : levels())
      same_reads(SimulatedAnnealing(SaConfig{}, level).program(problem)->read(request), plain);
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
    auto& values = std::get<SparseCouplings>(problem.couplings).value;
    for (double& v : values) v *= 2;
    programmed->set_couplings(values);
    same_reads(programmed->read(request), SimulatedAnnealing(SaConfig{}).program(problem)->read(request));
  }
}

BOOST_AUTO_TEST_CASE(groups_are_refused) {
  IsingProblem problem;
  problem.spins = 2;
  problem.couplings = sparse_couplings(2, {});
  problem.fields = {0, 0};
  problem.groups = {{0, 1}};
  BOOST_CHECK_THROW((void)SimulatedAnnealing(SaConfig{}).program(problem), InputError);
}

}  // namespace
}  // namespace isinglass::testing
