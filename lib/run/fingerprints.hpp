#pragma once

#include "data/samples.hpp"
#include "parallel/communicator.hpp"
#include "run/results_file.hpp"
#include "train/state.hpp"

#include <cstdint>

/// Fingerprints of what each rank reads by itself, for expect_same, and of the samples of all ranks.
namespace isinglass::run {

[[nodiscard]] std::uint64_t fingerprint_of(const Model& model);
[[nodiscard]] std::uint64_t fingerprint_of(const network::NetworkBits& bits);
/// Covers what all ranks share, which the duals are not.
[[nodiscard]] std::uint64_t fingerprint_of(const train::TrainingState& checkpoint);

/// Returns a number that tells one set of training samples from another, whatever the number of ranks; checkpoints hold
/// it. Collective over `group`.
[[nodiscard]] std::int64_t fingerprint_of(const data::Samples& samples, const parallel::Communicator& group);

}  // namespace isinglass::run
