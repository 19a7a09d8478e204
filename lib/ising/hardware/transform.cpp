#include "ising/hardware/transform.hpp"

#include "base/error.hpp"
#include "base/random.hpp"
#include "ising/coefficients.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <variant>

namespace isinglass::ising::hardware {

namespace {

/// The energy of the chosen spins' own terms: what the conditioned problem's offset must leave out.
double own_energy(const IsingProblem& sub, std::span<const std::int32_t> chosen, std::span<const std::int8_t> spins) {
  Spins own;
  for (const std::int32_t i : chosen) own.push_back(spins[static_cast<std::size_t>(i)]);
  return energy(sub, own);
}

}  // namespace

double largest_coefficient(const IsingProblem& problem) {
  return std::max(largest_magnitude(stored_values(problem)), largest_magnitude(problem.fields));
}

IsingProblem rounded(const IsingProblem& problem, int bits) {
  if (bits < 2) throw InputError("machine.hardware.coefficient_bits: signed coefficients need 2 bits or more");
  IsingProblem result = problem;
  const double largest = largest_coefficient(problem), levels = std::ldexp(1.0, bits - 1) - 1;
  if (largest == 0) return result;
  const double step = largest / levels;
  const auto round = [&](double& v) { v = std::nearbyint(v / step) * step; };
  std::ranges::for_each(stored_values(result), round);
  std::ranges::for_each(result.fields, round);
  return result;
}

IsingProblem with_ancilla(const IsingProblem& problem) {
  const SparseCouplings j = to_sparse(problem);
  const auto last = static_cast<std::int32_t>(problem.spins);
  std::vector<Coupling> pairs;
  for (std::int32_t i = 0; i < last; ++i) {
    const auto row = static_cast<std::size_t>(i);
    for (SparseCouplings::InnerIterator k(j, i); k; ++k)
      if (k.col() > i) pairs.push_back({i, static_cast<std::int32_t>(k.col()), k.value()});
    if (problem.fields[row] != 0) pairs.push_back({i, last, problem.fields[row]});
  }
  return {problem.spins + 1, sparse_couplings(problem.spins + 1, pairs), std::vector<double>(problem.spins + 1),
          problem.offset};
}

Spins without_ancilla(std::span<const std::int8_t> spins) {
  Spins result(spins.begin(), spins.end() - 1);
  for (std::int8_t& s : result) s = static_cast<std::int8_t>(s * spins.back());
  return result;
}

IsingProblem conditioned(const IsingProblem& problem, std::span<const std::int32_t> chosen,
                         std::span<const std::int8_t> spins, std::span<const double> local, double whole_energy,
                         std::span<std::int32_t> position) {
  const auto& j = std::get<SparseCouplings>(problem.couplings);
  for (std::size_t a = 0; a < chosen.size(); ++a)
    position[static_cast<std::size_t>(chosen[a])] = static_cast<std::int32_t>(a);
  IsingProblem sub;
  sub.spins = chosen.size();
  SparseCouplings couplings(std::ssize(chosen), std::ssize(chosen));
  for (const std::int32_t i : chosen) {
    double field = local[static_cast<std::size_t>(i)];  // of all; what the chosen ones exert stays a coupling
    const std::int32_t row = position[static_cast<std::size_t>(i)];
    couplings.startVec(row);
    for (SparseCouplings::InnerIterator k(j, i); k; ++k) {
      const std::int32_t at = position[k.col()];
      if (at < 0) continue;
      couplings.insertBack(row, at) = k.value();
      field -= k.value() * spins[k.col()];
    }
    sub.fields.push_back(field);
  }
  couplings.finalize();
  for (const std::int32_t i : chosen) position[static_cast<std::size_t>(i)] = -1;
  sub.couplings = std::move(couplings);
  sub.offset = whole_energy - own_energy(sub, chosen, spins);
  return sub;
}

void add_field_noise(IsingProblem& problem, double sigma, std::uint64_t seed, std::int64_t read, std::uint32_t call) {
  for (std::size_t i = 0; i < problem.spins; ++i) {
    const auto words =
        draw(seed, Stream::noise, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(read), call, 3);
    const double radius = std::sqrt(-2 * std::log(uniform(words[0])));
    problem.fields[i] += sigma * radius * std::cos(2 * std::numbers::pi * uniform(words[1]));
  }
}

namespace {

/// Words of one choice, one after the other.
class ChoiceWords {
public:
  ChoiceWords(std::uint64_t seed, std::int64_t read, std::uint32_t round)
      : seed_(seed), read_(static_cast<std::uint32_t>(read)), round_(round) {}
  std::uint32_t below(std::size_t n) {
    return isinglass::below(draw(seed_, Stream::shuffle, count_++, read_, round_)[0], static_cast<std::uint32_t>(n));
  }

private:
  std::uint64_t seed_;
  std::uint32_t read_, round_, count_ = 0;
};

/// The first `count` of `list` become a random choice of all of it.
void shuffle_front(std::vector<std::int32_t>& list, std::size_t count, ChoiceWords& words) {
  for (std::size_t a = 0; a < count; ++a) std::swap(list[a], list[a + words.below(list.size() - a)]);
}

std::vector<std::int32_t> cheap_spins(std::span<const std::int8_t> spins, std::span<const double> local,
                                      std::size_t count, ChoiceWords& words) {
  std::vector<std::int32_t> order(spins.size());
  std::iota(order.begin(), order.end(), 0);
  const std::size_t candidates = std::min(2 * count, spins.size());
  // A flip changes the energy by -2 s f: the largest s f first.
  std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(candidates), {}, [&](std::int32_t i) {
    return -spins[static_cast<std::size_t>(i)] * local[static_cast<std::size_t>(i)];
  });
  order.resize(candidates);
  shuffle_front(order, count, words);
  order.resize(count);
  return order;
}

std::vector<std::int32_t> connected_spins(const IsingProblem& problem, std::size_t count, ChoiceWords& words) {
  const auto& j = std::get<SparseCouplings>(problem.couplings);
  std::vector<std::int32_t> chosen, front;
  std::vector<std::uint8_t> is_seen(problem.spins);
  const auto see = [&](std::int32_t i) {
    if (is_seen[static_cast<std::size_t>(i)] != 0) return;
    is_seen[static_cast<std::size_t>(i)] = 1;
    front.push_back(i);
  };
  while (chosen.size() < count) {
    while (front.empty()) see(static_cast<std::int32_t>(words.below(problem.spins)));  // another component
    std::swap(front[words.below(front.size())], front.back());
    const std::int32_t i = front.back();
    front.pop_back();
    chosen.push_back(i);
    for (const std::int32_t k : j.columns(static_cast<std::size_t>(i))) see(k);
  }
  return chosen;
}

}  // namespace

std::vector<std::int32_t> chosen_spins(const IsingProblem& problem, std::span<const std::int8_t> spins,
                                       std::span<const double> local, std::size_t count, std::uint64_t seed,
                                       std::int64_t read, std::uint32_t round) {
  ChoiceWords words(seed, read, round);
  std::vector<std::int32_t> chosen =
      round % 2 == 0 ? cheap_spins(spins, local, count, words) : connected_spins(problem, count, words);
  std::ranges::sort(chosen);
  return chosen;
}

}  // namespace isinglass::ising::hardware
