#include "namespaces.hpp"
#include "readout/anneal.hpp"
#include "readout/scores.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <mpi.h>

/// Sweeps of the annealing of an output layer: image-proposals per second of all ranks together (images times proposed
/// flips, skipped blocks and all), on a synthetic problem of ten classes. The benchmark's argument is the sweep;
/// those before it are not timed. ISINGLASS_IMAGES (54,000) and ISINGLASS_FEATURES (12,800) set the size;
/// under mpirun the ranks share the images. `loss` must not depend on the ranks.
namespace isinglass {
namespace {

using namespace testing;

std::size_t size_of(const char* name, std::size_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// A cheap hash: features of 700 MB take a while by counter-based numbers.
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31U);
}

/// Images of ten classes: image i of all is of class i % 10 and goes to rank i / 10 modulo their number. Features are
/// noise of spread 6.5 about a mean of their class, mostly 0.
struct Data {
  std::vector<std::size_t> counts;
  std::vector<std::int8_t> x;
  std::unique_ptr<Problem> problem;

  Data(std::size_t images, std::size_t features, const Communicator& world) : counts(10) {
    const auto rank = static_cast<std::size_t>(world.rank()), ranks = static_cast<std::size_t>(world.size());
    for (std::size_t i = 0; i < images; ++i) counts[i % 10] += i / 10 % ranks == rank ? 1 : 0;
    const ClassLayout layout(counts);
    x.resize(features * layout.stride());
    for (std::size_t f = 0; f < features; ++f)
      for (std::size_t y = 0; y < 10; ++y)
        for (std::size_t n = 0; n < counts[y]; ++n) {
          const std::uint64_t bits = mixed((rank + n * ranks) * 10 + y + f * 0x9E3779B97F4A7C15U);
          const int noise = static_cast<int>((bits & 15U) + (bits >> 8U & 15U)) - 15;
          const std::uint64_t kind = mixed(f * 10 + y) % 64;
          const int mean = kind == 0 ? 1 : kind == 1 ? -1 : 0;
          x[f * layout.stride() + layout.begin(y) + n] = static_cast<std::int8_t>(noise + mean);
        }
    problem = std::make_unique<Problem>(Problem{layout, {x.data(), features, layout.stride()}, {}, 1});
    problem->margin = stage_margin(0.9, feature_rms(layout, problem->features, world));
  }
};

void sweep(benchmark::State& state, const Data& data, const Communicator& world) {
  AnnealOptions options;
  options.sweeps = 6;
  const std::size_t features = data.problem->features.count;
  Annealer annealer(*data.problem, options, world, random_readout(10, features, 1));
  while (annealer.readout().sweeps_done < state.range(0)) (void)annealer.sweep();
  double seconds = 0;
  for (auto _ : state) {
    world.barrier();
    const auto begin = std::chrono::steady_clock::now();
    (void)annealer.sweep();
    seconds = world.all_max(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    state.SetIterationTime(seconds);
  }
  const SweepCounts& counts = annealer.counts();
  const auto images = static_cast<double>(world.all_sum(static_cast<std::int64_t>(data.problem->layout.images())));
  const auto proposals = static_cast<double>(counts.proposals);
  state.counters["image_proposals_per_second"] = images * proposals / seconds;
  state.counters["accepted"] = static_cast<double>(counts.accepted) / proposals;
  state.counters["evaluated_per_proposal"] = static_cast<double>(counts.evaluated) / proposals;
  state.counters["blocks_alive"] = counts.alive / static_cast<double>(counts.evaluated);
  state.counters["reductions"] = static_cast<double>(counts.reductions);
  state.counters["loss"] = static_cast<double>(annealer.loss());
  state.counters["accuracy"] = accuracy(confusion(data.problem->layout, annealer.scores(), world));
}

/// Only rank 0 prints.
class Silent : public benchmark::BenchmarkReporter {
public:
  bool ReportContext(const Context& /*context*/) override { return true; }
  void ReportRuns(const std::vector<Run>& /*runs*/) override {}
};

void bench_on_all_ranks(int argc, char** argv) {
  const Communicator world(MPI_COMM_WORLD);
  const Data data(size_of("ISINGLASS_IMAGES", 54000), size_of("ISINGLASS_FEATURES", 12800), world);
  benchmark::Initialize(&argc, argv);
  // One iteration each: every rank must run as many.
  benchmark::RegisterBenchmark("sweep", [&](benchmark::State& state) { sweep(state, data, world); })
      ->ArgName("sweep")
      ->Arg(0)
      ->Arg(2)
      ->Arg(5)
      ->Iterations(1)
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
  Silent silent;
  if (world.is_root())
    benchmark::RunSpecifiedBenchmarks();
  else
    benchmark::RunSpecifiedBenchmarks(&silent);
}

}  // namespace
}  // namespace isinglass

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  isinglass::bench_on_all_ranks(argc, argv);
  MPI_Finalize();
  return 0;
}
