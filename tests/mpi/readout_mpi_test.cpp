// Under mpirun: a readout annealed on any number of ranks is that of one, bit for bit, and continues as it went on.
#define BOOST_TEST_MODULE readout_mpi
#define BOOST_TEST_NO_MAIN
#include <boost/test/unit_test.hpp>

#include "base/error.hpp"
#include "mpi/mpi_main.hpp"
#include "namespaces.hpp"
#include "readout/anneal.hpp"
#include "readout/scores.hpp"
#include "readout_problem.hpp"

#include <cstdint>

using namespace isinglass;
using namespace isinglass::testing;

namespace {

using Shape = ReadoutProblem::Shape;

const Shape shape{4, 500, 60, 18, 120, 50};

AnnealOptions small_options() {
  AnnealOptions options;
  options.seed = 5;
  options.sweeps = 4;
  options.first_t = 1e-3;
  options.last_t = 1e-5;
  options.group = 16;
  return options;
}

Readout start(const Shape& of) { return random_readout(of.outputs(), of.features, 2); }

Readout annealed_alone(const Shape& of = shape) {
  const ReadoutProblem all(of, 1);
  const Communicator alone;
  Annealer annealer(all.problem, small_options(), alone, start(of));
  while (!annealer.is_done()) BOOST_REQUIRE(annealer.sweep());
  return annealer.readout();
}

ReadoutProblem share_of(const Communicator& world, const Shape& of = shape) {
  return {of, 1, static_cast<std::size_t>(world.rank()), static_cast<std::size_t>(world.size())};
}

}  // namespace

BOOST_AUTO_TEST_CASE(ranks_find_what_one_finds) {
  const Communicator world(MPI_COMM_WORLD);
  const Communicator alone;
  for (const Shape& each : {shape, Shape{2, 500, 60, 18, 120, 50, true}}) {
    const ReadoutProblem share = share_of(world, each), all(each, 1);
    Annealer annealer(share.problem, small_options(), world, start(each));
    while (!annealer.is_done()) BOOST_REQUIRE(annealer.sweep());
    BOOST_TEST((annealer.readout() == annealed_alone(each)));
    BOOST_TEST(annealer.loss() == plain_readout_loss(all.problem, annealer.readout()));
    const auto everywhere = scores(all.problem, annealer.readout());
    BOOST_TEST(
        confusion(share.problem.layout, annealer.scores(), world) == confusion(all.problem.layout, everywhere, alone),
        boost::test_tools::per_element());
    BOOST_TEST(feature_rms(share.problem.layout, share.problem.features, world) ==
               feature_rms(all.problem.layout, all.problem.features, alone));
  }
}

BOOST_AUTO_TEST_CASE(a_stop_that_one_rank_sees_stops_all_and_the_rest_follows_as_before) {
  const Communicator world(MPI_COMM_WORLD);
  const ReadoutProblem share = share_of(world);
  Annealer first(share.problem, small_options(), world, start(shape));
  BOOST_REQUIRE(first.sweep());
  const Readout saved = first.readout();
  int asked = 0;
  BOOST_TEST(!first.sweep([&] { return world.rank() == world.size() - 1 && ++asked == 2; }));
  BOOST_TEST((first.readout() == saved));
  Annealer rest(share.problem, small_options(), world, saved);
  while (!rest.is_done()) BOOST_REQUIRE(rest.sweep());
  BOOST_TEST((rest.readout() == annealed_alone()));
}

BOOST_AUTO_TEST_CASE(what_one_rank_refuses_all_refuse) {
  const Communicator world(MPI_COMM_WORLD);
  ReadoutProblem share = share_of(world);
  if (world.rank() == world.size() - 1) share.x[0] = 64;
  BOOST_CHECK_THROW(Annealer(share.problem, small_options(), world, start(shape)), InputError);
}

int main(int argc, char** argv) { return isinglass::testing::run_on_all_ranks(argc, argv); }
