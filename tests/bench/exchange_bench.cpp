#include "parallel/communicator.hpp"
#include "parallel/session.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

/// Under mpirun: the time of one sum of four integers over all ranks, by messages and through shared memory in turns;
/// medians of 31 times 2,000 sums. Google Benchmark would choose other numbers of iterations on every rank.
namespace isinglass::parallel {
namespace {

double seconds_of_sums(const Communicator& ranks, int count) {
  const auto start = std::chrono::steady_clock::now();
  std::array<std::int64_t, 4> values{1, 2, 3, 4};
  for (int i = 0; i < count; ++i) ranks.all_sum(values);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

void run(const Communicator& messages) {
  constexpr int rounds = 31, sums = 2000;
  Communicator memory = messages.split(0);
  memory.share_memory();
  std::vector<double> by_messages, by_memory;
  for (int round = 0; round < rounds; ++round) {
    by_messages.push_back(seconds_of_sums(messages, sums) / sums);
    by_memory.push_back(seconds_of_sums(memory, sums) / sums);
  }
  if (!messages.is_root()) return;
  fmt::print("{} ranks: {:.0f} ns by messages, {:.0f} ns through shared memory\n", messages.size(),
             1e9 * median(by_messages), 1e9 * median(by_memory));
}

}  // namespace
}  // namespace isinglass::parallel

int main(int argc, char** argv) {
  const isinglass::parallel::MpiSession session(argc, argv);
  isinglass::parallel::run(session.world());
}
