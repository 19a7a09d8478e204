#pragma once

#include "instances/instance.hpp"
#include "io/checkpoint.hpp"
#include "io/results_file.hpp"

#include <cstdint>

/// What tells whether ranks that each read a file read the same; see expect_same.
namespace isinglass {

[[nodiscard]] std::uint64_t fingerprint_of(const Instance& instance);
[[nodiscard]] std::uint64_t fingerprint_of(const Model& model);
/// Of what all ranks share: without the duals.
[[nodiscard]] std::uint64_t fingerprint_of(const Checkpoint& checkpoint);

}  // namespace isinglass
