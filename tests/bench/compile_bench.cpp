#include "namespaces.hpp"
#include "network/build.hpp"
#include "qcbo/compile.hpp"
#include "qcbo/counts.hpp"
#include "random_problem.hpp"

#include <benchmark/benchmark.h>

/// Samples a second of compiling and counting on one core, on the shapes of Fashion-MNIST: 14 x 14 inputs of 16 levels,
/// a pair of classes with 16 hidden units and ten classes with 64. Random inputs: the sizes depend on how many are not
/// 0.
namespace isinglass::testing {
namespace {

constexpr std::size_t sample_count = 64;

struct Shape {
  Samples samples;
  Architecture architecture;
  LossSpline loss;
};

Shape make_shape(int units, int classes, Activation activation, Loss loss) {
  testing::Words words(1);
  NetworkConfig network;
  network.hidden[0].units = units;
  network.hidden[0].activation = activation;
  Shape shape{testing::random_samples(words, sample_count, 196, classes, 7), {}, {}};
  shape.architecture = build_network(network, {196, classes, testing::input_rms(shape.samples)}).architecture;
  const int margin = shape.loss.margin = static_cast<int>(3 * shape.architecture.layers.back().rms);
  if (loss == Loss::hinge)
    shape.loss.pieces = {{margin - 1, 1, -1, 0}, {margin, 0, 0, 0}};
  else
    shape.loss.pieces = {{margin, 0, 0, 1}};
  return shape;
}

void report(benchmark::State& state, const QcboCounts& counts) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(sample_count));
  const auto spins = static_cast<double>(counts.spins()), samples = static_cast<double>(sample_count);
  state.counters["spins_per_sample"] = static_cast<double>(counts.spins() - counts.parameter_bits) / samples;
  state.counters["bytes_per_spin"] = static_cast<double>(counts.qcbo_bytes()) / spins;
  state.counters["bytes_per_sample"] = static_cast<double>(counts.qcbo_bytes()) / samples;
  state.counters["couplers_per_sample"] = static_cast<double>(counts.couplers) / samples;
}

void compile_all(benchmark::State& state, int units, int classes, Activation activation, Loss loss) {
  const Shape shape = make_shape(units, classes, activation, loss);
  const ProblemPlan plan(shape.architecture, shape.loss, shape.samples, {}, Communicator());
  for (auto _ : state)
    benchmark::DoNotOptimize(compile(shape.architecture, shape.loss, shape.samples, {}, Communicator()));
  report(state, count_qcbo(plan, Communicator()));
}

void count_all(benchmark::State& state, int units, int classes, Activation activation, Loss loss) {
  const Shape shape = make_shape(units, classes, activation, loss);
  QcboCounts counts;
  for (auto _ : state) {
    const ProblemPlan plan(shape.architecture, shape.loss, shape.samples, {}, Communicator());
    benchmark::DoNotOptimize(counts = count_qcbo(plan, Communicator()));
  }
  report(state, counts);
}

BENCHMARK_CAPTURE(compile_all, pair_sign_hinge, 16, 2, Activation::sign, Loss::hinge)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(compile_all, ten_sign_hinge, 64, 10, Activation::sign, Loss::hinge)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(compile_all, ten_tanh_hinge, 64, 10, Activation::tanh, Loss::hinge)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(compile_all, ten_sign_squared, 64, 10, Activation::sign, Loss::squared)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(count_all, pair_sign_hinge, 16, 2, Activation::sign, Loss::hinge)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(count_all, ten_sign_hinge, 64, 10, Activation::sign, Loss::hinge)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace isinglass::testing

BENCHMARK_MAIN();
