#pragma once

#include "ising/anneal/aligned.hpp"
#include "ising/anneal/chains.hpp"
#include "ising/anneal/dense_sweep.hpp"

#include <vector>

namespace isinglass {

/// One chain at a time on a full matrix of whole coefficients of at most 8 bits, with fields of 16 bits: 32 proposals are
/// compared at once, an accept adds a row to all fields.
class DenseChains : public Chains {
public:
  DenseChains(const IsingProblem& problem, double unit, SimdLevel level);
  [[nodiscard]] std::size_t lanes() const override { return 1; }
  void begin(std::uint64_t seed, std::uint64_t chunk, std::span<const std::int8_t> warm) override;
  void set_temperature(double temperature) override { pool_.scale(temperature / unit_, scaled_); }
  bool sweep(std::size_t first, std::size_t last) override;
  std::uint64_t keep_improved() override;
  void return_to_best() override;
  [[nodiscard]] double best_energy(std::size_t) const override { return offset_ + unit_ * static_cast<double>(best_energy_); }
  [[nodiscard]] Spins best(std::size_t lane) const override;
  void set_fields(std::span<const double> fields) override;

private:
  void load_rows(std::span<const double> couplings);
  [[nodiscard]] bool is_up(std::size_t i) const { return (up_[i / dense_group] >> (i % dense_group) & 1U) != 0; }
  /// Fields and energy of the state in up_, from scratch.
  void recompute();

  SimdLevel level_;
  std::size_t spins_ = 0, groups_ = 0;
  double unit_ = 1, offset_ = 0;
  std::vector<std::int32_t> h_;      // [spins]
  AlignedVector<std::int8_t> rows_;  // see DenseSweep; empty if all couplings are +-1 and the level takes bits
  std::vector<std::uint32_t> bits_, real_, up_, best_up_;
  AlignedVector<std::int16_t> fields_, scaled_;
  ThresholdPool pool_;
  Places places_;
  std::int64_t energy_ = 0, best_energy_ = 0;  // in units
};

}  // namespace isinglass
