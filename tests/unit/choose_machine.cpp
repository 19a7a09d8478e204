// Which machine is chosen for which problem, and the form that it gets the problem in; what is read of an instance.
#include "base/error.hpp"
#include "ising/enumeration.hpp"
#include "namespaces.hpp"
#include "random_ising.hpp"
#include "random_program.hpp"
#include "solve/instance_input.hpp"
#include "solve/solve.hpp"
#include "temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

BOOST_AUTO_TEST_SUITE(choose_machine)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

IsingProblem problem_of(std::size_t spins, int density_percent) {
  Words words(7);
  return random_ising(words, spins, density_percent, Coefficients::small_integers);
}

/// The first spins in groups of three.
IsingProblem grouped(std::size_t spins) {
  IsingProblem problem = problem_of(spins, 5);
  problem.groups = {{0, 1, 2}, {3, 4, 5}};
  return problem;
}

MachineChoice choose(const MachineRequest& request, IsingProblem problem) {
  return solve::choose_machine(request, std::move(problem));
}

void expect_kind(const MachineChoice& choice, const std::string& kind) {
  BOOST_TEST(choice.yaml.starts_with("machine.kind: " + kind + "\n"), choice.yaml);
}

std::string refusal(const MachineRequest& request, const IsingProblem& problem) {
  return testing::message_of<InputError>([&] { static_cast<void>(choose(request, problem)); });
}

/// Whether the couplings are a matrix.
bool is_dense(const MachineChoice& choice) { return std::holds_alternative<DenseCouplings>(choice.problem.couplings); }

}  // namespace

BOOST_AUTO_TEST_CASE(few_spins_are_enumerated) {
  expect_kind(choose({}, problem_of(20, 100)), "enumeration");
  expect_kind(choose({}, grouped(20)), "enumeration");
  const MachineChoice choice = choose({}, problem_of(21, 100));
  expect_kind(choice, "sa");  // 20 neighbours are too few for tabu search
  BOOST_TEST(!choice.reason.empty());
}

BOOST_AUTO_TEST_CASE(dense_problems_are_for_tabu_search_and_others_for_annealing) {
  const MachineChoice dense = choose({}, problem_of(200, 100)), half = choose({}, problem_of(200, 40)),
                      sparse = choose({}, problem_of(1000, 3));
  expect_kind(dense, "tabu");
  expect_kind(half, "tabu");
  expect_kind(sparse, "sa");
  BOOST_TEST(is_dense(dense));
  BOOST_TEST(!is_dense(half));
  BOOST_TEST(!is_dense(sparse));
}

BOOST_AUTO_TEST_CASE(groups_are_kept_by_the_moves_of_annealing) {
  const MachineChoice choice = choose({}, grouped(80));
  expect_kind(choice, "sa");
  BOOST_TEST(choice.groups.size() == 2);
  BOOST_TEST(choice.problem.groups.size() == 2);
  BOOST_TEST(choice.penalty == 0);
  BOOST_TEST(!choice.original.has_value());
}

BOOST_AUTO_TEST_CASE(groups_become_penalties_for_other_machines_and_where_one_is_asked_for) {
  for (const MachineRequest& request : {MachineRequest{MachineKind::dsb, {}, {}}, MachineRequest{{}, {}, 1000.0}}) {
    const IsingProblem problem = grouped(40);
    const MachineChoice choice = choose(request, problem);
    BOOST_TEST(choice.groups.size() == 2);
    BOOST_TEST(choice.problem.groups.empty());
    BOOST_REQUIRE(choice.original.has_value());
    BOOST_TEST(choice.penalty == request.penalty.value_or(choice.penalty));
    std::vector<std::int8_t> kept(40, -1), broken(40, -1);
    kept[0] = kept[3] = 1;
    broken[0] = broken[1] = broken[3] = 1;
    BOOST_TEST(ising::energy(choice.problem, kept) == ising::energy(problem, kept));
    BOOST_TEST(ising::energy(choice.problem, broken) >= ising::energy(problem, broken) + choice.penalty);
  }
}

