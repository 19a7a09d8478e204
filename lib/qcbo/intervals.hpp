#pragma once

#include "network/architecture.hpp"

#include <vector>

namespace isinglass::qcbo {

/// Integers lo .. hi, grid units of z.
struct Interval {
  int lo = 0, hi = -1;
  [[nodiscard]] bool empty() const { return hi < lo; }
  bool operator==(const Interval&) const = default;
};

/// Intervals that the cells of a hidden layer ask z to be in: the cell within [-limit, limit], shrunk from its
/// knots by `margin` (in units of the layer's rms). Inner cells keep at least half of their width.
[[nodiscard]] std::vector<Interval> cell_intervals(const network::Layer& layer, double margin, int limit);

/// The points of `interval` on the grid anchor + step Z, first and last; empty if it has none.
[[nodiscard]] Interval on_grid(Interval interval, int anchor, int step);

}  // namespace isinglass::qcbo
