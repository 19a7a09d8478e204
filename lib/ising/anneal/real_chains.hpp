#pragma once

#include "ising/anneal/chains.hpp"
#include "ising/anneal/thresholds.hpp"
#include "simd/simd.hpp"

#include <vector>

namespace isinglass::ising {

/// One chain at a time with real coefficients: fields and energies in double precision, kept up to date by accepts.
template <class Form>
class RealChains : public Chains {
public:
  /// `problem` has couplings of this form.
  RealChains(const IsingProblem& problem, simd::Width width);
  [[nodiscard]] std::size_t lanes() const override { return 1; }
  void begin(std::uint64_t seed, std::uint64_t chunk, std::span<const std::int8_t> warm) override;
  void set_temperature(double temperature) override { temperature_ = temperature; }
  bool sweep(std::size_t first, std::size_t last) override;
  std::uint64_t keep_improved() override;
  void return_to_best() override;
  [[nodiscard]] double best_energy(std::size_t) const override { return offset_ + best_energy_; }
  [[nodiscard]] Spins state(std::size_t) const override { return spins_; }
  [[nodiscard]] Spins best(std::size_t) const override { return best_spins_; }
  void set_fields(std::span<const double> fields) override { h_.assign(fields.begin(), fields.end()); }

private:
  /// Field and energy of the state, from scratch: rounding of many accepts is forgotten.
  void recompute();
  /// Whether a flip gains more than rounding of the spin's own coefficients can feign: else descent could go round in
  /// circles.
  [[nodiscard]] bool gains(std::size_t i, double cost) const;
  void flip(std::size_t i, double cost);
  /// A sweep that takes only flips that gain.
  bool descend(std::size_t first, std::size_t last);

  simd::Width width_;
  Form couplings_;
  double offset_ = 0, temperature_ = 0, energy_ = 0, best_energy_ = 0;
  std::vector<double> h_;
  simd::AlignedVector<double> fields_;  // vectors that cross cache lines cost a third of the speed
  Spins spins_, best_spins_;
  ThresholdPool pool_;
  Places places_;
};

}  // namespace isinglass::ising
