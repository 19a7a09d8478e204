#include "ising/anneal/random_states.hpp"

#include "base/random.hpp"

#include <algorithm>

namespace isinglass {

Spins random_state(std::uint64_t seed, std::uint64_t read, std::size_t spins) {
  Spins state(spins);
  for (std::size_t i = 0; i < spins; i += 128) {
    const auto words = draw(seed, Stream::read, static_cast<std::uint32_t>(read), static_cast<std::uint32_t>(read >> 32U),
                            static_cast<std::uint32_t>(i / 128));
    for (std::size_t k = i; k < std::min(i + 128, spins); ++k)
      state[k] = (words[(k - i) / 32] >> ((k - i) % 32) & 1U) != 0 ? std::int8_t{1} : std::int8_t{-1};
  }
  return state;
}

}  // namespace isinglass
