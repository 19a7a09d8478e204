// Under mpirun: every number goes to one rank.
#define BOOST_TEST_MODULE shared_counter_mpi
#define BOOST_TEST_NO_MAIN
#include <boost/test/unit_test.hpp>

#include "mpi/mpi_main.hpp"
#include "namespaces.hpp"
#include "parallel/shared_counter.hpp"

#include <vector>

using namespace isinglass;
using namespace isinglass::testing;

BOOST_AUTO_TEST_CASE(every_number_goes_to_one_rank) {
  const Communicator world(MPI_COMM_WORLD);
  constexpr std::int64_t last = 200;
  std::vector<std::int64_t> taken(last);
  {
    SharedCounter counter(world);
    std::int64_t before = -1;
    for (std::int64_t number = counter.next(); number < last; number = counter.next()) {
      BOOST_TEST(number > before);
      taken[static_cast<std::size_t>(number)] += 1;
      before = number;
    }
  }
  world.all_sum(taken);
  BOOST_TEST(taken == std::vector<std::int64_t>(last, 1), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_rank_that_does_not_ask_gets_none) {
  const Communicator world(MPI_COMM_WORLD);
  SharedCounter counter(world);
  const bool asks = world.rank() == world.size() - 1;
  for (std::int64_t i = 0; asks && i < 5; ++i) BOOST_TEST(counter.next() == i);
  world.barrier();
}

BOOST_AUTO_TEST_CASE(one_rank_counts_alone) {
  SharedCounter counter{Communicator()};
  BOOST_TEST(counter.next() == 0);
  BOOST_TEST(counter.next() == 1);
}

int main(int argc, char** argv) { return isinglass::testing::run_on_all_ranks(argc, argv); }
