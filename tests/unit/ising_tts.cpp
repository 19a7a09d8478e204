#include "ising/enumeration.hpp"
#include "namespaces.hpp"
#include "random_ising.hpp"
#include "solve/search.hpp"
#include "solve/tts.hpp"
#include "solve/tts_measure.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

BOOST_AUTO_TEST_SUITE(ising_tts)

using namespace isinglass;
using namespace isinglass::testing;
using testing::Coefficients;
using testing::Words;

namespace {

/// A machine whose reads find the target with a known probability, which rises with the sweeps.
class Coin : public Machine {
public:
  [[nodiscard]] std::string name() const override { return "coin"; }
  [[nodiscard]] std::int64_t block() const override { return 4; }
  [[nodiscard]] std::unique_ptr<ProgrammedMachine> program(const IsingProblem& problem) const override;
};

class ProgrammedCoin : public ProgrammedCopy {
public:
  explicit ProgrammedCoin(const IsingProblem& problem) : ProgrammedCopy(problem) {}
  [[nodiscard]] ReadSet read(const ReadRequest& request) override {
    ReadSet set;
    const std::int64_t sweeps = request.sweeps > 0 ? request.sweeps : 32;
    // Per sweep it is best at 128: P = 1 - exp(-(s/128)^2) below, saturating above.
    const double p = 1 - std::exp(-std::pow(static_cast<double>(std::min<std::int64_t>(sweeps, 128)) / 128, 2));
    for (std::int64_t r = 0; r < request.count; ++r) {
      const auto index = static_cast<std::uint32_t>(request.first + r);
      const bool wins = uniform(draw(request.seed, Stream::test, index, 0, 0)[0]) < p;
      set.reads.push_back({request.first + r, Spins{wins ? std::int8_t{-1} : std::int8_t{1}}, 0, {}});
      set.field_evaluations += sweeps;
      set.spin_updates += sweeps;
      const StopRule stop(request);
      set.was_cut = set.was_cut || stop.is_over() || stop.reached(wins ? -1 : 1);
    }
    return set;
  }
};

std::unique_ptr<ProgrammedMachine> Coin::program(const IsingProblem& problem) const {
  return std::make_unique<ProgrammedCoin>(problem);
}

/// E = s: -1 is the ground state.
IsingProblem one_spin() { return {1, SparseCouplings(1, 1), {1.0}, 0}; }

constexpr auto silent = [](const SearchResult&) {};

/// A search or a measurement with the coin.
template <class Run, class Plan>
auto run(const Run& function, const Plan& plan) {
  const IsingProblem problem = one_spin();
  return function(Coin(), *Coin().program(problem), problem, plan, {}, silent);
}

}  // namespace

BOOST_AUTO_TEST_CASE(wilson_intervals_are_those_of_the_tables) {
  const auto close = [](double a, double b) { return std::abs(a - b) < 5e-5; };
  const Fraction none = success_fraction(0, 10), half = success_fraction(5, 10), most = success_fraction(81, 263);
  BOOST_TEST(none.low == 0);
  BOOST_TEST(close(none.high, 0.2775));
  BOOST_TEST(close(half.low, 0.2366));
  BOOST_TEST(close(half.high, 0.7634));
  BOOST_TEST(close(most.low, 0.2553));  // Newcombe, Statistics in Medicine 17, 1998, table I
  BOOST_TEST(close(most.high, 0.3662));
  BOOST_TEST(success_fraction(10, 10).high == 1);
  BOOST_TEST(success_fraction(0, 0).high == 1);
}

BOOST_AUTO_TEST_CASE(times_to_solution) {
  BOOST_TEST(runs_to_99(1) == 1);
  BOOST_TEST(runs_to_99(0.99) == 1);
  BOOST_TEST(std::abs(runs_to_99(0.9) - 2) < 1e-12);
  BOOST_TEST(std::abs(runs_to_99(0.5) - std::log(0.01) / std::log(0.5)) < 1e-12);
  BOOST_TEST(std::isinf(runs_to_99(0)));
  const TimeToSolution failed = time_to_solution(0, 100);
  BOOST_TEST(failed.is_lower_bound);
  BOOST_TEST(std::isinf(failed.runs));
  BOOST_TEST(failed.known_runs() == failed.runs_low);
  BOOST_TEST(std::abs(failed.runs_low - runs_to_99(failed.success.high)) < 1e-12);
  const TimeToSolution tts = time_to_solution(50, 100);
  BOOST_TEST(tts.runs_low < tts.runs);
  BOOST_TEST(tts.runs < tts.runs_high);
}

