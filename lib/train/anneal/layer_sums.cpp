#include "train/anneal/layer_sums.hpp"

namespace isinglass::train {

namespace {

void sum_loop(SumView view, BlockSums* sums, std::size_t units) {
  for (std::size_t j = 0; j < units; ++j)
    for (std::size_t s = 0; s < view.samples; ++s) {
      const std::int16_t* weights = view.weights + j * view.inputs;
      const std::int8_t* row = view.rows + s * view.row_length;
      std::int32_t sum = 0;
      for (std::size_t i = 0; i < view.inputs; ++i) sum += weights[i] * row[i];
      sums[j][s] = sum;
    }
}

}  // namespace

void layer_sums(const SumView& view, std::span<BlockSums> sums, simd::Width vectors) {
  simd::run<sum_loop>(vectors, view, sums.data(), sums.size());
}

}  // namespace isinglass::train
