#pragma once

#include "instances/instance.hpp"
#include "io/checkpoint.hpp"
#include "io/results_file.hpp"

#include <cstdint>

/// Fingerprints of what each rank reads by itself: expect_same compares them.
namespace isinglass {

[[nodiscard]] std::uint64_t fingerprint_of(const Instance& instance);
[[nodiscard]] std::uint64_t fingerprint_of(const Model& model);
/// Covers what all ranks share, which the duals are not.
[[nodiscard]] std::uint64_t fingerprint_of(const Checkpoint& checkpoint);

}  // namespace isinglass
