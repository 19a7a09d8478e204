#include "data/dataset.hpp"
#include "filters/draw.hpp"
#include "filters/features.hpp"
#include "network/filtered.hpp"

#include <benchmark/benchmark.h>

/// Features of Fashion-MNIST's training images by a drawn bank on one core, from 64 filters; arguments are units and
/// images. ISINGLASS_WIDTH=avx2 or plain takes narrower vectors.
namespace isinglass {
namespace {

using namespace filters;

const data::Dataset& dataset() {
  static const data::Dataset set = data::read_dataset(config::DataConfig{});
  return set;
}

simd::Width chosen_width() {
  const char* name = std::getenv("ISINGLASS_WIDTH");
  const std::string_view text = name == nullptr ? "" : name;
  return text == "plain" ? simd::Width::plain : text == "avx2" ? simd::Width::avx2 : simd::cpu_width();
}

Images some(std::size_t count) { return {std::span(dataset().train.images.pixels).first(count * 784), 784}; }

Bank drawn(int units) {
  config::LayerConfig layer;
  layer.units = units;
  const Shape shape = usual_shape(28, 28);
  return draw_bank(shape, network::draw_options(layer, shape), some(60000), 1, 0);
}

void draw_filters(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(drawn(static_cast<int>(state.range(0))));
}

void make_features(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(1));
  const Bank bank = drawn(static_cast<int>(state.range(0)));
  FeatureMaker maker(bank, chosen_width());
  std::vector<std::int8_t> features(maker.count() * count);
  for (auto _ : state) {
    maker.make(some(count), features, count);
    benchmark::ClobberMemory();
  }
  state.counters["unit_images_per_second"] = benchmark::Counter(
      static_cast<double>(count) * static_cast<double>(state.range(0)), benchmark::Counter::kIsIterationInvariantRate);
}

BENCHMARK(draw_filters)->Arg(512)->Unit(benchmark::kMillisecond);
BENCHMARK(make_features)->Args({0, 54000})->Args({512, 54000})->Args({2048, 16000})->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace isinglass

BENCHMARK_MAIN();
