#include "data/splits.hpp"
#include "namespaces.hpp"
#include "network/build.hpp"
#include "qcbo/fip.hpp"
#include "train/train.hpp"

#include <cstddef>
#include <string>

#include <benchmark/benchmark.h>

/// Time of one step of each method on one core, with real data: 10,800 training images of Fashion-MNIST's T-shirt and
/// Trouser, 196 inputs. Setting up and the final evaluation are in it; the data is not.
namespace isinglass::testing {
namespace {

const DataSplits& pair_data() {
  static const DataSplits data = [] {
    DataConfig config;
    config.classes = {"0", "1"};
    return load_splits(config, 1, 0, 1);
  }();
  return data;
}

/// One iteration, sweep or epoch of `method` with as many hidden units as the benchmark's argument says.
void one_step(benchmark::State& state, Method method) {
  Config config;
  config.method = method;
  config.qcgd.iterations = config.anneal.sweeps = config.qat.epochs = 1;
  config.network.hidden[0].units = static_cast<int>(state.range(0));
  const DataSplits& data = pair_data();
  const Architecture architecture =
      build_network(config.network, {data.train.features, 2, data.input_rms}).architecture;
  const Grid serial;
  const auto reach = propagate_intervals(architecture, data.train);
  for (auto _ : state) benchmark::DoNotOptimize(train::train({config, architecture, data, serial, reach}));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(data.train.size()));
}

BENCHMARK_CAPTURE(one_step, qcgd, Method::qcgd)->Arg(16)->Arg(64)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(one_step, anneal, Method::anneal)->Arg(16)->Arg(64)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(one_step, qat, Method::qat)->Arg(16)->Arg(64)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace isinglass::testing

BENCHMARK_MAIN();
