#include "train/qat/batches.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace isinglass::train::qat {

namespace {

/// Fisher-Yates with counter-based draws.
std::vector<std::uint32_t> permutation(std::size_t size, std::uint64_t seed, std::uint32_t epoch) {
  std::vector<std::uint32_t> order(size);
  std::iota(order.begin(), order.end(), 0U);
  for (auto i = static_cast<std::uint32_t>(size); i > 1; --i)
    std::swap(order[i - 1], order[below(draw(seed, Stream::shuffle, epoch, i, 0)[0], i)]);
  return order;
}

}  // namespace

std::size_t batch_count(std::size_t samples, std::size_t batch) {
  return std::max<std::size_t>(1, (samples + batch / 2) / batch);
}

Batches::Batches(const data::Samples& samples, std::size_t batch, std::uint64_t seed, std::uint32_t epoch) {
  const auto order = permutation(samples.global_size, seed, epoch);
  const std::size_t batches = batch_count(order.size(), batch);
  rows_.reserve(samples.size());
  for (std::size_t b = 0; b < batches; ++b) {
    const auto range = data::shard_range(order.size(), b, batches);
    for (std::size_t i = range.first; i < range.last; ++i)
      if (order[i] >= samples.first && order[i] - samples.first < samples.size())
        rows_.push_back(static_cast<std::uint32_t>(order[i] - samples.first));
    bounds_.push_back(rows_.size());
  }
}

}  // namespace isinglass::train::qat
