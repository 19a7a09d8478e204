#pragma once

#include "parallel/shared_counter.hpp"

#include "base/clock.hpp"

namespace isinglass::parallel {

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
