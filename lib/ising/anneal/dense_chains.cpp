#include "ising/anneal/dense_chains.hpp"

#include "ising/anneal/random_states.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace isinglass {

DenseChains::DenseChains(const IsingProblem& problem, double unit, SimdLevel level)
    : level_(level),
      spins_(problem.spins),
      groups_((problem.spins + dense_group - 1) / dense_group),
      unit_(unit),
      offset_(problem.offset),
      h_(problem.spins),
      real_(groups_),
      up_(groups_),
      fields_(groups_ * dense_group),
      scaled_(ThresholdPool::padded) {
  for (std::size_t i = 0; i < spins_; ++i) real_[i / dense_group] |= std::uint32_t{1} << (i % dense_group);
  load_rows(std::get<DenseCouplings>(problem.couplings).value);
  set_fields(problem.fields);
}

void DenseChains::load_rows(std::span<const double> couplings) {
  const auto at = [&](std::size_t i, std::size_t k) {
    return static_cast<int>(std::lround(couplings[i * spins_ + k] / unit_));
  };
  bool is_binary = takes_bits(level_);
  for (std::size_t i = 0; i < spins_ && is_binary; ++i)
    for (std::size_t k = 0; k < i && is_binary; ++k) is_binary = std::abs(at(i, k)) == 1;
  if (is_binary) {
    bits_.resize(spins_ * groups_);
    for (std::size_t i = 0; i < spins_; ++i)
      for (std::size_t k = 0; k < spins_; ++k)
        bits_[i * groups_ + k / dense_group] |= static_cast<std::uint32_t>(at(i, k) > 0) << (k % dense_group);
    return;
  }
  rows_.resize(spins_ * groups_ * dense_group);
  for (std::size_t i = 0; i < spins_; ++i)
    for (std::size_t k = 0; k < spins_; ++k) rows_[i * groups_ * dense_group + k] = static_cast<std::int8_t>(at(i, k));
}

void DenseChains::set_fields(std::span<const double> fields) {
  for (std::size_t i = 0; i < spins_; ++i) h_[i] = static_cast<std::int32_t>(std::lround(fields[i] / unit_));
}

void DenseChains::begin(std::uint64_t seed, std::uint64_t chunk, std::span<const std::int8_t> warm) {
  places_ = pool_.shuffle(seed, chunk);
  const Spins state = warm.empty() ? random_state(seed, chunk, spins_) : Spins(warm.begin(), warm.end());
  std::ranges::fill(up_, 0U);
  for (std::size_t i = 0; i < spins_; ++i)
    up_[i / dense_group] |= static_cast<std::uint32_t>(state[i] > 0) << (i % dense_group);
  recompute();
  best_energy_ = std::numeric_limits<std::int64_t>::max();
}

void DenseChains::recompute() {
  const std::size_t stride = groups_ * dense_group;
  std::vector<std::int32_t> sum(stride);
  for (std::size_t i = 0; i < spins_; ++i) {
    const std::int32_t s = is_up(i) ? 1 : -1;
    for (std::size_t k = 0; k < spins_; ++k)
      sum[k] += s * (rows_.empty() ? ((bits_[i * groups_ + k / dense_group] >> (k % dense_group) & 1U) != 0 ? 1 : -1)
                                   : static_cast<std::int32_t>(rows_[i * stride + k]));
    if (rows_.empty()) sum[i] += s;  // the bit of the spin itself says -1
  }
  energy_ = 0;
  for (std::size_t i = 0; i < spins_; ++i) {
    fields_[i] = static_cast<std::int16_t>(sum[i] + h_[i]);
    energy_ += (is_up(i) ? 1 : -1) * (sum[i] + 2 * static_cast<std::int64_t>(h_[i]));
  }
  energy_ /= 2;  // every coupling was counted from both ends
}

bool DenseChains::sweep(std::size_t first, std::size_t last) {
  const DenseSweep range{fields_.data(), up_.data(), real_.data(),        rows_.empty() ? nullptr : rows_.data(), bits_.data(),
                         scaled_.data(), groups_,    first / dense_group, (last + dense_group - 1) / dense_group};
  const DenseResult result = sweep_dense(range, places_, level_);
  energy_ += 2 * result.cost;
  return result.accepted > 0;
}

std::uint64_t DenseChains::keep_improved() {
  if (energy_ >= best_energy_) return 0;
  best_energy_ = energy_;
  best_up_ = up_;
  return 1;
}

void DenseChains::return_to_best() {
  up_ = best_up_;
  recompute();
}

Spins DenseChains::best(std::size_t) const {
  Spins spins(spins_);
  for (std::size_t i = 0; i < spins_; ++i)
    spins[i] = (best_up_[i / dense_group] >> (i % dense_group) & 1U) != 0 ? std::int8_t{1} : std::int8_t{-1};
  return spins;
}

}  // namespace isinglass
