#pragma once

#include "files/bit_packing.hpp"
#include "run/checkpoint.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace isinglass {

/// What the parts of a checkpoint must fit.
struct CheckpointSizes {
  BitCounts bits;                                          ///< of a network
  std::vector<std::int64_t> units;                         ///< of each hidden layer
  std::size_t first = 0, columns = 0, global_columns = 0;  ///< samples: this rank's, and all
};

[[nodiscard]] CheckpointSizes sizes_of(const CheckpointShape& shape);
/// Sizes that a checkpoint has; asserts that its duals agree on them.
[[nodiscard]] CheckpointSizes sizes_of(const TrainingState& checkpoint);

}  // namespace isinglass
