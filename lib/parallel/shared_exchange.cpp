#include "parallel/shared_exchange.hpp"

#include "parallel/mpi_check.hpp"
#include "parallel/traffic.hpp"

#include <algorithm>
#include <exception>
#include <new>
#include <thread>
#include <utility>

#include <unistd.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace isinglass::parallel {

namespace {

/// Looks at another rank's round before its core is offered to others: some ten microseconds where ranks share cores.
/// Where each rank has a core of its own, another is late because another program has its core for a while, and mostly
/// back within a millisecond; a rank that gave up its own meanwhile would lose a whole slice of time for it.
constexpr int looks_if_shared = 300, looks_if_own = 30'000;

void rest() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

}  // namespace

std::shared_ptr<SharedExchange> SharedExchange::make(MPI_Comm comm) {
  int rank = 0, ranks = 1;
  check_mpi(MPI_Comm_rank(comm, &rank), "MPI_Comm_rank");
  check_mpi(MPI_Comm_size(comm, &ranks), "MPI_Comm_size");
  constexpr std::size_t alignment = alignof(Slot);
  MPI_Win window = MPI_WIN_NULL;
  void* own = nullptr;
  check_mpi(
      MPI_Win_allocate_shared(2 * sizeof(Slot) + alignment, 1, MPI_INFO_NULL, comm, static_cast<void*>(&own), &window),
      "MPI_Win_allocate_shared");
  check_mpi(MPI_Win_set_errhandler(window, MPI_ERRORS_RETURN), "MPI_Win_set_errhandler");
  check_mpi(MPI_Win_lock_all(MPI_MODE_NOCHECK, window), "MPI_Win_lock_all");
  std::vector<Slot*> slots;
  for (int r = 0; r < ranks; ++r) {
    MPI_Aint bytes = 0;
    int unit = 1;
    void* at = nullptr;
    check_mpi(MPI_Win_shared_query(window, r, &bytes, &unit, static_cast<void*>(&at)), "MPI_Win_shared_query");
    // The ranks map the memory at different addresses, but to whole pages.
    auto room = static_cast<std::size_t>(bytes);
    slots.push_back(static_cast<Slot*>(std::align(alignment, 2 * sizeof(Slot), at, room)));
  }
  for (std::size_t parity = 0; parity < 2; ++parity) new (slots[static_cast<std::size_t>(rank)] + parity) Slot{};
  check_mpi(MPI_Barrier(comm), "MPI_Barrier");
  const int looks = ranks <= sysconf(_SC_NPROCESSORS_ONLN) ? looks_if_own : looks_if_shared;
  return std::shared_ptr<SharedExchange>(
      new SharedExchange(window, std::move(slots), static_cast<std::size_t>(rank), looks));
}

SharedExchange::SharedExchange(MPI_Win window, std::vector<Slot*> slots, std::size_t rank, int looks)
    : window_(window), slots_(std::move(slots)), rank_(rank), looks_(looks) {}

SharedExchange::~SharedExchange() {
  int finalized = 0;
  MPI_Finalized(&finalized);
  // The other ranks know nothing of an exception: they would not join.
  if (finalized != 0 || std::uncaught_exceptions() > 0) return;
  MPI_Win_unlock_all(window_);
  MPI_Win_free(&window_);
}

void SharedExchange::write(std::span<const std::int64_t> values) {
  ++round_;
  ++own_traffic().exchanges;
  own_traffic().bytes += static_cast<std::int64_t>(values.size_bytes());
  Slot& slot = slots_[rank_][round_ % 2];
  std::copy(values.begin(), values.end(), slot.values.begin());
  slot.round.store(round_, std::memory_order_release);
}

const std::int64_t* SharedExchange::read(std::size_t rank) const {
  const Slot& slot = slots_[rank][round_ % 2];
  if (slot.round.load(std::memory_order_acquire) == round_) return slot.values.data();
  const Waiting waiting;
  for (int looks = 0; slot.round.load(std::memory_order_acquire) != round_; ++looks) {
    if (looks < looks_) {
      rest();
    } else {
      std::this_thread::yield();
    }
  }
  return slot.values.data();
}

}  // namespace isinglass::parallel
