#pragma once

#include "ising/anneal/temperatures.hpp"
#include "ising/groups/layout.hpp"
#include "ising/problem.hpp"
#include "ising/quick_random.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace isinglass::ising {

/// exp(-x) for x >= 0 to a relative error of 1e-11, the same bits on every machine (the library's exp has variants with
/// and without fused multiply-adds). Zero past `most`.
class Boltzmann {
public:
  static constexpr double most = 23;  ///< exp(-23) < 2^-33: less than the chance of one 32-bit word

  Boltzmann() {
    double value = 1;
    for (double& v : power_) {
      v = value;
      value *= 0.98449643700540845;  // exp(-1/64)
    }
  }
  [[nodiscard]] double operator()(double x) const {
    if (!(x < most)) return 0;
    const auto k = static_cast<std::size_t>(x * 64);
    const double r = x - static_cast<double>(k) / 64;
    return power_[k] * (1 - r * (1 - r / 2 * (1 - r / 3 * (1 - r / 4))));
  }
  /// Whether u in (0, 1) is below exp(-x); most calls end at the table. An x that is no number is a change of 0 at
  /// temperature 0 and taken.
  [[nodiscard]] bool accepts(double x, double u) const {
    if (!(x > 0)) return true;
    if (x >= most) return false;
    const auto k = static_cast<std::size_t>(x * 64);
    if (u < power_[k + 1]) return true;
    return u < power_[k] && u < (*this)(x);
  }

private:
  std::array<double, static_cast<std::size_t>(64 * most) + 2> power_{};
};

/// A state in contact with a heat bath, its local fields up to date: plain spins flip by Metropolis' rule, a one-hot
/// group draws its value from the exact distribution given all others (heat bath). Copies share the couplings.
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

}  // namespace isinglass::ising