BOOST_AUTO_TEST_CASE(the_penalty_is_more_than_any_flip_gains) {
  const IsingProblem problem = grouped(40);
  const MachineChoice choice = choose({MachineKind::dsb, {}, {}}, problem);
  std::vector<std::int8_t> spins(40, -1);
  for (std::size_t i = 0; i < 40; ++i) {
    const double before = ising::energy(problem, spins);
    spins[i] = 1;
    BOOST_TEST(choice.penalty > std::abs(ising::energy(problem, spins) - before));
    spins[i] = -1;
  }
}

BOOST_AUTO_TEST_CASE(what_is_asked_for_is_taken_with_its_settings) {
  const MachineChoice choice = choose({MachineKind::tabu, {"machine.tabu.tenure=20"}, {}}, problem_of(10, 100));
  expect_kind(choice, "tabu");
  BOOST_TEST(choice.reason.empty());
  BOOST_TEST(choice.yaml.find("machine.tabu.tenure: 20\n") != std::string::npos, choice.yaml);
  BOOST_TEST(choice.yaml.find("machine.sa.") == std::string::npos, choice.yaml);
}

BOOST_AUTO_TEST_CASE(settings_that_mean_nothing_here_are_refused) {
  const IsingProblem problem = problem_of(10, 100);
  BOOST_TEST(testing::mentions(refusal({{}, {"seed=3"}, {}}, problem), {"--set seed=3", "machine"}));
  BOOST_TEST(refusal({MachineKind::tabu, {"machine.tabu.tenur=20"}, {}}, problem).find("tenure") != std::string::npos);
  BOOST_TEST(!refusal({MachineKind::sa, {"machine.tabu.tenure=20"}, {}}, problem).empty());
  BOOST_TEST(refusal({{}, {}, 1e307}, grouped(40)).find("--penalty") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_solve_finds_the_ground_state_and_counts_energies_without_penalties) {
  const IsingProblem problem = grouped(12);
  SolveSettings settings;
  settings.machine = {MachineKind::dsb, {}, {}};
  const MachineChoice choice = choose(settings.machine, problem),
                      exact = choose({MachineKind::enumeration, {}, {}}, problem);
  const auto best = [&](const MachineChoice& by) {
    return solve_problem(by, settings, Goal::energy, Communicator(), [](const SearchResult&) {}).search.best->energy;
  };
  BOOST_TEST(best(choice) == best(exact));
}

BOOST_AUTO_TEST_CASE(each_part_of_an_instance_counts_in_its_fingerprint) {
  Instance instance;
  instance.problem = grouped(30);
  const std::vector<std::function<void(Instance&)>> changes{
      [](Instance& i) { i.goal = Goal::cut; },          [](Instance& i) { i.is_binary = !i.is_binary; },
      [](Instance& i) { i.problem.offset += 1; },       [](Instance& i) { i.problem.fields[29] += 1; },
      [](Instance& i) { i.problem.groups.pop_back(); }, [](Instance& i) { i.problem = problem_of(31, 5); }};
  for (std::size_t k = 0; k < changes.size(); ++k) {
    Instance other = instance;
    changes[k](other);
    BOOST_TEST(fingerprint_of(other) != fingerprint_of(instance), "change " << k);
  }
  Instance noted = instance;
  noted.note = "told to the user only";
  BOOST_TEST(fingerprint_of(noted) == fingerprint_of(instance));
}

BOOST_AUTO_TEST_CASE(reading_takes_from_the_time_limit) {
  const testing::TemporaryFolder folder;
  testing::overwrite(folder / "a.coo", "# vartype=SPIN\n0 1 1.0\n");
  const auto input = read_shared_instance((folder / "a.coo").string(), {}, 100.0, Communicator());
  BOOST_TEST((input.time_limit && *input.time_limit <= 100 && *input.time_limit > 0));
  BOOST_TEST(!read_shared_instance((folder / "a.coo").string(), {}, std::nullopt, Communicator()).time_limit);
  try {
    static_cast<void>(read_shared_instance((folder / "a.coo").string(), {}, 1e-9, Communicator()));
    BOOST_ERROR("the limit is over");
  } catch (const Error& error) {
    BOOST_TEST(static_cast<int>(error.code()) == static_cast<int>(ExitCode::unfinished));
  }
}

BOOST_AUTO_TEST_SUITE_END()
