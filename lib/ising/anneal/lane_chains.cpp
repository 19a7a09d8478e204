#include "ising/anneal/lane_chains.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace isinglass::ising {

namespace {

Spins spins_of(std::span<const std::uint64_t> up, std::size_t lane) {
  Spins spins(up.size());
  for (std::size_t i = 0; i < spins.size(); ++i)
    spins[i] = (up[i] >> lane & 1U) != 0 ? std::int8_t{1} : std::int8_t{-1};
  return spins;
}

}  // namespace

template <class Int>
LaneChains<Int>::LaneChains(const IsingProblem& problem, double unit, simd::Width width)
    : width_(width),
      unit_(unit),
      offset_(problem.offset),
      h_(problem.spins),
      scaled_(ThresholdPool::padded),
      fields_(problem.spins * lanes_of<Int>),
      up_(problem.spins),
      best_up_(problem.spins) {
  load_rows(std::get<SparseCouplings>(problem.couplings));
  set_fields(problem.fields);
}

template <class Int>
void LaneChains<Int>::load_rows(const SparseCouplings& couplings) {
  start_.assign(1, 0);
  code_.clear();
  std::vector<std::size_t> row;
  for (std::size_t i = 0; i < h_.size(); ++i) {
    const std::span<const std::int32_t> columns = couplings.columns(i);
    const auto value_at = [&, values = couplings.values(i)](std::size_t k) {
      return static_cast<std::int32_t>(std::lround(values[k] / unit_));
    };
    row.resize(columns.size());
    std::iota(row.begin(), row.end(), std::size_t{0});
    std::ranges::stable_sort(row, {}, [&](std::size_t k) { return value_at(k); });
    for (std::size_t at = 0; at < row.size();) {
      const std::int32_t value = value_at(row[at]);
      const std::size_t head = code_.size();
      code_.push_back(value);
      code_.push_back(0);
      for (; at < row.size() && value_at(row[at]) == value; ++at)
        code_.push_back(static_cast<std::int32_t>(static_cast<std::uint32_t>(columns[row[at]]) * lanes_of<Int>));
      code_[head + 1] = static_cast<std::int32_t>(code_.size() - head - 2);
    }
    start_.push_back(static_cast<std::uint32_t>(code_.size()));
  }
}

template <class Int>
void LaneChains<Int>::set_fields(std::span<const double> fields) {
  for (std::size_t i = 0; i < h_.size(); ++i) h_[i] = static_cast<std::int32_t>(std::lround(fields[i] / unit_));
}

template <class Int>
void LaneChains<Int>::begin(std::uint64_t seed, std::uint64_t chunk, std::span<const std::int8_t> warm) {
  places_ = pool_.shuffle(seed, chunk);
  constexpr std::uint64_t all = ~std::uint64_t{0} >> (64 - lanes_of<Int>);
  for (std::size_t i = 0; i < up_.size(); ++i) {
    if (!warm.empty()) {
      up_[i] = warm[i] > 0 ? all : 0;
      continue;
    }
    const auto words = draw(seed, Stream::read, static_cast<std::uint32_t>(chunk),
                            static_cast<std::uint32_t>(chunk >> 32U), static_cast<std::uint32_t>(i));
    up_[i] = ((static_cast<std::uint64_t>(words[0]) << 32U) | words[1]) & all;
  }
  recompute();
  best_energy_.fill(std::numeric_limits<std::int64_t>::max());
}

template <class Int>
void LaneChains<Int>::recompute() {
  constexpr std::size_t lanes = lanes_of<Int>;
  cost_.fill(0);
  energy_.fill(0);
  std::vector<Int> sign(up_.size() * lanes);
  for (std::size_t i = 0; i < up_.size(); ++i)
    for (std::size_t l = 0; l < lanes; ++l) sign[i * lanes + l] = (up_[i] >> l & 1U) != 0 ? Int{1} : Int{-1};
  for (std::size_t i = 0; i < up_.size(); ++i) {
    std::array<std::int32_t, lanes> f{};
    f.fill(h_[i]);
    const std::int32_t* code = code_.data() + start_[i];
    for (const std::int32_t* end = code_.data() + start_[i + 1]; code != end;) {
      const std::int32_t value = code[0], *run_end = code + 2 + code[1];
      for (code += 2; code != run_end; ++code)
        for (std::size_t l = 0; l < lanes; ++l) f[l] += value * sign[static_cast<std::uint32_t>(*code) + l];
    }
    for (std::size_t l = 0; l < lanes; ++l) {
      fields_[i * lanes + l] = static_cast<Int>(f[l]);
      energy_[l] += static_cast<std::int64_t>(sign[i * lanes + l]) * (static_cast<std::int64_t>(f[l]) + h_[i]);
    }
  }
  for (std::int64_t& e : energy_) e /= 2;  // every coupling was counted from both ends, every field twice
}

template <class Int>
bool LaneChains<Int>::sweep(std::size_t first, std::size_t last) {
  const LaneSweep<Int> range{fields_.data(), up_.data(),   start_.data(), code_.data(),
                             scaled_.data(), cost_.data(), first,         last};
  return sweep_lanes(range, places_, width_);
}

template <class Int>
std::uint64_t LaneChains<Int>::keep_improved() {
  std::uint64_t improved = 0;
  for (std::size_t l = 0; l < lanes_of<Int>; ++l) {
    const std::int64_t energy = energy_[l] + 2 * cost_[l];
    const bool better = energy < best_energy_[l];
    best_energy_[l] = better ? energy : best_energy_[l];
    improved |= static_cast<std::uint64_t>(better) << l;
  }
  if (improved == 0) return 0;
  for (std::size_t i = 0; i < up_.size(); ++i) best_up_[i] ^= (best_up_[i] ^ up_[i]) & improved;
  return improved;
}

template <class Int>
void LaneChains<Int>::return_to_best() {
  up_ = best_up_;
  recompute();
}

template <class Int>
Spins LaneChains<Int>::state(std::size_t lane) const {
  return spins_of(up_, lane);
}

template <class Int>
Spins LaneChains<Int>::best(std::size_t lane) const {
  return spins_of(best_up_, lane);
}

template class LaneChains<std::int8_t>;
template class LaneChains<std::int16_t>;
template class LaneChains<std::int32_t>;

}  // namespace isinglass::ising
