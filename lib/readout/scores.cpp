#include "readout/scores.hpp"

#include "base/error.hpp"
#include "readout/loops.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <tuple>

namespace isinglass::readout {

simd::AlignedVector<std::int32_t> scores(const Problem& problem, const Readout& readout, simd::Width width) {
  const std::size_t stride = problem.layout.stride();
  simd::AlignedVector<std::int32_t> result(problem.layout.classes() * stride);
  std::copy(problem.fixed_scores.begin(), problem.fixed_scores.end(), result.begin());
  std::int32_t* rows = result.data() + class_of_row(readout, problem.layout, 0) * stride;
  for (std::size_t row = 0; row < readout.outputs(); ++row)
    for (std::size_t i = 0; i < stride; ++i) rows[row * stride + i] += readout.biases[row];
  add_products(problem.features, readout, rows, width);
  return result;
}

std::int64_t loss(const Problem& problem, std::span<const std::int32_t> scores, const parallel::Communicator& ranks,
                  simd::Width width) {
  const ScoreView view{scores.data(), problem.layout.classes(), problem.layout.stride(),
                       static_cast<std::int32_t>(2 * problem.margin)};
  return ranks.all_sum(total_loss(view, problem.layout, width));
}

namespace {

/// The class of the largest score of an image, the first of equal ones; `without` is left out.
std::size_t largest(std::span<const std::int32_t> scores, const ClassLayout& layout, std::size_t image,
                    std::size_t without) {
  std::size_t best = without == 0 ? 1 : 0;
  for (std::size_t c = best + 1; c < layout.classes(); ++c)
    if (c != without && scores[c * layout.stride() + image] > scores[best * layout.stride() + image]) best = c;
  return best;
}

}  // namespace

std::size_t predicted(std::span<const std::int32_t> scores, const ClassLayout& layout, std::size_t image) {
  if (layout.classes() == 2) return scores[layout.stride() + image] >= scores[image] ? 1 : 0;
  return largest(scores, layout, image, layout.classes());
}

std::vector<std::int64_t> confusion(const ClassLayout& layout, std::span<const std::int32_t> scores,
                                    const parallel::Communicator& ranks) {
  const std::size_t classes = layout.classes();
  std::vector<std::int64_t> counts(classes * classes);
  for (std::size_t y = 0; y < classes; ++y)
    for (std::size_t i = layout.begin(y); i < layout.begin(y) + layout.count(y); ++i)
      ++counts[y * classes + predicted(scores, layout, i)];
  ranks.all_sum(counts);
  return counts;
}

double accuracy(std::span<const std::int64_t> confusion) {
  const auto classes = static_cast<std::size_t>(std::llround(std::sqrt(static_cast<double>(confusion.size()))));
  std::int64_t right = 0;
  for (std::size_t c = 0; c < classes; ++c) right += confusion[c * classes + c];
  const std::int64_t all = std::accumulate(confusion.begin(), confusion.end(), std::int64_t{0});
  return all == 0 ? 0.0 : static_cast<double>(right) / static_cast<double>(all);
}

double feature_rms(const ClassLayout& layout, const FeatureView& features, const parallel::Communicator& ranks,
                   simd::Width width) {
  std::vector<std::int64_t> sums(2 * features.count + 1);
  int largest = 0;
  for (std::size_t f = 0; f < features.count; ++f) {
    FeatureSums total = feature_sums(features.column(f), 0, layout.stride(), width);
    largest = std::max(largest, total.largest);
    for (std::size_t y = 0; y < layout.classes(); ++y)  // padding does not count
      for (std::size_t i = layout.begin(y) + layout.count(y); i < layout.begin(y + 1); ++i) {
        const int x = features.column(f)[i];
        total.sum -= x;
        total.squares -= std::int64_t{x} * x;
      }
    sums[2 * f] = total.sum;
    sums[2 * f + 1] = total.squares;
  }
  sums.back() = static_cast<std::int64_t>(layout.images());
  ranks.all_sum(sums);
  if (ranks.any(largest > largest_feature))
    throw InputError("output layer: features must lie within -" + std::to_string(largest_feature) + " .. " +
                     std::to_string(largest_feature));
  const std::int64_t images = sums.back();
  std::int64_t spread = 0;  // images times the summed variance
  double rest = 0;
  for (std::size_t f = 0; f < features.count && images > 0; ++f) {
    spread += sums[2 * f + 1];
    rest += static_cast<double>(sums[2 * f]) * static_cast<double>(sums[2 * f]) / static_cast<double>(images);
  }
  return images == 0 ? 0.0 : std::sqrt((static_cast<double>(spread) - rest) / static_cast<double>(images));
}

std::int64_t stage_margin(double factor, double rms, double rms_before) {
  return std::max<std::int64_t>(1, std::llround(factor * std::sqrt(rms * rms + rms_before * rms_before)));
}

std::vector<std::size_t> order_of_images(const ClassLayout& layout, std::span<const std::int32_t> scores,
                                         std::int64_t margin) {
  std::vector<std::tuple<bool, std::size_t, std::int64_t, std::size_t>> keys;  // is easy, rival, lead, image
  std::vector<std::size_t> order;
  for (std::size_t y = 0; y < layout.classes(); ++y) {
    keys.clear();
    for (std::size_t i = layout.begin(y); i < layout.begin(y) + layout.count(y); ++i) {
      const std::size_t rival = largest(scores, layout, i, y);
      const std::int64_t lead = std::int64_t{scores[y * layout.stride() + i]} - scores[rival * layout.stride() + i];
      keys.emplace_back(lead > 2 * margin, rival, lead, i);
    }
    std::sort(keys.begin(), keys.end());
    for (const auto& key : keys) order.push_back(std::get<3>(key));
  }
  return order;
}

}  // namespace isinglass::readout
