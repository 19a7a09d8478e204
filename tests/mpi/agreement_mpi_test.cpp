// Under mpirun: what fails on one rank, on all or on none is the same failure on every rank.
#define BOOST_TEST_MODULE agreement_mpi
#define BOOST_TEST_NO_MAIN
#include <boost/test/unit_test.hpp>

#include "mpi/mpi_main.hpp"
#include "namespaces.hpp"
#include "parallel/agreement.hpp"
#include "parallel/session.hpp"

#include <array>
#include <string>

#include <fmt/format.h>

using namespace isinglass;
using namespace isinglass::testing;

namespace {

Communicator world() { return Communicator(MPI_COMM_WORLD); }

bool mentions(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_CASE(nothing_fails) {
  int runs = 0;
  BOOST_TEST(!failure_of([&] { together(world(), [&] { ++runs; }); }));
  BOOST_CHECK_NO_THROW(agree<SystemError>(world(), [&] { ++runs; }));
  BOOST_TEST(runs == 2);
}

BOOST_AUTO_TEST_CASE(each_rank_may_be_the_one_that_fails) {
  const Communicator ranks = world();
  for (int culprit = 0; culprit < ranks.size(); ++culprit) {
    const auto step = [&] {
      if (ranks.rank() == culprit) throw InputError(fmt::format("rank {} found nothing", culprit), culprit == 1);
    };
    const auto failure = failure_of([&] { together(ranks, step); });
    BOOST_REQUIRE(failure.has_value());
    BOOST_TEST(mentions(failure->what(), fmt::format("rank {} found nothing", culprit)));
    BOOST_TEST(mentions(failure->what(), fmt::format("(rank {} on ", culprit)) == (culprit > 0));
    BOOST_TEST(static_cast<int>(failure->code()) == static_cast<int>(ExitCode::bad_input));
    BOOST_TEST(failure->is_busy() == (culprit == 1));
    BOOST_CHECK_EXCEPTION(agree<SystemError>(ranks, step), SystemError, [&](const SystemError& error) {
      return error.what() == fmt::format("rank {} found nothing", culprit);
    });
  }
}

BOOST_AUTO_TEST_CASE(of_several_failures_the_first_rank_speaks) {
  const Communicator ranks = world();
  const auto step = [&] { throw SystemError(fmt::format("disk {} is full", ranks.rank())); };
  const auto failure = failure_of([&] { together(ranks, step); });
  BOOST_REQUIRE(failure.has_value());
  BOOST_TEST(failure->what() == std::string("error: disk 0 is full"));
  BOOST_TEST(static_cast<int>(failure->code()) == static_cast<int>(ExitCode::error));
}

BOOST_AUTO_TEST_CASE(an_interruption_stays_one) {
  const Communicator ranks = world();
  const int last = ranks.size() - 1;
  const auto step = [&] {
    if (ranks.rank() == last) throw Interrupted("signal TERM");
  };
  BOOST_CHECK_THROW(agree<InputError>(ranks, step), Interrupted);
  const auto failure = failure_of([&] { together(ranks, step); });
  BOOST_REQUIRE(failure.has_value());
  BOOST_TEST(static_cast<int>(failure->code()) == static_cast<int>(ExitCode::unfinished));
}

BOOST_AUTO_TEST_CASE(texts_and_flags_of_any_rank_reach_all) {
  const Communicator ranks = world();
  for (int root = 0; root < ranks.size(); ++root) {
    const std::string own = std::string(static_cast<std::size_t>(10 + ranks.rank()), 'x');
    BOOST_TEST(ranks.broadcast(own, root).size() == static_cast<std::size_t>(10 + root));
    BOOST_TEST(ranks.any(ranks.rank() == root));
    BOOST_TEST(ranks.first(ranks.rank() >= root).value() == root);
  }
  BOOST_TEST(!ranks.any(false));
  BOOST_TEST(!first_text(ranks, std::nullopt));
  BOOST_TEST(host_summary(ranks).ends_with(ranks.size() == 1 ? "(1 rank)" : fmt::format("({} ranks)", ranks.size())));
}

BOOST_AUTO_TEST_CASE(ranks_that_read_or_were_told_other_things_are_found) {
  const Communicator ranks = world();
  const auto same = [&](bool differs) {
    return !failure_of([&] { expect_same(ranks, differs ? 2 : 1, "the data set"); });
  };
  const std::array<const char*, 2> usual{"train", "a.yaml"}, other{"train", "b.yaml"};
  const auto same_command = [&](bool differs) {
    return failure_of([&] { expect_same_command(ranks, differs ? other : usual, "1.0"); });
  };
  BOOST_TEST(same(false));
  BOOST_TEST(!same_command(false));
  if (ranks.size() == 1) return;
  const bool is_last = ranks.rank() == ranks.size() - 1;
  BOOST_TEST(!same(is_last));
  const auto failure = same_command(is_last);
  BOOST_REQUIRE(failure.has_value());
  BOOST_TEST(mentions(failure->what(), "started with \"b.yaml\" where rank 0 has \"a.yaml\""));
  BOOST_TEST(failure_of([&] { expect_same_command(ranks, usual, is_last ? "1.1" : "1.0"); }).has_value());
}

int main(int argc, char** argv) { return isinglass::testing::run_on_all_ranks(argc, argv); }
