#include "ising/anneal/real_chains.hpp"

#include "ising/anneal/random_states.hpp"
#include "simd/rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace isinglass {

namespace {

/// fields += factor * row i.
void add_row(simd::AlignedVector<double>& fields, const SparseCouplings& j, std::size_t i, double factor, simd::Width) {
  for (auto k = static_cast<std::size_t>(j.start[i]); k < static_cast<std::size_t>(j.start[i + 1]); ++k)
    fields[static_cast<std::size_t>(j.column[k])] += factor * j.value[k];
}
void add_row(simd::AlignedVector<double>& fields, const DenseCouplings& j, std::size_t i, double factor, simd::Width width) {
  simd::run<simd::add_scaled_row<double>>(width, fields.data(), j.value.data() + i * fields.size(), factor, fields.size());
}

/// sum_j |J_ij|.
double row_size(const SparseCouplings& j, std::size_t i, std::size_t) {
  double sum = 0;
  for (auto k = static_cast<std::size_t>(j.start[i]); k < static_cast<std::size_t>(j.start[i + 1]); ++k)
    sum += std::abs(j.value[k]);
  return sum;
}
double row_size(const DenseCouplings& j, std::size_t i, std::size_t spins) {
  double sum = 0;
  for (std::size_t k = 0; k < spins; ++k) sum += std::abs(j.value[i * spins + k]);
  return sum;
}

}  // namespace

template <class Form>
RealChains<Form>::RealChains(const IsingProblem& problem, simd::Width width)
    : width_(width),
      couplings_(std::get<Form>(problem.couplings)),
      offset_(problem.offset),
      h_(problem.fields),
      fields_(problem.spins) {}

template <class Form>
bool RealChains<Form>::gains(std::size_t i, double cost) const {
  constexpr double units = 4 * std::numeric_limits<double>::epsilon();
  return cost < 0 && -cost > units * (std::abs(h_[i]) + row_size(couplings_, i, h_.size()));
}

template <class Form>
void RealChains<Form>::begin(std::uint64_t seed, std::uint64_t chunk, std::span<const std::int8_t> warm) {
  places_ = pool_.shuffle(seed, chunk);
  spins_ = warm.empty() ? random_state(seed, chunk, h_.size()) : Spins(warm.begin(), warm.end());
  recompute();
  best_energy_ = std::numeric_limits<double>::infinity();
}

template <class Form>
void RealChains<Form>::recompute() {
  fields_.assign(h_.begin(), h_.end());
  for (std::size_t i = 0; i < spins_.size(); ++i) add_row(fields_, couplings_, i, spins_[i], width_);
  energy_ = 0;
  for (std::size_t i = 0; i < spins_.size(); ++i) energy_ += 0.5 * spins_[i] * (fields_[i] + h_[i]);
}

template <class Form>
void RealChains<Form>::flip(std::size_t i, double cost) {
  add_row(fields_, couplings_, i, -2.0 * spins_[i], width_);
  spins_[i] = static_cast<std::int8_t>(-spins_[i]);
  energy_ += 2 * cost;
}

template <class Form>
bool RealChains<Form>::sweep(std::size_t first, std::size_t last) {
  if (!(temperature_ > 0)) return descend(first, last);
  bool any = false;
  for (std::size_t i = first; i < last; ++i) {
    places_.next();
    const double cost = -spins_[i] * fields_[i];
    if (cost > temperature_ * pool_.threshold(places_)) continue;
    flip(i, cost);
    any = true;
  }
  return any;
}

template <class Form>
bool RealChains<Form>::descend(std::size_t first, std::size_t last) {
  bool any = false;
  for (std::size_t i = first; i < last; ++i) {
    places_.next();
    const double cost = -spins_[i] * fields_[i];
    if (!gains(i, cost)) continue;
    flip(i, cost);
    any = true;
  }
  return any;
}

template <class Form>
std::uint64_t RealChains<Form>::keep_improved() {
  if (!(energy_ < best_energy_)) return 0;
  best_energy_ = energy_;
  best_spins_ = spins_;
  return 1;
}

template <class Form>
void RealChains<Form>::return_to_best() {
  spins_ = best_spins_;
  recompute();
  best_energy_ = energy_;
}

template class RealChains<SparseCouplings>;
template class RealChains<DenseCouplings>;

}  // namespace isinglass
