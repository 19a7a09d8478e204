#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

/// How a batch of reads lies in memory: [spin][lane], a lane a read, so that everything is done for all reads of the batch at
/// once and each lane's result is independent of the others and of the vector width.
namespace isinglass::dynamics {

/// Spins are padded with uncoupled ones to whole tiles of this many rows.
inline constexpr std::size_t row_tile = 12;
[[nodiscard]] constexpr std::size_t padded(std::size_t spins) { return (spins + row_tile - 1) / row_tile * row_tile; }

/// Lanes of a batch: 16, 32 or 64.
inline constexpr std::size_t most_lanes = 64;
[[nodiscard]] constexpr std::size_t lanes_for(std::size_t reads) { return reads <= 16 ? 16 : reads <= 32 ? 32 : most_lanes; }

/// Memory that starts on a cache line.
template <class T>
struct LineAllocator {
  using value_type = T;
  LineAllocator() = default;
  template <class U>
  explicit LineAllocator(const LineAllocator<U>&) {}
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new (n * sizeof(T), std::align_val_t{64})); }
  void deallocate(T* p, std::size_t) { ::operator delete (p, std::align_val_t{64}); }
  bool operator==(const LineAllocator&) const { return true; }
};

template <class T>
using Lines = std::vector<T, LineAllocator<T>>;
using Floats = Lines<float>;

}  // namespace isinglass::dynamics
