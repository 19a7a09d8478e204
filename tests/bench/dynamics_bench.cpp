#include "ising/dynamics/products.hpp"
#include "ising/machines.hpp"
#include "namespaces.hpp"
#include "random_ising.hpp"

#include <cblas.h>

#include <cstdint>
#include <string>

#include <benchmark/benchmark.h>

/// Simulated bifurcation and coherent Ising machines on one core, in spins times steps a second, whole reads: from
/// programming to descent. And the matrix product behind them, against OpenBLAS.
namespace isinglass::testing {
namespace {

using testing::Coefficients;
using testing::Words;

constexpr std::int64_t reads = 64;

IsingProblem dense_problem(std::size_t spins, Coefficients kind) {
  Words words(1);
  IsingProblem problem = testing::random_ising(words, spins, 100, kind);
  problem.couplings = to_dense(problem);
  return problem;
}

/// As G22 of the G-set: 2,000 spins, about 20,000 couplings of 1/2.
IsingProblem sparse_problem() {
  Words words(2);
  std::vector<Coupling> pairs;
  for (int k = 0; k < 19990; ++k) {
    const int i = words.between(0, 1999), j = words.between(0, 1998);
    pairs.push_back({i, j < i ? j : j + 1, 0.5});
  }
  return {2000, sparse_couplings(2000, pairs), std::vector<double>(2000), 0};
}

void run(benchmark::State& state, const IsingProblem& problem, MachineKind kind, std::int64_t steps) {
  MachineConfig config;
  config.kind = kind;
  const auto machine = make_machine(config);
  ReadRequest request;
  request.count = reads;
  request.sweeps = steps;
  for (auto _ : state) benchmark::DoNotOptimize(machine->program(problem)->read(request));
  state.SetItemsProcessed(state.iterations() * reads * steps * static_cast<std::int64_t>(problem.spins));
}

void dense_signs(benchmark::State& state, MachineKind kind) {
  static const IsingProblem problem = dense_problem(1000, Coefficients::plus_minus_one);
  run(state, problem, kind, 500);
}
void dense_real(benchmark::State& state, MachineKind kind) {
  static const IsingProblem problem = dense_problem(1000, Coefficients::real);
  run(state, problem, kind, 500);
}
void sparse_signs(benchmark::State& state, MachineKind kind) {
  static const IsingProblem problem = sparse_problem();
  run(state, problem, kind, 1000);
}
/// What training asks for: one block of 16 reads of a small dense problem, programmed anew.
void sub_problem(benchmark::State& state, MachineKind kind) {
  static const IsingProblem problem = dense_problem(550, Coefficients::real);
  MachineConfig config;
  config.kind = kind;
  ReadRequest request;
  request.count = 16;
  request.sweeps = 100;
  for (auto _ : state) benchmark::DoNotOptimize(make_machine(config)->program(problem)->read(request));
}

/// J x for 64 reads, n = 1000, floats: items are multiply-adds.
void product_packed(benchmark::State& state) {
  const IsingProblem problem = dense_problem(1000, Coefficients::real);
  const auto product = dynamics::batch_product(problem, dynamics::product_kernels());
  dynamics::Floats x(dynamics::padded(1000) * reads, 0.5F), out(x.size());
  for (auto _ : state) {
    product->multiply(x, reads, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * reads * 1000 * 1000);
}
void product_openblas(benchmark::State& state) {
  openblas_set_num_threads(1);
  const IsingProblem problem = dense_problem(1000, Coefficients::real);
  const RowMatrix<float> j = std::get<DenseCouplings>(problem.couplings).cast<float>();
  const RowMatrix<float> x = RowMatrix<float>::Constant(1000, reads, 0.5F);
  RowMatrix<float> out(1000, reads);
  for (auto _ : state) {
    out.noalias() = j * x;
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * reads * 1000 * 1000);
}
void product_bytes(benchmark::State& state) {
  const IsingProblem problem = dense_problem(1000, Coefficients::plus_minus_one);
  const auto product = dynamics::batch_product(problem, dynamics::product_kernels());
  dynamics::Floats x(dynamics::padded(1000) * reads, 0.5F), out(x.size());
  for (auto _ : state) {
    product->multiply_signs(x, reads, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * reads * 1000 * 1000);
}

#define ISINGLASS_EACH(function)                                                     \
  BENCHMARK_CAPTURE(function, bsb, MachineKind::bsb)->Unit(benchmark::kMillisecond); \
  BENCHMARK_CAPTURE(function, dsb, MachineKind::dsb)->Unit(benchmark::kMillisecond); \
  BENCHMARK_CAPTURE(function, cim, MachineKind::cim)->Unit(benchmark::kMillisecond); \
  BENCHMARK_CAPTURE(function, cac, MachineKind::cac)->Unit(benchmark::kMillisecond)

ISINGLASS_EACH(dense_signs);
ISINGLASS_EACH(dense_real);
ISINGLASS_EACH(sparse_signs);
ISINGLASS_EACH(sub_problem);
BENCHMARK(product_packed)->Unit(benchmark::kMicrosecond);
BENCHMARK(product_openblas)->Unit(benchmark::kMicrosecond);
BENCHMARK(product_bytes)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace isinglass::testing

BENCHMARK_MAIN();
