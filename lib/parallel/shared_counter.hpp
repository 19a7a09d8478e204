#pragma once

#include "base/clock.hpp"
#include "parallel/communicator.hpp"

#include <mpi.h>

#include <cstdint>

namespace isinglass::parallel {

/// A number that ranks count up together: each value goes to one of them, in the order in which they ask, and nobody
/// waits for a rank that does not ask. It lives in the memory of rank 0. Where the network has no remote memory access
/// of its own, a rank on another node waits until rank 0 next calls MPI. Serial without MPI. Throws SystemError with
/// MPI's text.
class SharedCounter {
public:
  /// Starts at 0. Collective; so is the destructor, unless an exception is on its way.
  explicit SharedCounter(const Communicator& comm);
  SharedCounter(const SharedCounter&) = delete;
  SharedCounter& operator=(const SharedCounter&) = delete;
  ~SharedCounter();

  /// The next number: 0, 1, 2, ... Not collective.
  [[nodiscard]] std::int64_t next() { return add(1); }
  /// Adds `change`; the value before. Not collective.
  std::int64_t add(std::int64_t change);

private:
  Communicator comm_;  // outlives the window
  MPI_Win window_ = MPI_WIN_NULL;
  std::int64_t serial_value_ = 0;
};

/// A flag that any rank raises and all ranks see, without waiting for each other: a SharedCounter of those who raised
/// it.
class SharedFlag {
public:
  /// Lowered at the start. Collective; so is the destructor, unless an exception is on its way.
  explicit SharedFlag(const Communicator& comm) : raised_(comm) {}

  /// Not collective, for good.
  void raise();
  /// Whether a rank has raised it, some milliseconds ago or earlier. Cheap: asks rank 0 only that often. Not
  /// collective.
  [[nodiscard]] bool is_raised();

private:
  SharedCounter raised_;
  bool seen_ = false;
  Clock::time_point next_look_ = Clock::now();
};

}  // namespace isinglass::parallel
