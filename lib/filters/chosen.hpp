#pragma once

#include <cstddef>
#include <numeric>
#include <vector>

namespace isinglass::filters {

/// Index i with probability share_i / sum of shares, for u uniform in [0, 1).
inline std::size_t chosen(const std::vector<double>& shares, double u) {
  double left = u * std::accumulate(shares.begin(), shares.end(), 0.0);
  for (std::size_t i = 0; i + 1 < shares.size(); ++i) {
    if (left < shares[i]) return i;
    left -= shares[i];
  }
  return shares.size() - 1;
}

}  // namespace isinglass::filters
