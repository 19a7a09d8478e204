#include "namespaces.hpp"
#include "random_words.hpp"
#include "train/anneal/column_kernel.hpp"
#include "train/anneal/gather_columns.hpp"
#include "train/anneal/move_data.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include <benchmark/benchmark.h>

/// The kernels of moves by columns, each beside what bounds it: reading, or copying, the same bytes. The argument is
/// the number of members; rows and columns are those of 27,000 images of 784 pixels.
namespace isinglass::testing {
namespace {

constexpr std::size_t images = 27000, features = 784;

struct Columns {
  std::size_t stride;
  simd::AlignedVector<std::int16_t> z, jumps;
  simd::AlignedVector<std::int8_t> inputs;

  explicit Columns(std::size_t members)
      : stride(simd::padded(members, 128)), z(stride), jumps(stride), inputs(features * stride) {
    Words words(1);
    for (std::size_t s = 0; s < members; ++s) {
      z[s] = static_cast<std::int16_t>(words.between(-300, 300));
      jumps[s] = static_cast<std::int16_t>(words.between(-4, 4));
    }
    for (std::int8_t& x : inputs) x = static_cast<std::int8_t>(words.between(-15, 15));
  }
  [[nodiscard]] const std::int8_t* column(std::size_t i) const { return inputs.data() + i % features * stride; }
};

void count(benchmark::State& state, std::size_t bytes) {
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

/// A proposal: one column, or the two of a swap, with z and jumps.
void proposal(benchmark::State& state, bool is_swap) {
  const Columns columns(static_cast<std::size_t>(state.range(0)));
  const ColumnView view{columns.z.data(), columns.jumps.data(), columns.stride, 60, 120, std::size_t{1} << 20U};
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(sum_moved_heights(view, columns.column(i), is_swap ? columns.column(i + 1) : nullptr, 2));
    ++i;
  }
  count(state, columns.stride * (is_swap ? 6 : 5));
}

std::uint64_t sum_words(const void* data, std::size_t bytes) {
  const auto* words = static_cast<const std::uint64_t*>(data);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < bytes / 8; ++i) sum += words[i];
  return sum;
}

/// Reads the bytes of a proposal, and does next to nothing with them.
void reading(benchmark::State& state) {
  const Columns columns(static_cast<std::size_t>(state.range(0)));
  std::size_t i = 0;
  for (auto _ : state) {
    std::uint64_t sum = simd::run<sum_words>(simd::cpu_width(), columns.z.data(), 2 * columns.stride);
    sum += simd::run<sum_words>(simd::cpu_width(), columns.jumps.data(), 2 * columns.stride);
    sum += simd::run<sum_words>(simd::cpu_width(), columns.column(i), columns.stride);
    benchmark::DoNotOptimize(sum);
    ++i;
  }
  count(state, columns.stride * 5);
}

/// Every so many-th row, with the length of rows of 784 inputs and 1,500 pairs.
struct Rows {
  std::size_t length = whole_vectors(features + 1500);
  simd::AlignedVector<std::int8_t> bytes = simd::AlignedVector<std::int8_t>(images * length, 1);
  std::vector<std::uint32_t> chosen;

  explicit Rows(std::size_t members) {
    for (std::size_t k = 0; k < members; ++k) chosen.push_back(static_cast<std::uint32_t>(k * images / members));
  }
};

void gather(benchmark::State& state) {
  const Rows rows(static_cast<std::size_t>(state.range(0)));
  const std::size_t stride = simd::padded(rows.chosen.size(), 128);
  simd::AlignedVector<std::int8_t> columns(whole_vectors(features) * stride);
  for (auto _ : state) {
    gather_columns({rows.bytes.data(), rows.length}, rows.chosen, features, stride, columns.data());
    benchmark::ClobberMemory();
  }
  count(state, 2 * features * stride);
}

/// Copies the same rows without turning them.
void copying(benchmark::State& state) {
  const Rows rows(static_cast<std::size_t>(state.range(0)));
  simd::AlignedVector<std::int8_t> copy(features * rows.chosen.size());
  for (auto _ : state) {
    for (std::size_t k = 0; k < rows.chosen.size(); ++k)
      std::memcpy(copy.data() + k * features, rows.bytes.data() + rows.chosen[k] * rows.length, features);
    benchmark::ClobberMemory();
  }
  count(state, 2 * features * rows.chosen.size());
}

BENCHMARK_CAPTURE(proposal, weight, false)->Arg(5400)->Arg(27000);
BENCHMARK_CAPTURE(proposal, swap, true)->Arg(5400)->Arg(27000);
BENCHMARK(reading)->Arg(5400)->Arg(27000);
BENCHMARK(gather)->Arg(5400)->Arg(27000)->Unit(benchmark::kMicrosecond);
BENCHMARK(copying)->Arg(5400)->Arg(27000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace isinglass::testing

BENCHMARK_MAIN();
