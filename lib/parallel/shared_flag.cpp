#include "parallel/shared_flag.hpp"

namespace isinglass::parallel {

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
