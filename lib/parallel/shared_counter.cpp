#include "parallel/shared_counter.hpp"

#include "parallel/mpi_check.hpp"

#include <exception>

namespace isinglass::parallel {

SharedCounter::SharedCounter(const Communicator& comm) : comm_(comm) {
  if (comm.size() == 1) return;
  std::int64_t* value = nullptr;
  const MPI_Aint bytes = comm.is_root() ? sizeof(std::int64_t) : 0;
  check_mpi(MPI_Win_allocate(bytes, sizeof(std::int64_t), MPI_INFO_NULL, comm.mpi(), &value, &window_),
            "MPI_Win_allocate");
  check_mpi(MPI_Win_set_errhandler(window_, MPI_ERRORS_RETURN), "MPI_Win_set_errhandler");
  if (comm.is_root()) {
    check_mpi(MPI_Win_lock(MPI_LOCK_EXCLUSIVE, 0, 0, window_), "MPI_Win_lock");
    *value = 0;
    check_mpi(MPI_Win_unlock(0, window_), "MPI_Win_unlock");
  }
  comm.barrier();
}

SharedCounter::~SharedCounter() {
  // The other ranks know nothing of an exception: they would not join, and this one would never get to report it.
  if (window_ != MPI_WIN_NULL && std::uncaught_exceptions() == 0) MPI_Win_free(&window_);
}

std::int64_t SharedCounter::add(std::int64_t change) {
  std::int64_t before = serial_value_;
  if (window_ == MPI_WIN_NULL) {
    serial_value_ += change;
    return before;
  }
  check_mpi(MPI_Win_lock(MPI_LOCK_SHARED, 0, 0, window_), "MPI_Win_lock");
  check_mpi(MPI_Fetch_and_op(&change, &before, MPI_INT64_T, 0, 0, MPI_SUM, window_), "MPI_Fetch_and_op");
  check_mpi(MPI_Win_unlock(0, window_), "MPI_Win_unlock");
  return before;
}

namespace {

/// Between two looks into the memory of rank 0.
constexpr std::chrono::milliseconds interval{5};

}  // namespace

void SharedFlag::raise() {
  if (seen_) return;
  seen_ = true;
  raised_.add(1);
}

bool SharedFlag::is_raised() {
  if (seen_) return true;
  const Clock::time_point now = Clock::now();
  if (now < next_look_) return false;
  next_look_ = now + interval;
  return seen_ = raised_.add(0) > 0;
}

}  // namespace isinglass::parallel
