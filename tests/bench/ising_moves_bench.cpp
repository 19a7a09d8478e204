#include "ising/groups/fold.hpp"
#include "ising/groups/thermal_state.hpp"
#include "ising/tabu/tabu.hpp"
#include "ising/tempering/tempering.hpp"
#include "namespaces.hpp"

#include <cstddef>

#include <benchmark/benchmark.h>

/// Tabu iterations, tempering updates and re-assignments of one-hot groups a second on one core. Whole reads: starting,
/// ending and keeping the best are in them, loading the problem is not. Items are proposals (spins times iterations or
/// sweeps).
namespace isinglass::testing {
namespace {

enum class Kind { plus_minus_one, hundreds, real };

double coefficient(Kind kind, QuickRandom& random) {
  if (kind == Kind::plus_minus_one) return random.under(2) == 0 ? -1 : 1;
  if (kind == Kind::hundreds) return static_cast<double>(random.under(201)) - 100;
  return 2 * random.unit() - 1;
}

/// All pairs; `groups` of equal size, or none.
IsingProblem dense_problem(std::size_t spins, Kind kind, std::size_t groups) {
  QuickRandom random(1, 0, 0);
  DenseCouplings j = DenseCouplings::Zero(spins, spins);
  for (std::size_t a = 0; a < spins; ++a)
    for (std::size_t b = a + 1; b < spins; ++b) j(a, b) = j(b, a) = coefficient(kind, random);
  IsingProblem problem{spins, std::move(j), std::vector<double>(spins), 0};
  for (std::size_t g = 0; g < groups; ++g) {
    OneHotGroup group;
    for (std::size_t v = 0; v < spins / groups; ++v)
      group.push_back(static_cast<std::int32_t>(g * (spins / groups) + v));
    problem.groups.push_back(std::move(group));
  }
  return problem;
}

/// `degree` couplings of +-1 a spin on average.
IsingProblem sparse_problem(std::size_t spins, std::size_t degree) {
  QuickRandom random(2, 0, 0);
  std::vector<Coupling> pairs;
  while (pairs.size() < spins * degree / 2) {
    const auto i = static_cast<std::int32_t>(random.under(static_cast<std::uint32_t>(spins)));
    const auto j = static_cast<std::int32_t>(random.under(static_cast<std::uint32_t>(spins)));
    if (i != j) pairs.push_back({i, j, coefficient(Kind::plus_minus_one, random)});
  }
  return {spins, sparse_couplings(spins, pairs), std::vector<double>(spins), 0};
}

void read_on(benchmark::State& state, const Machine& machine, const IsingProblem& problem, std::int64_t sweeps) {
  const auto programmed = machine.program(problem);
  ReadRequest request;
  request.sweeps = sweeps;
  std::int64_t updates = 0, evaluations = 0;
  for (auto _ : state) {
    const ReadSet set = programmed->read(request);
    ++request.first;
    updates += set.spin_updates;
    evaluations += set.field_evaluations;
  }
  state.SetItemsProcessed(updates);
  state.counters["evaluations"] = benchmark::Counter(static_cast<double>(evaluations), benchmark::Counter::kIsRate);
}

void tabu_dense(benchmark::State& state, Kind kind) {
  const auto spins = static_cast<std::size_t>(state.range(0));
  read_on(state, Tabu(TabuConfig{}), dense_problem(spins, kind, 0), 20'000);
}
BENCHMARK_CAPTURE(tabu_dense, plus_minus_one, Kind::plus_minus_one)->Arg(500)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(tabu_dense, hundreds, Kind::hundreds)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(tabu_dense, real, Kind::real)->Arg(1000)->Unit(benchmark::kMillisecond);

void tabu_sparse(benchmark::State& state) { read_on(state, Tabu(TabuConfig{}), sparse_problem(2000, 20), 20'000); }
BENCHMARK(tabu_sparse)->Unit(benchmark::kMillisecond);

void tabu_groups(benchmark::State& state) {
  read_on(state, Tabu(TabuConfig{}), dense_problem(1024, Kind::hundreds, 64), 20'000);
}
BENCHMARK(tabu_groups)->Unit(benchmark::kMillisecond);

void tempering_dense(benchmark::State& state) {
  read_on(state, Tempering(TemperingConfig{}, {}), dense_problem(1000, Kind::plus_minus_one, 0), 100);
}
BENCHMARK(tempering_dense)->Unit(benchmark::kMillisecond);

void tempering_sparse(benchmark::State& state, ClusterChoice clusters) {
  TemperingConfig config;
  config.cluster_moves = clusters;
  read_on(state, Tempering(config, {}), sparse_problem(2000, 4), 100);
}
BENCHMARK_CAPTURE(tempering_sparse, without_clusters, ClusterChoice::off)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(tempering_sparse, with_clusters, ClusterChoice::on)->Unit(benchmark::kMillisecond);

void tempering_groups(benchmark::State& state) {
  read_on(state, Tempering(TemperingConfig{}, {}), dense_problem(1024, Kind::hundreds, 64), 100);
}
BENCHMARK(tempering_groups)->Unit(benchmark::kMillisecond);

/// Heat-bath sweeps of 64 groups of 16 at one temperature, as a share of the automatic range from cold (0) to hot
/// (100).
void group_sweeps(benchmark::State& state) {
  const IsingProblem problem = fold_groups(dense_problem(1024, Kind::hundreds, 64));
  const auto groups = make_thermal_state(problem);
  const TemperatureRange range = temperature_range(problem, *groups);
  const double share = static_cast<double>(state.range(0)) / 100,
               temperature = range.cold + share * (range.hot - range.cold);
  QuickRandom random(1, 0, 0);
  for (int warm = 0; warm < 200; ++warm) groups->sweep(1 / temperature, random);
  for (auto _ : state) groups->sweep(1 / temperature, random);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(problem.spins));
}
BENCHMARK(group_sweeps)->Arg(0)->Arg(10)->Arg(100)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace isinglass::testing

BENCHMARK_MAIN();
