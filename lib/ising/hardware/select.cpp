#include "ising/hardware/select.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <numeric>

namespace isinglass::hardware {

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

std::vector<std::int32_t> cheap_spins(std::span<const std::int8_t> spins, std::span<const double> local, std::size_t count,
                                      ChoiceWords& words) {
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
                                       std::span<const double> local, std::size_t count, std::uint64_t seed, std::int64_t read,
                                       std::uint32_t round) {
  ChoiceWords words(seed, read, round);
  std::vector<std::int32_t> chosen =
      round % 2 == 0 ? cheap_spins(spins, local, count, words) : connected_spins(problem, count, words);
  std::ranges::sort(chosen);
  return chosen;
}

}  // namespace isinglass::hardware
