#include "products/products.hpp"

#include "base/error.hpp"
#include "base/memory.hpp"
#include "base/stop_signal.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <chrono>
#include <cstdint>
#include <thread>

#include <cblas.h>
#include <fmt/format.h>
#include <pthread.h>
#include <sys/mman.h>

namespace isinglass::products {

namespace {

using namespace std::chrono_literals;

/// Memory that OpenBLAS takes in one piece for each thread that computes, measured with 0.3.21 on x86-64, whatever the
/// processor.
constexpr std::int64_t buffer_bytes = 128 << 20;

/// Longer blocks of an exact sum do not make products faster, and shorter partial results stay in the cache.
constexpr Eigen::Index longest_block = 4096;

/// Time that a first product gets if its buffer can be had: builds with larger ones may exist.
constexpr auto longest_wait = 10s;

/// Whether the system gives away a buffer. It is given back at once.
bool can_have_buffer() {
  void* const place = mmap(nullptr, buffer_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return place != MAP_FAILED && munmap(place, buffer_bytes) == 0;
}

[[noreturn]] void refuse() {
  throw InputError(fmt::format(
      "matrix products (OpenBLAS) need {} of memory in one piece for each of its threads, and {} are available: raise "
      "the limit (ulimit -v, ulimit -d), or set OPENBLAS_NUM_THREADS=1, by which it starts no threads",
      bytes_text(buffer_bytes), bytes_text(available_memory().value_or(0))));
}

/// A product in a thread of its own, since it may never end. BLAS keeps the buffer for those that follow. Everything is
/// static: memory that the thread allocated would come from another large piece of address space.
class FirstProduct {
public:
  /// False if there is no memory for the thread.
  static bool begin() {
    is_done_ = false;
    pthread_t thread{};
    if (pthread_create(&thread, nullptr, multiply, nullptr) != 0) return false;
    return pthread_detach(thread) == 0;
  }

  static bool is_done() { return is_done_; }

private:
  static constexpr int side = 128;  // smaller ones may be done without buffers

  static void* multiply(void*) {
    const Eigen::Map<Eigen::MatrixXf> a(a_, side, side), b(b_, side, side);
    Eigen::Map<Eigen::MatrixXf>(out_, side, side).noalias() = a * b;
    is_done_ = true;
    return nullptr;
  }

  static inline float a_[side * side], b_[side * side], out_[side * side];
  static inline std::atomic<bool> is_done_;
};

/// Other threads of OpenBLAS that wait for memory may take it between a look and a product: only a product proves it.
void take_buffer() {
  if (!can_have_buffer() || !FirstProduct::begin()) refuse();
  const auto begin = std::chrono::steady_clock::now();
  const auto is_over = [&](auto wait) { return std::chrono::steady_clock::now() - begin > wait; };
  while (!FirstProduct::is_done()) {
    throw_if_stopped();
    if (is_over(longest_wait) || (is_over(1s) && !can_have_buffer())) refuse();
    std::this_thread::sleep_for(1ms);
  }
}

bool make_ready() {
  openblas_set_num_threads(1);
  if (memory_may_be_refused()) take_buffer();
  return true;
}

}  // namespace

void prepare_products() { static const bool is_ready [[maybe_unused]] = make_ready(); }

void add_products(const Eigen::Ref<const RowMatrix<float>>& a, const Eigen::Ref<const RowMatrix<float>>& b,
                  double largest_term, Eigen::Ref<RowMatrix<std::int64_t>> sums) {
  assert(largest_term < largest_exact);
  const auto exact = static_cast<Eigen::Index>(largest_exact / std::max(1.0, largest_term));
  const Eigen::Index block = std::clamp<Eigen::Index>(exact, 1, longest_block);
  RowMatrix<float> part(a.rows(), b.rows());
  for (Eigen::Index first = 0; first < a.cols(); first += block) {
    const Eigen::Index size = std::min(block, a.cols() - first);
    part.noalias() = a.middleCols(first, size) * b.middleCols(first, size).transpose();
    sums += part.cast<std::int64_t>();
  }
}

}  // namespace isinglass::products
