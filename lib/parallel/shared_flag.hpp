#pragma once

#include "parallel/communicator.hpp"

#include <mpi.h>

#include <chrono>
#include <cstdint>

namespace isinglass {

/// A flag that any rank raises and all ranks see, without waiting for each other: it lives in the memory of rank 0. Where the
/// network has no remote memory access of its own, a rank on another node waits until rank 0 next calls MPI. Serial without
/// MPI. Throws SystemError with MPI's text.
class SharedFlag {
public:
  /// Lowered at the start. Collective; so is the destructor, unless an exception is on its way.
  explicit SharedFlag(const Communicator& comm);
  SharedFlag(const SharedFlag&) = delete;
  SharedFlag& operator=(const SharedFlag&) = delete;
  ~SharedFlag();

  /// Not collective, for good.
  void raise();
  /// Whether a rank has raised it, some milliseconds ago or earlier. Cheap: asks rank 0 only that often. Not collective.
  [[nodiscard]] bool is_raised();

private:
  using Clock = std::chrono::steady_clock;
  /// The flag as it is, after adding `change`.
  [[nodiscard]] std::int64_t fetch(std::int64_t change);

  Communicator comm_;  // outlives the window
  MPI_Win window_ = MPI_WIN_NULL;
  bool seen_ = false;
  Clock::time_point next_look_ = Clock::now();
};

}  // namespace isinglass
