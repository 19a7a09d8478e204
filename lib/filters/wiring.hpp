#pragma once

#include "filters/unit.hpp"

#include <cstdint>
#include <vector>

namespace isinglass::filters {

/// The distribution that units are drawn from.
struct WiringOptions {
  std::vector<double> literal_shares{1};  ///< of units with 1, 2, ... literals
  int reach = 0;                          ///< offsets are within -reach .. reach
  double negated_share = 0;               ///< of the literals after a unit's first
  double widened_share = 0;               ///< of all literals
  bool operator==(const WiringOptions&) const = default;
};

/// Draw number `attempt` of unit `unit`: a number of literals by shares, the same for all attempts, so that shares hold
/// whatever is refused; the first literal at offset (0, 0) and not negated, later ones with random offsets and
/// negation, each of a random one of `filters` and perhaps widened. A function of the arguments.
[[nodiscard]] Unit drawn_unit(const WiringOptions& options, int filters, std::uint64_t seed, std::uint32_t stage,
                              std::uint32_t unit, std::uint32_t attempt);

/// How the units of a bank can be told in few bits: who draws them from the seed as `drawn_unit` does has to know only
/// which draw was kept, that is, how many were refused before it.
struct WiringCode {
  WiringOptions options;
  std::uint64_t seed = 0;
  std::uint32_t stage = 0;
  std::vector<std::uint32_t> refused;  ///< [unit] draws before the one that was kept
  bool operator==(const WiringCode&) const = default;
};

/// The units that a code stands for.
[[nodiscard]] std::vector<Unit> units_of(const WiringCode& code, int filters);

}  // namespace isinglass::filters
