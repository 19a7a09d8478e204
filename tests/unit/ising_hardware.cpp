#include "base/error.hpp"
#include "ising/hardware/hardware.hpp"
#include "ising/hardware/transform.hpp"
#include "ising/machines.hpp"
#include "machine_checks.hpp"
#include "namespaces.hpp"
#include "random_ising.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <memory>

BOOST_AUTO_TEST_SUITE(ising_hardware)

using namespace isinglass;
using namespace isinglass::testing;
using namespace isinglass::ising::hardware;
using testing::Coefficients;
using testing::Words;

namespace {

/// Enumeration that remembers what it was given.
class Witness : public Machine {
public:
  struct Seen {
    std::size_t most_spins = 0;
    std::vector<IsingProblem> problems;
  };
  explicit Witness(std::shared_ptr<Seen> seen) : seen_(std::move(seen)) {}
  [[nodiscard]] std::string name() const override { return "witness"; }
  [[nodiscard]] std::unique_ptr<ProgrammedMachine> program(const IsingProblem& problem) const override {
    seen_->most_spins = std::max(seen_->most_spins, problem.spins);
    seen_->problems.push_back(problem);
    return Enumeration().program(problem);
  }

private:
  std::shared_ptr<Seen> seen_;
};

IsingProblem problem_of(std::uint64_t seed, int spins, int density = 60) {
  Words words(seed);
  return testing::random_ising(words, static_cast<std::size_t>(spins), density, static_cast<Coefficients>(seed % 3));
}

MachineConfig config_of(MachineKind kind) {
  MachineConfig config;
  config.kind = kind;
  return config;
}

}  // namespace

BOOST_AUTO_TEST_CASE(rounding_moves_coefficients_by_half_a_step_at_most) {
  for (std::uint64_t seed = 0; seed < 30; ++seed)
    for (const int bits : {2, 5, 8}) {
      const IsingProblem problem = problem_of(seed, 12), coarse = rounded(problem, bits);
      const double levels = std::pow(2, bits - 1) - 1, step = largest_coefficient(problem) / levels;
      const DenseCouplings fine_j = to_dense(problem), coarse_j = to_dense(coarse);
      const auto check = [&](double before, double after) {
        BOOST_TEST(std::abs(after - before) <= step / 2 * (1 + 1e-12));
        BOOST_TEST(std::abs(after / step - std::round(after / step)) < 1e-9);
        BOOST_TEST(std::abs(after / step) <= levels * (1 + 1e-12));
      };
      for (Eigen::Index k = 0; k < fine_j.size(); ++k) check(fine_j.data()[k], coarse_j.data()[k]);
      for (std::size_t i = 0; i < problem.spins; ++i) check(problem.fields[i], coarse.fields[i]);
    }
  BOOST_CHECK_THROW(static_cast<void>(rounded(problem_of(1, 4), 1)), InputError);
}

BOOST_AUTO_TEST_CASE(the_ancilla_form_has_the_same_energies) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const IsingProblem problem = problem_of(seed, 10), form = with_ancilla(problem);
    BOOST_TEST(form.spins == problem.spins + 1);
    Words words(seed + 100);
    const Spins spins = testing::random_spins(words, form.spins);
    BOOST_TEST(std::abs(ising::energy(form, spins) - ising::energy(problem, without_ancilla(spins))) < 1e-9);
    for (const double h : form.fields) BOOST_TEST(h == 0);
  }
}

BOOST_AUTO_TEST_CASE(conditioned_problems_have_the_same_energies) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const IsingProblem problem = problem_of(seed, 14);
    Words words(seed + 200);
    Spins spins = testing::random_spins(words, problem.spins);
    const std::vector<double> local = local_fields(problem, spins);
    const auto chosen = chosen_spins(problem, spins, local, 6, seed, 0, static_cast<std::uint32_t>(seed));
    std::vector<std::int32_t> position(problem.spins, -1);
    const IsingProblem sub = conditioned(problem, chosen, spins, local, ising::energy(problem, spins), position);
    for (int trial = 0; trial < 10; ++trial) {
      const Spins part = testing::random_spins(words, sub.spins);
      for (std::size_t a = 0; a < chosen.size(); ++a) spins[static_cast<std::size_t>(chosen[a])] = part[a];
      BOOST_TEST(std::abs(ising::energy(sub, part) - ising::energy(problem, spins)) < 1e-9);
    }
  }
}

