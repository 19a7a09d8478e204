#include "ising/tempering/ladder.hpp"

#include <cassert>
#include <cmath>

namespace isinglass {

Ladder::Ladder(double hot, double cold, std::size_t temperatures)
    : beta_(temperatures), refused_(temperatures), offers_(temperatures) {
  assert(temperatures > 0 && hot > 0 && cold > 0);
  for (std::size_t k = 0; k < temperatures; ++k) {
    const double share = temperatures > 1 ? static_cast<double>(k) / static_cast<double>(temperatures - 1) : 1;
    beta_[k] = std::pow(hot, share - 1) * std::pow(cold, -share);
  }
}

void Ladder::record(std::size_t k, double refused) {
  refused_[k] += refused;
  ++offers_[k];
}

double Ladder::refusal(std::size_t k) const { return offers_[k] > 0 ? refused_[k] / static_cast<double>(offers_[k]) : 0; }

void Ladder::adapt() {
  // A step that was never refused still counts a little: temperatures must not fall together.
  constexpr double least = 1e-3;
  std::vector<double> cumulated(size());
  for (std::size_t k = 1; k < size(); ++k) cumulated[k] = cumulated[k - 1] + refusal(k - 1) + least;
  std::vector<double> moved = beta_;
  std::size_t k = 0;
  for (std::size_t m = 1; m + 1 < size(); ++m) {
    const double wanted = cumulated.back() * static_cast<double>(m) / static_cast<double>(size() - 1);
    while (k + 2 < size() && cumulated[k + 1] < wanted) ++k;
    const double share = (wanted - cumulated[k]) / (cumulated[k + 1] - cumulated[k]);
    moved[m] = std::exp(std::log(beta_[k]) * (1 - share) + std::log(beta_[k + 1]) * share);
  }
  beta_ = moved;
  refused_.assign(size(), 0);
  offers_.assign(size(), 0);
}

}  // namespace isinglass
