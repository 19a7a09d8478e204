#include "train/anneal/moves.hpp"

#include <algorithm>
#include <cstdlib>

namespace isinglass::train {

namespace {

/// Samples that decide which inputs are similar: enough for a ranking, few enough to take no time.
constexpr std::size_t ranking_samples = 2048;

void add_planes(std::vector<MovePlane>& planes, MoveKind kind, const network::Codebook& codebook) {
  if (codebook.bits() == 1) return planes.push_back({kind, codebook.steps[0], 0});
  std::vector<int> sizes = codebook.steps;
  if (sizes.front() == sizes.back())
    sizes.back() *= 2;  // ternary, whose two bits are alike: one step, or from end to end
  for (const int size : sizes)
    for (const int direction : {-1, 1}) planes.push_back({kind, size, direction});
}

/// sum_s (x_si - x_sj)^2 over this shard's part of the ranking samples, [i][j] for j < i.
std::vector<std::int64_t> squared_differences(const data::Samples& samples) {
  const auto n = static_cast<std::size_t>(samples.features);
  std::vector<std::int64_t> sums(n * n);
  std::vector<std::int32_t> small(n * n);  // 2,048 squares of at most 2^16
  for (std::size_t s = 0; s < samples.size() && samples.first + s < ranking_samples; ++s) {
    const auto x = samples.row(s);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < i; ++j) small[i * n + j] += (x[i] - x[j]) * (x[i] - x[j]);
  }
  std::copy(small.begin(), small.end(), sums.begin());
  return sums;
}

/// Does x_a - x_b fit 8 bits on every sample of the group?
std::vector<InputPair> fitting(const std::vector<InputPair>& pairs, const data::Samples& samples,
                               const parallel::Communicator& group) {
  std::vector<std::int64_t> misfits(pairs.size());
  for (std::size_t s = 0; s < samples.size(); ++s) {
    const auto x = samples.row(s);
    for (std::size_t p = 0; p < pairs.size(); ++p)
      misfits[p] +=
          std::abs(x[static_cast<std::size_t>(pairs[p].a)] - x[static_cast<std::size_t>(pairs[p].b)]) > INT8_MAX;
  }
  group.all_sum(misfits);
  std::vector<InputPair> result;
  for (std::size_t p = 0; p < pairs.size(); ++p)
    if (misfits[p] == 0) result.push_back(pairs[p]);
  return result;
}

}  // namespace

std::vector<MovePlane> move_planes(const network::Layer& layer, bool with_swaps) {
  std::vector<MovePlane> planes;
  add_planes(planes, MoveKind::weight, layer.weights);
  if (with_swaps) add_planes(planes, MoveKind::swap, layer.weights);
  add_planes(planes, MoveKind::bias, layer.bias);
  return planes;
}

std::vector<InputPair> similar_inputs(const data::Samples& samples, int neighbours,
                                      const parallel::Communicator& group) {
  if (neighbours == 0) return {};
  const auto n = static_cast<std::size_t>(samples.features);
  std::vector<std::int64_t> difference = squared_differences(samples);
  group.all_sum(difference);
  std::vector<InputPair> pairs;
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<std::pair<std::int64_t, std::size_t>> others;
    for (std::size_t j = 0; j < n; ++j)
      if (j != i) others.emplace_back(difference[std::max(i, j) * n + std::min(i, j)], j);
    const auto count = std::min(static_cast<std::ptrdiff_t>(neighbours), static_cast<std::ptrdiff_t>(others.size()));
    std::partial_sort(others.begin(), others.begin() + count, others.end());
    for (auto other = others.begin(); other != others.begin() + count; ++other)
      pairs.push_back({static_cast<int>(std::min(i, other->second)), static_cast<int>(std::max(i, other->second))});
  }
  const auto order = [](const InputPair& p, const InputPair& q) { return p.a != q.a ? p.a < q.a : p.b < q.b; };
  std::sort(pairs.begin(), pairs.end(), order);
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return fitting(pairs, samples, group);
}

}  // namespace isinglass::train
