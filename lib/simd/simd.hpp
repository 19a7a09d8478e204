#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <vector>

#include <sys/mman.h>

/// Common ground of all kernels: the vector instructions that they are compiled for, aligned memory, padding. A kernel
/// takes a Width, so that a test can run every width of its host, and gives the same bits with each. Loops that the
/// compiler vectorises are written once and called through `run`; those that need instructions by name are written with
/// Highway (each_width.hpp).
namespace isinglass::simd {

/// Vector instructions, each with those before it: any x86-64; AVX2 with FMA, BMI2, F16C; AVX-512 F, BW, CD, DQ, VL,
/// VNNI.
enum class Width { plain, avx2, avx512 };

/// The widest instructions of this CPU.
[[nodiscard]] inline Width cpu_width() {
#if defined(__x86_64__)
  static const Width width = [] {
    __builtin_cpu_init();
    const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                          __builtin_cpu_supports("bmi") &&
                          __builtin_cpu_supports("bmi2");  // clang does not know f16c, which no CPU with AVX2 lacks
    const bool has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                            __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                            __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
    return !has_avx2 ? Width::plain : has_avx512 ? Width::avx512 : Width::avx2;
  }();
  return width;
#else
  return Width::plain;
#endif
}

/// All widths that this CPU runs, plain first.
[[nodiscard]] inline std::vector<Width> cpu_widths() {
  std::vector<Width> all;
  for (const Width width : {Width::plain, Width::avx2, Width::avx512})
    if (width <= cpu_width()) all.push_back(width);
  return all;
}

/// `count` rounded up to whole blocks.
[[nodiscard]] constexpr std::size_t padded(std::size_t count, std::size_t block) {
  return (count + block - 1) / block * block;
}

/// Memory on 64-byte boundaries: whole cache lines and vectors. Of large arrays the kernel is asked for large pages,
/// since a fault for each small page takes longer than to write features to it.
template <class T>
struct AlignedAllocator {
  using value_type = T;
  AlignedAllocator() = default;
  template <class U>
  explicit AlignedAllocator(const AlignedAllocator<U>&) {}
  T* allocate(std::size_t n) {
    void* at = ::operator new(n * sizeof(T), alignment(n));
    if (is_large(n)) (void)madvise(at, n * sizeof(T), MADV_HUGEPAGE);  // otherwise it is slower, no more
    return static_cast<T*>(at);
  }
  void deallocate(T* at, std::size_t n) { ::operator delete(at, alignment(n)); }
  friend bool operator==(const AlignedAllocator&, const AlignedAllocator&) { return true; }

private:
  static constexpr std::size_t large_page = std::size_t{1} << 21;

  static bool is_large(std::size_t n) { return n * sizeof(T) >= 4 * large_page; }
  static std::align_val_t alignment(std::size_t n) { return std::align_val_t{is_large(n) ? large_page : 64}; }
};
template <class T>
using AlignedVector = std::vector<T, AlignedAllocator<T>>;

/// Vectors of 32 small integers. Compilers make one or several registers of them, as the target around them has.
using Int16s = std::int16_t __attribute__((vector_size(64)));
using Int8s = std::int8_t __attribute__((vector_size(32)));

/// Reads and writes a vector at any address. References, since vectors by value would be passed as the caller's target
/// says.
template <class Vector>
inline void load(Vector& vector, const void* from) {
  std::memcpy(&vector, from, sizeof vector);
}
template <class Vector>
inline void store(const Vector& vector, void* to) {
  std::memcpy(to, &vector, sizeof vector);
}

#if defined(__x86_64__)
namespace detail {

// `flatten` inlines the loop and what it calls, so that they are compiled for the target of the function around them.
template <auto loop, class... Args>
__attribute__((target("avx2"), flatten)) decltype(auto) on_avx2(Args&&... args) {
  return loop(args...);
}
template <auto loop, class... Args>
__attribute__((target("arch=x86-64-v4"), flatten)) decltype(auto) on_avx512(Args&&... args) {
  return loop(args...);
}

}  // namespace detail
#endif

/// Calls `loop`, a function whose loops the compiler vectorises, compiled for `width`. It should take pointers and
/// views by value, which the compiler can tell apart.
template <auto loop, class... Args>
inline decltype(auto) run([[maybe_unused]] Width width, Args&&... args) {
#if defined(__x86_64__)
  if (width == Width::avx512) return detail::on_avx512<loop>(args...);
  if (width == Width::avx2) return detail::on_avx2<loop>(args...);
#endif
  return loop(args...);
}

}  // namespace isinglass::simd