BOOST_AUTO_TEST_CASE(measured_times_are_those_of_the_known_probability) {
  TtsPlan plan;
  plan.repeats = 500;
  plan.sweeps = 64;
  plan.target = -1;
  const TtsMeasurement m = run(measure_tts, plan);
  const double p = 1 - std::exp(-0.25);
  BOOST_TEST(m.point.reads == 2000);
  BOOST_TEST(m.point.tts.success.low < p);
  BOOST_TEST(m.point.tts.success.high > p);
  BOOST_TEST(m.point.field_evaluations_per_read == 64);
  BOOST_TEST(std::abs(m.point.field_evaluations() / (64 * runs_to_99(p)) - 1) < 0.2);
}

BOOST_AUTO_TEST_CASE(a_scan_finds_the_best_sweeps) {
  for (const std::int64_t start : {0, 4, 1024}) {
    TtsPlan plan;
    plan.repeats = 400;
    plan.sweeps = start;
    plan.target = -1;
    const TtsMeasurement m = run(scan_sweeps, plan);
    BOOST_TEST(m.point.sweeps == 128);
    BOOST_TEST(m.scan.size() >= 2U);
  }
}

BOOST_AUTO_TEST_CASE(searches_end_for_each_of_their_reasons) {
  SearchPlan plan;
  plan.sweeps = 16;
  plan.reads = 10;
  const SearchResult all = run(search, plan);
  BOOST_CHECK(all.end == SearchEnd::all_reads);
  BOOST_TEST(all.done == 10);
  BOOST_TEST(all.reads.size() == 10U);
  plan.reads = 0;
  plan.target = -1;
  const SearchResult found = run(search, plan);
  BOOST_CHECK(found.end == SearchEnd::target);
  BOOST_TEST(found.best->energy == -1);
  plan.target = -2;
  plan.seconds = 0.05;
  const SearchResult late = run(search, plan);
  BOOST_CHECK(late.end == SearchEnd::time);
  BOOST_TEST(late.wall_seconds >= 0.05);
  BOOST_TEST(late.wall_seconds < 2);
  int polls = 0;
  plan.seconds.reset();
  plan.stop_is_asked = [&] { return ++polls > 3; };
  BOOST_CHECK(run(search, plan).end == SearchEnd::stop);
}

BOOST_AUTO_TEST_CASE(sweeps_double_until_the_target_is_reached) {
  SearchPlan plan;
  plan.sweeps = 1;
  plan.effort = Effort::doubling;
  plan.reads = 16 * 10 * 4;
  const SearchResult result = run(search, plan);
  // Rounds of 1, 2, 4, ... blocks of four reads; the sweeps double after every four blocks or more.
  BOOST_TEST(result.field_evaluations > 4 * result.done);
  plan.effort = Effort::fixed;
  BOOST_TEST(run(search, plan).field_evaluations == result.done);
}

BOOST_AUTO_TEST_CASE(reads_that_are_no_solutions_never_win) {
  SearchPlan plan;
  plan.reads = 40;
  plan.sweeps = 128;
  plan.target = -1;
  plan.is_solution = [](auto spins) { return spins[0] > 0; };
  const SearchResult result = run(search, plan);
  BOOST_TEST(result.best->energy == 1);
  BOOST_CHECK(result.end == SearchEnd::all_reads);
  BOOST_TEST(result.solutions < result.done);
}

BOOST_AUTO_TEST_CASE(enumeration_is_asked_once) {
  Words words(4);
  const IsingProblem problem = testing::random_ising(words, 8, 60, Coefficients::small_integers);
  SearchPlan plan;
  plan.reads = 50;
  const SearchResult result = search(Enumeration(), *Enumeration().program(problem), problem, plan, {}, silent);
  BOOST_TEST(result.done == 1);
  BOOST_CHECK(result.end == SearchEnd::all_reads);
}

BOOST_AUTO_TEST_SUITE_END()
