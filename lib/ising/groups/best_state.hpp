#pragma once

#include "ising/machine.hpp"

#include <limits>
#include <span>
#include <utility>

namespace isinglass {

/// The best state of a read's trajectory with its history, and whether the read is to end.
class BestState {
public:
  explicit BestState(const StopRule& stop) : stop_(stop) {}
  /// A state on the trajectory; kept if its energy is the least yet.
  void offer(double energy, std::span<const std::int8_t> spins) {
    if (energy >= energy_) return;
    energy_ = energy;
    spins_.assign(spins.begin(), spins.end());
    history_.push_back({stop_.seconds(), energy});
    is_over_ = is_over_ || stop_.reached(energy);
  }
  [[nodiscard]] bool improves(double energy) const { return energy < energy_; }
  /// Looks at the clock.
  void poll() { is_over_ = is_over_ || stop_.is_over(); }
  /// Target, deadline or stop_is_asked.
  [[nodiscard]] bool is_over() const { return is_over_; }
  [[nodiscard]] double energy() const { return energy_; }
  /// The best state as a read.
  [[nodiscard]] Read take(std::int64_t index) { return {index, std::move(spins_), energy_, std::move(history_)}; }

private:
  StopRule stop_;
  double energy_ = std::numeric_limits<double>::infinity();
  Spins spins_;
  std::vector<Improvement> history_;
  bool is_over_ = false;
};

}  // namespace isinglass
