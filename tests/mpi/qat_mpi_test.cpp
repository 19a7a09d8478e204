// Under mpirun: the ranks together find bit for bit what one rank finds alone.
#define BOOST_TEST_MODULE qat_mpi
#define BOOST_TEST_NO_MAIN
#include <boost/test/unit_test.hpp>

#include "mpi/mpi_main.hpp"
#include "namespaces.hpp"
#include "parallel/grid.hpp"
#include "qat_problem.hpp"

using namespace isinglass;
using namespace isinglass::testing;

namespace {

void compare_with_one_rank(int groups, Loss own = Loss::hinge, GradientLoss loss = GradientLoss::cross_entropy) {
  const auto grid = make_grid(Communicator(MPI_COMM_WORLD), groups);
  auto architecture = toy_architecture("2bit", "4bit");
  architecture.loss = own;
  const auto alone = solve_toy(Grid{}, loss, architecture);
  const auto together = solve_toy(grid, loss, architecture);
  BOOST_TEST((together.end.network == alone.end.network));
  BOOST_TEST(together.end.objective == alone.end.objective);
  for (std::size_t i = 0; i < alone.end.history.size(); ++i)
    BOOST_TEST(together.end.history[i].objective == alone.end.history[i].objective);
}

}  // namespace

BOOST_AUTO_TEST_CASE(shards_do_not_change_the_result) { compare_with_one_rank(1); }

BOOST_AUTO_TEST_CASE(neither_do_they_with_the_networks_own_losses) {
  for (const Loss own : {Loss::squared, Loss::logistic}) compare_with_one_rank(1, own, GradientLoss::own);
}

BOOST_AUTO_TEST_CASE(replica_groups_find_the_same) {
  compare_with_one_rank(Communicator(MPI_COMM_WORLD).size() > 1 ? 2 : 1);
}

int main(int argc, char** argv) { return isinglass::testing::run_on_all_ranks(argc, argv); }
