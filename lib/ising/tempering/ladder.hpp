#pragma once

#include <cstdint>
#include <vector>

namespace isinglass {

/// Temperatures of a tempering run, hottest first, and how often neighbours refuse to exchange.
class Ladder {
public:
  /// Geometric from hot to cold.
  Ladder(double hot, double cold, std::size_t temperatures);
  [[nodiscard]] std::size_t size() const { return beta_.size(); }
  [[nodiscard]] double beta(std::size_t k) const { return beta_[k]; }
  /// An exchange of k and k + 1 was offered and is refused with this probability.
  void record(std::size_t k, double refused);
  /// Moves the inner temperatures so that all neighbours would refuse equally often: even steps of the cumulated refusals
  /// (Syed, Bouchard-Cote, Deligiannidis, Doucet, J. R. Stat. Soc. B 84 (2022) 321), interpolated in log beta. The ends stay.
  /// Starts a new count.
  void adapt();
  /// Mean refusals between k and k + 1 since the count began; 0 before the first offer.
  [[nodiscard]] double refusal(std::size_t k) const;

private:
  std::vector<double> beta_, refused_;
  std::vector<std::int64_t> offers_;
};

}  // namespace isinglass
