#include "qcbo/intervals.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace isinglass::qcbo {

namespace {

/// Remainder in 0 .. step - 1.
int modulo(int value, int step) { return ((value % step) + step) % step; }

}  // namespace

std::vector<Interval> cell_intervals(const network::Layer& layer, double margin, int limit) {
  const int wanted = static_cast<int>(std::lround(margin * layer.rms));
  std::vector<Interval> intervals;
  for (int k = 0; k < layer.cell_count(); ++k) {
    const auto at = static_cast<std::size_t>(k);
    const bool first = k == 0, last = k + 1 == layer.cell_count();
    const int lo = first ? -limit : layer.thresholds[at - 1], hi = last ? limit : layer.thresholds[at] - 1;
    const int shrink = first || last ? std::min(wanted, hi - lo) : std::min(wanted, (hi - lo) / 4);
    intervals.push_back({first ? lo : lo + shrink, last ? hi : hi - shrink});
  }
  return intervals;
}

Interval on_grid(Interval interval, int anchor, int step) {
  return {interval.lo + modulo(anchor - interval.lo, step), interval.hi - modulo(interval.hi - anchor, step)};
}

}  // namespace isinglass::qcbo
