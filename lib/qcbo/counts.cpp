#include "qcbo/counts.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace isinglass {

namespace {

/// Bits of a slack register that covers the widest reachable segment of [-reach, reach] in steps of one.
int slack_bits(const Layer& layer, int reach, std::size_t first, std::size_t last) {
  int widest = 0;
  for (std::size_t k = first; k <= last; ++k) {
    const int lo = k == first ? -reach : layer.thresholds[k - 1];
    const int hi = k == last ? reach : layer.thresholds[k] - 1;
    widest = std::max(widest, hi - lo);
  }
  return std::bit_width(static_cast<unsigned>(widest));
}

/// The part of one sample's variables and rows that one hidden layer has, all units together.
void add_hidden(QcboCounts& counts, const Layer& layer, const LayerReach& reach, std::size_t sample, const Layer& next) {
  const std::size_t first = reach.first[sample], last = reach.last[sample];
  const std::int64_t segments = static_cast<std::int64_t>(last - first) + 1, units = layer.units;
  counts.interval_rows += units;
  counts.slack_bits += units * slack_bits(layer, reach.reach[sample], first, last);
  if (segments < 2) return;  // the segment is known: its indicator is the constant 1 and products with it are the bits
  counts.one_hot_rows += units;
  counts.indicators += units * segments;
  const std::int64_t products = units * segments * next.units * next.weights.bits();
  counts.products += products;
  counts.product_rows += products;
}

}  // namespace

QcboCounts count_qcbo(const Architecture& architecture, std::span<const LayerReach> reach, const Communicator& comm) {
  QcboCounts counts;
  for (std::size_t l = 0; l + 1 < architecture.layers.size(); ++l)
    for (std::size_t s = 0; s < reach[l].reach.size(); ++s)
      add_hidden(counts, architecture.layers[l], reach[l], s, architecture.layers[l + 1]);
  std::array sums{counts.indicators,   counts.slack_bits,    counts.products,
                  counts.one_hot_rows, counts.interval_rows, counts.product_rows};
  comm.all_sum(sums);
  QcboCounts total;
  for (const Layer& layer : architecture.layers)
    total.parameter_bits += static_cast<std::int64_t>(layer.units) * (layer.inputs * layer.weights.bits() + layer.bias.bits());
  total.indicators = sums[0];
  total.slack_bits = sums[1];
  total.products = sums[2];
  total.one_hot_rows = sums[3];
  total.interval_rows = sums[4];
  total.product_rows = sums[5];
  return total;
}

}  // namespace isinglass
