#pragma once

#include "ising/anneal/chains.hpp"
#include "ising/anneal/sweep_kernels.hpp"
#include "simd/simd.hpp"

#include <array>
#include <vector>

namespace isinglass::ising {

/// Chains of sparse problems with whole coefficients, 64, 32 or 16 in the lanes of a vector: a row of couplings is
/// walked once for all of them. No local field may be beyond the range of Int.
template <class Int>
class LaneChains : public Chains {
public:
  LaneChains(const IsingProblem& problem, double unit, simd::Width width);
  [[nodiscard]] std::size_t lanes() const override { return lanes_of<Int>; }
  void begin(std::uint64_t seed, std::uint64_t chunk, std::span<const std::int8_t> warm) override;
  void set_temperature(double temperature) override { pool_.scale(temperature / unit_, scaled_, width_); }
  bool sweep(std::size_t first, std::size_t last) override;
  std::uint64_t keep_improved() override;
  void return_to_best() override;
  [[nodiscard]] double best_energy(std::size_t lane) const override {
    return offset_ + unit_ * static_cast<double>(best_energy_[lane]);
  }
  [[nodiscard]] Spins state(std::size_t lane) const override;
  [[nodiscard]] Spins best(std::size_t lane) const override;
  void set_fields(std::span<const double> fields) override;

private:
  void load_rows(const SparseCouplings& couplings);
  /// Fields and energies of the states in up_, from scratch.
  void recompute();

  simd::Width width_;
  double unit_ = 1, offset_ = 0;
  std::vector<std::int32_t> h_;       // [spins]
  std::vector<std::uint32_t> start_;  // [spins + 1]
  std::vector<std::int32_t> code_;    // see LaneSweep
  ThresholdPool pool_;
  Places places_;
  simd::AlignedVector<Int> scaled_, fields_;
  std::vector<std::uint64_t> up_, best_up_;                    // [spins]
  std::array<std::int64_t, lanes_of<Int>> energy_{}, cost_{};  // E = energy_ + 2 cost_, in units
  std::array<std::int64_t, lanes_of<Int>> best_energy_{};
};

}  // namespace isinglass::ising
