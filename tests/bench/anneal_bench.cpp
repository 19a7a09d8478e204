#include "ising/anneal/annealing.hpp"
#include "ising/anneal/temperatures.hpp"
#include "ising_instances.hpp"
#include "plain_annealing.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>

#include <benchmark/benchmark.h>

/// Whole anneals on one core: spin updates a second of CPU time (one proposed flip is one update) and the mean energy
/// of the reads. The benchmark's argument is the number of sweeps. ISINGLASS_INSTANCE=FILE takes a graph in rudy format
/// instead of the first random one; ISINGLASS_TARGET=E adds how often a block of 64 reads finds an energy at or below
/// E, and its TTS99.
namespace isinglass {
namespace {

using namespace testing;

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// What all reads of a benchmark found.
struct Found {
  double reads = 0, sum = 0, lowest = 0, hits = 0, updates = 0;
  double target = std::getenv("ISINGLASS_TARGET") != nullptr ? std::atof(std::getenv("ISINGLASS_TARGET")) : -1e300;

  void add(double energy) {
    reads += 1;
    sum += energy;
    lowest = std::min(lowest, energy);
    hits += energy <= target ? 1 : 0;
  }

  void report(benchmark::State& state, double seconds) const {
    state.counters["spin_updates_per_second"] = benchmark::Counter(updates, benchmark::Counter::kIsRate);
    state.counters["mean_energy"] = sum / reads;
    state.counters["lowest_energy"] = lowest;
    if (target < -1e299) return;
    const double missed = std::pow(1 - hits / reads, 64), block = seconds / reads * 64;
    state.counters["block_success"] = 1 - missed;
    if (hits > 0) state.counters["tts99_seconds"] = missed <= 0.01 ? block : block * std::log(0.01) / std::log(missed);
  }
};

void anneal(benchmark::State& state, const IsingProblem& problem, std::int64_t reads) {
  const auto programmed = SimulatedAnnealing(SaConfig{}).program(problem);
  ReadRequest request;
  request.count = reads;
  request.sweeps = state.range(0);
  Found found;
  const double begin = cpu_seconds();
  for (auto _ : state) {
    const ReadSet set = programmed->read(request);
    found.updates += static_cast<double>(set.spin_updates);
    for (const Read& read : set.reads) found.add(read.energy);
    request.first += reads;
  }
  found.report(state, cpu_seconds() - begin);
}

/// The reference of the tests at the temperatures of the automatic schedule.
void plain(benchmark::State& state, const IsingProblem& problem) {
  const auto sweeps = state.range(0);
  const Schedule schedule(SaConfig{}, automatic_range(problem), sweeps);
  Found found;
  std::uint64_t seed = 0;
  const double begin = cpu_seconds();
  for (auto _ : state) {
    PlainAnnealing annealing(problem, seed++);
    for (std::int64_t t = 0; t < schedule.sweeps(); ++t) annealing.sweep(schedule.at(t));
    found.add(annealing.finished());
    found.updates += static_cast<double>(sweeps) * static_cast<double>(problem.spins);
  }
  found.report(state, cpu_seconds() - begin);
}

void graph(benchmark::State& state) {
  const char* file = std::getenv("ISINGLASS_INSTANCE");
  anneal(state, file == nullptr ? random_graph(2000, 19990, false) : rudy_file(file), 64);
}
void signed_graph(benchmark::State& state) { anneal(state, random_graph(2000, 20000, true), 64); }
void real_graph(benchmark::State& state) { anneal(state, with_real_weights(random_graph(2000, 20000, true)), 4); }
void dense_signs(benchmark::State& state) { anneal(state, random_matrix(1000, MatrixValues::plus_minus_one), 8); }
void dense_signs_plain(benchmark::State& state) { plain(state, random_matrix(1000, MatrixValues::plus_minus_one)); }
void dense_bytes(benchmark::State& state) { anneal(state, random_matrix(500, MatrixValues::bytes), 8); }
void dense_real(benchmark::State& state) { anneal(state, random_matrix(1000, MatrixValues::real), 4); }

BENCHMARK(graph)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK(signed_graph)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK(real_graph)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK(dense_signs)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK(dense_signs_plain)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK(dense_bytes)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK(dense_real)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace isinglass

BENCHMARK_MAIN();
