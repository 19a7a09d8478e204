#pragma once

#include "base/random.hpp"

#include <cstdint>
#include <vector>

namespace isinglass::testing {

/// Random words of one test case, in order.
class Words {
public:
  explicit Words(std::uint64_t seed) : seed_(seed) {}
  std::uint32_t next() { return draw(seed_, Stream::test, count_++, 0, 0)[0]; }
  int between(int low, int high) {
    return low + static_cast<int>(below(next(), static_cast<std::uint32_t>(high - low + 1)));
  }
  bool flip() { return (next() & 1U) != 0; }
  template <class T>
  const T& one_of(const std::vector<T>& choices) {
    return choices[below(next(), static_cast<std::uint32_t>(choices.size()))];
  }

private:
  std::uint64_t seed_;
  std::uint32_t count_ = 0;
};

}  // namespace isinglass::testing
