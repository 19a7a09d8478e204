#pragma once

#include "ising/anneal/chains.hpp"
#include "ising/anneal/sweep_kernels.hpp"
#include "simd/simd.hpp"

#include <vector>

namespace isinglass::ising {

/// One chain at a time on a full matrix of whole couplings of at most 8 bits: 32 (16-bit fields) or 16 (32-bit fields)
/// proposals are compared at once, an accept adds a row to all fields. No local field may be beyond the range of Field.
template <class Field>
class DenseChains : public Chains {
public:
  DenseChains(const IsingProblem& problem, double unit, simd::Width width);
  [[nodiscard]] std::size_t lanes() const override { return 1; }
  void begin(std::uint64_t seed, std::uint64_t chunk, std::span<const std::int8_t> warm) override;
  void set_temperature(double temperature) override { pool_.scale(temperature / unit_, scaled_, width_); }
  bool sweep(std::size_t first, std::size_t last) override;
  std::uint64_t keep_improved() override;
  void return_to_best() override;
  [[nodiscard]] double best_energy(std::size_t) const override {
    return offset_ + unit_ * static_cast<double>(best_energy_);
  }
  [[nodiscard]] Spins state(std::size_t lane) const override;
  [[nodiscard]] Spins best(std::size_t lane) const override;
  void set_fields(std::span<const double> fields) override;

private:
  void load_rows(const DenseCouplings& couplings);
  /// Arrays that kernels work on, for groups first .. last - 1.
  [[nodiscard]] DenseSweep<Field> view(std::size_t first, std::size_t last);
  /// Flips what is needed to get to a state.
  void move_to(std::span<const std::uint32_t> up);
  [[nodiscard]] std::int64_t energy_of_state() const;

  static constexpr std::size_t group = dense_group<Field>;
  simd::Width width_;
  std::size_t spins_ = 0, groups_ = 0;
  double unit_ = 1, offset_ = 0;
  std::vector<std::int32_t> h_;            // [spins]
  simd::AlignedVector<std::int8_t> rows_;  // see DenseSweep; empty if all couplings are +-1
  std::vector<std::uint32_t> bits_, real_, up_, best_up_;
  simd::AlignedVector<Field> fields_, scaled_;
  std::vector<std::int64_t> all_down_;  // -sum_j J_ij, [spins]: fields without h where all spins are -1
  ThresholdPool pool_;
  Places places_;
  std::int64_t energy_ = 0, best_energy_ = 0;  // in units
};

}  // namespace isinglass::ising
