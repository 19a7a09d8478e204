// Under mpirun: a flag that one rank raises, and searches over all ranks.
#define BOOST_TEST_MODULE search_mpi
#define BOOST_TEST_NO_MAIN
#include <boost/test/unit_test.hpp>

#include "ising/anneal/annealing.hpp"
#include "mpi/mpi_main.hpp"
#include "namespaces.hpp"
#include "parallel/shared_counter.hpp"
#include "random_ising.hpp"
#include "solve/search.hpp"

#include <chrono>
#include <thread>

using namespace isinglass;
using namespace isinglass::testing;

namespace {

IsingProblem problem_of(std::size_t spins) {
  testing::Words words(1);
  return testing::random_ising(words, spins, 30, testing::Coefficients::plus_minus_one);
}

/// A target that only one rank's reads can reach: read 1, and never the others.
class OneWinner : public Machine {
public:
  [[nodiscard]] std::string name() const override { return "one winner"; }
  [[nodiscard]] std::unique_ptr<ProgrammedMachine> program(const IsingProblem& problem) const override;
};

class ProgrammedWinner : public ProgrammedCopy {
public:
  explicit ProgrammedWinner(const IsingProblem& problem) : ProgrammedCopy(problem) {}
  [[nodiscard]] ReadSet read(const ReadRequest& request) override {
    const StopRule stop(request);
    ReadSet set;
    const bool wins = request.first == 0;
    while (!wins && !stop.is_over()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    set.reads.push_back({request.first, Spins{wins ? std::int8_t{-1} : std::int8_t{1}}, 0, {}});
    set.was_cut = true;
    return set;
  }
};

std::unique_ptr<ProgrammedMachine> OneWinner::program(const IsingProblem& problem) const {
  return std::make_unique<ProgrammedWinner>(problem);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_flag_is_seen_by_all) {
  const Communicator world(MPI_COMM_WORLD);
  SharedFlag flag(world);
  BOOST_TEST(!flag.is_raised());
  world.barrier();
  if (world.rank() == world.size() - 1) flag.raise();
  const auto begin = std::chrono::steady_clock::now();
  while (!flag.is_raised() && std::chrono::steady_clock::now() - begin < std::chrono::seconds(20))
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  BOOST_TEST(flag.is_raised());
}

BOOST_AUTO_TEST_CASE(reads_do_not_depend_on_the_number_of_ranks) {
  const Communicator world(MPI_COMM_WORLD);
  const IsingProblem problem = problem_of(40);
  SearchPlan plan;
  plan.reads = 200;
  plan.sweeps = 10;
  const auto silent = [](const SearchResult&) {};
  const SimulatedAnnealing machine({});
  const SearchResult all = search(machine, *machine.program(problem), problem, plan, world, silent);
  const SearchResult alone = search(machine, *machine.program(problem), problem, plan, {}, silent);
  BOOST_REQUIRE(all.reads.size() == alone.reads.size());
  for (std::size_t r = 0; r < all.reads.size(); ++r) BOOST_TEST(all.reads[r].spins == alone.reads[r].spins);
  BOOST_TEST(all.best->index == alone.best->index);
  BOOST_TEST(all.field_evaluations == alone.field_evaluations);
}

BOOST_AUTO_TEST_CASE(the_first_to_reach_the_target_stops_the_others) {
  const Communicator world(MPI_COMM_WORLD);
  SearchPlan plan;
  plan.target = -1;
  plan.seconds = 30;
  const IsingProblem problem{1, SparseCouplings(1, 1), {1.0}, 0};
  const SearchResult result =
      search(OneWinner(), *OneWinner().program(problem), problem, plan, world, [](const SearchResult&) {});
  BOOST_CHECK(result.end == SearchEnd::target);
  BOOST_TEST(result.wall_seconds < 15);
}

int main(int argc, char** argv) { return isinglass::testing::run_on_all_ranks(argc, argv); }