BOOST_AUTO_TEST_CASE(choices_are_spins_once_each) {
  for (std::uint32_t round = 0; round < 40; ++round) {
    const IsingProblem problem = problem_of(round, 30, 5);  // falls into pieces
    Words words(round);
    const Spins spins = testing::random_spins(words, problem.spins);
    const auto chosen = chosen_spins(problem, spins, local_fields(problem, spins), 12, 1, 2, round);
    BOOST_TEST(chosen.size() == 12);
    BOOST_TEST((std::ranges::adjacent_find(chosen) == chosen.end()));
    BOOST_TEST((chosen.front() >= 0 && chosen.back() < 30));
  }
}

BOOST_AUTO_TEST_CASE(without_limits_that_bite_the_answers_are_exact) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const IsingProblem problem = problem_of(seed, 10);
    for (const HardwareFields fields : all_values<HardwareFields>()) {
      HardwareConfig limits;
      limits.fields = fields;
      limits.spin_budget = 30;
      const HardwareMachine machine(std::make_unique<Enumeration>(), limits);
      const ReadSet set = machine.program(problem)->read({});
      testing::check_reads(problem, set, false);
      const double minimum = Enumeration().program(problem)->read({}).best()->energy;
      BOOST_TEST(std::abs(set.best()->energy - minimum) < 1e-9 * (1 + std::abs(minimum)));
    }
  }
}

BOOST_AUTO_TEST_CASE(answers_are_minima_of_the_rounded_problem) {
  bool any_differs = false;
  for (std::uint64_t seed = 2; seed < 60; seed += 3) {  // real coefficients
    const IsingProblem problem = problem_of(seed, 12);
    HardwareConfig limits;
    limits.coefficient_bits = 3;
    const HardwareMachine machine(std::make_unique<Enumeration>(), limits);
    const Read read = *machine.program(problem)->read({}).best();
    const IsingProblem coarse = rounded(problem, 3);
    BOOST_TEST(std::abs(ising::energy(coarse, read.spins) - Enumeration().program(coarse)->read({}).best()->energy) <
               1e-9);
    BOOST_TEST(std::abs(read.energy - ising::energy(problem, read.spins)) < 1e-9);
    any_differs = any_differs || read.energy > Enumeration().program(problem)->read({}).best()->energy + 1e-9;
  }
  BOOST_TEST(any_differs);
}

BOOST_AUTO_TEST_CASE(the_inner_machine_never_sees_more_than_the_budget) {
  for (const int bits : {0, 8})
    for (const HardwareFields fields : all_values<HardwareFields>()) {
      const auto seen = std::make_shared<Witness::Seen>();
      HardwareConfig limits;
      limits.spin_budget = 9;
      limits.coefficient_bits = bits;
      limits.fields = fields;
      const HardwareMachine machine(std::make_unique<Witness>(seen), limits);
      const IsingProblem problem = problem_of(5, 40, 30);
      ReadRequest request;
      request.count = 2;
      const ReadSet set = machine.program(problem)->read(request);
      BOOST_TEST(seen->most_spins == 9);
      BOOST_TEST(set.reads.size() == 2);
      testing::check_reads(problem, set, false);
      for (const IsingProblem& p : seen->problems) {
        if (fields == HardwareFields::ancilla)
          BOOST_TEST(std::ranges::all_of(p.fields, [](double h) { return h == 0; }));
        if (bits == 0) continue;
        const double step = largest_coefficient(p) / 127;
        for (const double v : std::get<SparseCouplings>(p.couplings).values())
          BOOST_TEST(std::abs(v / step - std::round(v / step)) < 1e-6);
      }
    }
}

