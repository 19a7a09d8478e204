#include "ising/read_memory.hpp"

#include "base/error.hpp"
#include "base/memory.hpp"
#include "ising/machine.hpp"

#include <optional>

#include <fmt/format.h>

namespace isinglass {

void expect_read_memory(std::int64_t reads, std::int64_t spins, const std::string& name) {
  // Spins, what belongs to them, and a short history, once in the machine and once in the hands of who asked.
  constexpr double besides = 2 * (sizeof(Read) + 4 * sizeof(Improvement));
  const double bytes = static_cast<double>(reads) * (besides + 2 * static_cast<double>(spins));
  const std::optional<std::int64_t> available = available_memory();
  if (!available || bytes <= static_cast<double>(*available)) return;
  throw InputError(
      fmt::format("{}: {} reads of {} spins at once need {:.3g} GiB of memory, and {} are available: ask for fewer", name,
                  reads, spins, bytes / 0x1p30, bytes_text(*available)));
}

}  // namespace isinglass
