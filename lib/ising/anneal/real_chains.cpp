#include "ising/anneal/real_chains.hpp"

#include "ising/anneal/chains.hpp"
#include "simd/rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace isinglass::ising {

namespace {

/// fields += factor * row i.
void add_row(simd::AlignedVector<double>& fields, const SparseCouplings& j, std::size_t i, double factor, simd::Width) {
  for (SparseCouplings::InnerIterator k(j, i); k; ++k) fields[k.col()] += factor * k.value();
}
void add_row(simd::AlignedVector<double>& fields, const DenseCouplings& j, std::size_t i, double factor,
             simd::Width width) {
  simd::run<simd::add_scaled_row<double>>(width, fields.data(), j.row(i).data(), factor, fields.size());
}

/// sum_j |J_ij|.
double size_of(std::span<const double> row) {
  double sum = 0;
  for (const double j : row) sum += std::abs(j);
  return sum;
}
double row_size(const SparseCouplings& j, std::size_t i) { return size_of(j.values(i)); }
double row_size(const DenseCouplings& j, std::size_t i) { return size_of(row_span(j, i)); }

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
  return cost < 0 && -cost > units * (std::abs(h_[i]) + row_size(couplings_, i));
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

}  // namespace isinglass::ising
