// Under mpirun: sums and maxima through shared memory are those of messages, for any number of values, round after
// round, whichever rank is late.
#define BOOST_TEST_MODULE shared_exchange_mpi
#define BOOST_TEST_NO_MAIN
#include <boost/test/unit_test.hpp>

#include "mpi/mpi_main.hpp"
#include "namespaces.hpp"
#include "parallel/communicator.hpp"
#include "parallel/shared_exchange.hpp"
#include "parallel/traffic.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace isinglass;
using namespace isinglass::testing;

namespace {

Communicator sharing() {
  Communicator world(MPI_COMM_WORLD);
  world.share_memory();
  return world;
}

/// Any number, positive or negative; another on each rank, in each round and at each place.
std::int64_t value_of(int rank, int round, std::size_t place) {
  const std::uint64_t mixed =
      (static_cast<std::uint64_t>(rank * 1009 + round * 31) + 17 * place + 1) * 0x9E3779B97F4A7C15U;
  return static_cast<std::int64_t>(mixed >> 8U) - (std::int64_t{1} << 55U);
}

std::vector<std::int64_t> values_of(int rank, int round, std::size_t count) {
  std::vector<std::int64_t> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = value_of(rank, round, i);
  return values;
}

}  // namespace

BOOST_AUTO_TEST_CASE(ranks_of_one_machine_share_memory) {
  const Communicator shared = sharing();
  BOOST_TEST(shared.ranks_on_this_machine() == shared.size());
  BOOST_TEST(Communicator().ranks_on_this_machine() == 1);
  const Traffic before = own_traffic();
  BOOST_TEST(shared.all_sum(1) == shared.size());
  BOOST_TEST(own_traffic().exchanges - before.exchanges == (shared.size() > 1 ? 1 : 0));
}

BOOST_AUTO_TEST_CASE(sums_and_maxima_are_those_of_messages) {
  const Communicator shared = sharing(), messages(MPI_COMM_WORLD);
  for (int round = 0; round < 3000; ++round) {
    const std::size_t count = static_cast<std::size_t>(round) % (SharedExchange::most + 3);  // beyond what it takes
    std::vector<std::int64_t> sums = values_of(shared.rank(), round, count), maxima = sums, plain_sums = sums,
                              plain_maxima = sums;
    shared.all_sum(sums);
    shared.all_max(maxima);
    messages.all_sum(plain_sums);
    messages.all_max(plain_maxima);
    BOOST_REQUIRE(sums == plain_sums);
    BOOST_REQUIRE(maxima == plain_maxima);
    BOOST_REQUIRE(shared.first(shared.rank() == round % shared.size()) == std::optional(round % shared.size()));
  }
}

BOOST_AUTO_TEST_CASE(a_late_rank_is_waited_for) {
  const Communicator shared = sharing();
  for (int round = 0; round < 40; ++round) {
    if (round % shared.size() == shared.rank()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    std::int64_t expected = 0;
    for (int rank = 0; rank < shared.size(); ++rank) expected += value_of(rank, round, 0);
    BOOST_REQUIRE(shared.all_sum(value_of(shared.rank(), round, 0)) == expected);
  }
}

BOOST_AUTO_TEST_CASE(what_is_exchanged_is_counted_and_waiting_for_a_late_rank_too) {
  const Communicator shared = sharing(), messages(MPI_COMM_WORLD);
  if (shared.size() == 1) return;
  messages.barrier();
  const Traffic before = own_traffic();
  if (shared.rank() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(30));
  std::vector<std::int64_t> few = values_of(shared.rank(), 1, 5), many = values_of(shared.rank(), 1, 100);
  shared.all_sum(few);
  shared.all_sum(many);
  messages.all_sum(few);
  const Traffic after = own_traffic();
  BOOST_TEST(after.exchanges - before.exchanges == 1);
  BOOST_TEST(after.messages - before.messages == 2);
  BOOST_TEST(after.bytes - before.bytes == 8 * (5 + 100 + 5));
  if (shared.rank() != 0) BOOST_TEST(after.waiting_seconds - before.waiting_seconds > 0.02);
  const JobTraffic job = job_traffic(messages);
  BOOST_TEST(job.longest_wait_seconds >= job.mean.waiting_seconds);
  BOOST_TEST(describe(job, 2 * job.mean.waiting_seconds).find("(50.0 % of the time)") != std::string::npos);
}

int main(int argc, char** argv) { return isinglass::testing::run_on_all_ranks(argc, argv); }
