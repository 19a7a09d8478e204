#pragma once

#include "ising/anneal/temperatures.hpp"
#include "ising/groups/layout.hpp"
#include "ising/problem.hpp"
#include "ising/quick_random.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace isinglass {

/// A state in contact with a heat bath, its local fields up to date: plain spins flip by Metropolis' rule, a one-hot group
/// draws its value from the exact distribution given all others (heat bath). Copies share the couplings.
class ThermalState {
public:
  virtual ~ThermalState() = default;
  [[nodiscard]] virtual std::unique_ptr<ThermalState> clone() const = 0;
  /// A state that keeps the groups; fields are computed anew.
  virtual void set(std::span<const std::int8_t> spins) = 0;
  [[nodiscard]] virtual Spins spins() const = 0;
  [[nodiscard]] virtual std::int8_t spin(std::size_t i) const = 0;
  [[nodiscard]] virtual double energy() const = 0;
  /// Every group once, then every plain spin once, at temperature 1 / beta.
  virtual void sweep(double beta, QuickRandom& random) = 0;
  /// Each group proposes once to exchange its value with another of the same size: four flips at once.
  virtual void swap_groups(double beta, QuickRandom& random) = 0;
  /// Flips and re-assignments that lower the energy until there are none.
  virtual void descend() = 0;
  /// Flips plain spins, whatever it costs.
  virtual void flip(std::span<const std::int32_t> spins) = 0;
  /// |dE| of every move, the absolute costs from which temperatures are chosen.
  [[nodiscard]] virtual std::vector<double> move_costs() const = 0;
};

/// A problem that fold_groups has made. Fields are float where that is exact, else double.
[[nodiscard]] std::unique_ptr<ThermalState> make_thermal_state(const IsingProblem& problem);

/// From the costs of moves in random states: hot enough to accept most, cold enough to reject all but the cheapest.
[[nodiscard]] TemperatureRange temperature_range(const IsingProblem& problem, ThermalState& state);

}  // namespace isinglass
