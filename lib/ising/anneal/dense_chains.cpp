#include "ising/anneal/dense_chains.hpp"

#include "ising/anneal/chains.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace isinglass::ising {

namespace {

template <std::size_t group>
bool bit_of(std::span<const std::uint32_t> up, std::size_t i) {
  return (up[i / group] >> (i % group) & 1U) != 0;
}

template <std::size_t group>
Spins spins_of(std::span<const std::uint32_t> up, std::size_t spins) {
  Spins state(spins);
  for (std::size_t i = 0; i < spins; ++i) state[i] = bit_of<group>(up, i) ? std::int8_t{1} : std::int8_t{-1};
  return state;
}

}  // namespace

template <class Field>
DenseChains<Field>::DenseChains(const IsingProblem& problem, double unit, simd::Width width)
    : width_(width),
      spins_(problem.spins),
      groups_(simd::padded(problem.spins, group) / group),
      unit_(unit),
      offset_(problem.offset),
      h_(problem.spins),
      real_(groups_),
      up_(groups_),
      fields_(groups_ * group),
      scaled_(ThresholdPool::padded) {
  for (std::size_t i = 0; i < spins_; ++i) real_[i / group] |= std::uint32_t{1} << (i % group);
  load_rows(std::get<DenseCouplings>(problem.couplings));
  set_fields(problem.fields);
}

template <class Field>
void DenseChains<Field>::load_rows(const DenseCouplings& couplings) {
  const auto at = [&](std::size_t i, std::size_t k) { return static_cast<int>(std::lround(couplings(i, k) / unit_)); };
  all_down_.assign(spins_, 0);
  for (std::size_t i = 0; i < spins_; ++i)
    for (std::size_t k = 0; k < spins_; ++k) all_down_[i] -= at(i, k);
  bool is_binary = sizeof(Field) == 2;
  for (std::size_t i = 0; i < spins_ && is_binary; ++i)
    for (std::size_t k = 0; k < i && is_binary; ++k) is_binary = std::abs(at(i, k)) == 1;
  if (is_binary) {
    bits_.resize(spins_ * groups_);
    for (std::size_t i = 0; i < spins_; ++i)
      for (std::size_t k = 0; k < spins_; ++k)
        bits_[i * groups_ + k / group] |= static_cast<std::uint32_t>(at(i, k) > 0) << (k % group);
    return;
  }
  rows_.resize(spins_ * groups_ * group);
  for (std::size_t i = 0; i < spins_; ++i)
    for (std::size_t k = 0; k < spins_; ++k) rows_[i * groups_ * group + k] = static_cast<std::int8_t>(at(i, k));
}

template <class Field>
void DenseChains<Field>::set_fields(std::span<const double> fields) {
  for (std::size_t i = 0; i < spins_; ++i) h_[i] = static_cast<std::int32_t>(std::lround(fields[i] / unit_));
}

template <class Field>
void DenseChains<Field>::begin(std::uint64_t seed, std::uint64_t chunk, std::span<const std::int8_t> warm) {
  places_ = pool_.shuffle(seed, chunk);
  const Spins state = warm.empty() ? random_state(seed, chunk, spins_) : Spins(warm.begin(), warm.end());
  std::vector<std::uint32_t> first(groups_);
  for (std::size_t i = 0; i < spins_; ++i) first[i / group] |= static_cast<std::uint32_t>(state[i] > 0) << (i % group);
  std::ranges::fill(up_, 0U);
  for (std::size_t i = 0; i < spins_; ++i) fields_[i] = static_cast<Field>(all_down_[i] + h_[i]);
  move_to(first);
  energy_ = energy_of_state();
  best_energy_ = std::numeric_limits<std::int64_t>::max();
}

template <class Field>
DenseSweep<Field> DenseChains<Field>::view(std::size_t first, std::size_t last) {
  return {
      fields_.data(), up_.data(), real_.data(), rows_.empty() ? nullptr : rows_.data(), bits_.data(), scaled_.data(),
      groups_,        first,      last};
}

template <class Field>
void DenseChains<Field>::move_to(std::span<const std::uint32_t> up) {
  for (std::size_t i = 0; i < spins_; ++i)
    if (bit_of<group>(up, i) != bit_of<group>(up_, i)) flip_dense(view(0, groups_), {i, bit_of<group>(up_, i)}, width_);
  up_.assign(up.begin(), up.end());
}

template <class Field>
std::int64_t DenseChains<Field>::energy_of_state() const {
  std::int64_t sum = 0;  // every coupling is counted from both ends
  for (std::size_t i = 0; i < spins_; ++i) {
    const std::int64_t field = static_cast<std::int64_t>(fields_[i]) + h_[i];
    sum += bit_of<group>(up_, i) ? field : -field;
  }
  return sum / 2;
}

template <class Field>
bool DenseChains<Field>::sweep(std::size_t first, std::size_t last) {
  const DenseResult result = sweep_dense(view(first / group, simd::padded(last, group) / group), places_, width_);
  energy_ += 2 * result.cost;
  return result.accepted > 0;
}

template <class Field>
std::uint64_t DenseChains<Field>::keep_improved() {
  if (energy_ >= best_energy_) return 0;
  best_energy_ = energy_;
  best_up_ = up_;
  return 1;
}

template <class Field>
void DenseChains<Field>::return_to_best() {
  move_to(best_up_);
  energy_ = best_energy_;
}

template <class Field>
Spins DenseChains<Field>::state(std::size_t) const {
  return spins_of<group>(up_, spins_);
}

template <class Field>
Spins DenseChains<Field>::best(std::size_t) const {
  return spins_of<group>(best_up_, spins_);
}

template class DenseChains<std::int16_t>;
template class DenseChains<std::int32_t>;

}  // namespace isinglass::ising
