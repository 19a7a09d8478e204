#pragma once

#include "formats/instance.hpp"
#include "parallel/communicator.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace isinglass::solve {

/// An instance, and what is left of the time limit after reading it.
struct InstanceInput {
  formats::Instance instance;
  std::optional<double> time_limit;  ///< seconds
};

/// Reads the instance file on every rank. AgreedError on all ranks: bad input, or other contents than rank 0 sees; code
/// 85 after a stop signal, or when the `time_limit` in seconds is over before the problem is there. Collective.
[[nodiscard]] InstanceInput read_shared_instance(const std::string& path, const formats::InstanceOptions& options,
                                                 std::optional<double> time_limit, const parallel::Communicator& world);

/// Returns a fingerprint of the problem that was read, for expect_same.
[[nodiscard]] std::uint64_t fingerprint_of(const formats::Instance& instance);

}  // namespace isinglass::solve
