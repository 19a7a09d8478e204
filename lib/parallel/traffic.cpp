#include "parallel/traffic.hpp"

#include "base/memory.hpp"
#include "parallel/communicator.hpp"

#include <array>
#include <cmath>

#include <fmt/format.h>

namespace isinglass::parallel {

JobTraffic job_traffic(const Communicator& world) {
  constexpr double microseconds = 1e6;  // sums are of integers
  const Traffic own = own_traffic();
  std::array<std::int64_t, 4> sums{own.exchanges, own.messages, own.bytes,
                                   std::llround(own.waiting_seconds * microseconds)};
  world.all_sum(sums);
  const auto ranks = static_cast<std::int64_t>(world.size());
  return {{sums[0] / ranks, sums[1] / ranks, sums[2] / ranks,
           static_cast<double>(sums[3]) / microseconds / static_cast<double>(ranks)},
          world.all_max(own.waiting_seconds)};
}

std::string describe(const JobTraffic& traffic, double seconds) {
  const Traffic& mean = traffic.mean;
  return fmt::format(
      "each rank: {} exchanges in shared memory, {} messages, {}; waited {:.1f} s, at most {:.1f} s "
      "({:.1f} % of the time)",
      mean.exchanges, mean.messages, bytes_text(mean.bytes), mean.waiting_seconds, traffic.longest_wait_seconds,
      100 * mean.waiting_seconds / seconds);
}

}  // namespace isinglass::parallel
