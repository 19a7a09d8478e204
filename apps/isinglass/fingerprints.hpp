#pragma once

#include "formats/instance.hpp"
#include "run/checkpoint.hpp"
#include "run/results_file.hpp"

#include <cstdint>

/// Fingerprints of what each rank reads by itself: expect_same compares them.
namespace isinglass {

[[nodiscard]] std::uint64_t fingerprint_of(const Instance& instance);
[[nodiscard]] std::uint64_t fingerprint_of(const Model& model);
/// Covers what all ranks share, which the duals are not.
[[nodiscard]] std::uint64_t fingerprint_of(const TrainingState& checkpoint);

}  // namespace isinglass