BOOST_AUTO_TEST_CASE(sub_problems_reach_the_minimum_of_small_problems) {
  int found = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const IsingProblem problem = problem_of(seed, 18);
    HardwareConfig limits;
    limits.spin_budget = 10;
    const HardwareMachine machine(std::make_unique<Enumeration>(), limits);
    ReadRequest request;
    request.count = 6;
    const ReadSet set = machine.program(problem)->read(request);
    testing::check_reads(problem, set, false);
    for (const Read& read : set.reads)  // energies never rise
      for (std::size_t k = 1; k < read.history.size(); ++k)
        BOOST_TEST(read.history[k].energy < read.history[k - 1].energy);
    const double minimum = Enumeration().program(problem)->read({}).best()->energy;
    found += set.best()->energy <= minimum + 1e-9 * (1 + std::abs(minimum)) ? 1 : 0;
  }
  BOOST_TEST(found == 30);
}

BOOST_AUTO_TEST_CASE(noise_is_drawn_anew_for_each_read) {
  IsingProblem problem = problem_of(2, 2000, 0);
  problem.fields.assign(problem.spins, 0.0);
  double sum = 0, squares = 0, products = 0;
  IsingProblem first = problem, second = problem, again = problem;
  add_field_noise(first, 0.5, 7, 0, 0);
  add_field_noise(second, 0.5, 7, 1, 0);
  add_field_noise(again, 0.5, 7, 0, 0);
  BOOST_TEST(first.fields == again.fields);
  for (std::size_t i = 0; i < problem.spins; ++i) {
    sum += first.fields[i];
    squares += first.fields[i] * first.fields[i];
    products += first.fields[i] * second.fields[i];
  }
  const double n = 2000;  // standard errors 0.011, 0.008, 0.0056
  BOOST_TEST(std::abs(sum / n) < 0.045);
  BOOST_TEST(std::abs(squares / n - 0.25) < 0.032);
  BOOST_TEST(std::abs(products / n) < 0.023);

  const IsingProblem small = problem_of(5, 14);
  MachineConfig config = config_of(MachineKind::enumeration);
  config.hardware.field_noise = 0.5;
  ReadRequest request;
  request.count = 12;
  const ReadSet set = make_machine(config)->program(small)->read(request);
  testing::check_reads(small, set, false);
  BOOST_TEST(std::ranges::any_of(set.reads, [&](const Read& r) { return r.spins != set.reads.front().spins; }));
}

BOOST_AUTO_TEST_CASE(reads_depend_on_their_index) {
  Words words(5);
  const IsingProblem problem = problem_of(8, 40);
  for (const int budget : {0, 15})
    for (const double noise : {0.0, 0.05}) {
      MachineConfig config = config_of(MachineKind::dsb);
      config.hardware.coefficient_bits = 8;
      config.hardware.spin_budget = budget;
      config.hardware.field_noise = noise;
      testing::reads_depend_on_their_index_alone(*make_machine(config), problem, 20);
    }
}

BOOST_AUTO_TEST_CASE(new_fields_target_and_bad_limits) {
  IsingProblem problem = problem_of(4, 12);
  MachineConfig config = config_of(MachineKind::enumeration);
  config.hardware.coefficient_bits = 16;
  const auto programmed = make_machine(config)->program(problem);
  for (double& h : problem.fields) h = 3 - h;
  programmed->set_fields(problem.fields);
  const double minimum = Enumeration().program(problem)->read({}).best()->energy;
  BOOST_TEST(std::abs(programmed->read({}).best()->energy - minimum) < 1e-3);
  ReadRequest request;
  request.target = minimum + 1;
  BOOST_TEST(programmed->read(request).was_cut);
  config.hardware.coefficient_bits = 1;
  BOOST_CHECK_THROW(static_cast<void>(make_machine(config)), InputError);
  config.hardware = {};
  config.hardware.spin_budget = 1;
  BOOST_CHECK_THROW(static_cast<void>(make_machine(config)), InputError);
}

BOOST_AUTO_TEST_SUITE_END()
