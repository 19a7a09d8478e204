#pragma once

#include "files/h5.hpp"
#include "files/posix_file.hpp"
#include "network/bit_packing.hpp"
#include "run/checkpoint.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

/// The duals of a checkpoint: datasets [unit][sample] that all ranks write at once, each its own columns, and next to
/// each one checksum per column, so that whoever reads some columns can tell that they are right. No rank waits for
/// another.
namespace isinglass::run {

/// Sizes that the parts of a checkpoint must fit.
struct CheckpointSizes {
  network::BitCounts bits;                                 ///< of a network
  std::vector<std::int64_t> units;                         ///< of each hidden layer
  std::size_t first = 0, columns = 0, global_columns = 0;  ///< samples: this rank's, and all
};

[[nodiscard]] CheckpointSizes sizes_of(const CheckpointShape& shape);
/// Sizes that a checkpoint has; asserts that its duals agree on them.
[[nodiscard]] CheckpointSizes sizes_of(const train::TrainingState& checkpoint);

/// Places of the datasets in the file, bytes: values and checksums of each dataset in turn.
using DualPlaces = std::vector<std::int64_t>;

/// How many places there are.
[[nodiscard]] std::size_t count_places(const std::vector<train::DualRecord>& duals);

/// Upper bound of what create_duals adds to a file, bytes.
[[nodiscard]] std::size_t space_of_duals(const std::vector<train::DualRecord>& duals);

/// Creates the group /duals with a group per hidden layer and its datasets, for all columns.
[[nodiscard]] DualPlaces create_duals(const h5::Group& root, const std::vector<train::DualRecord>& duals);

/// Writes this rank's columns. Throws SystemError.
void write_duals(const files::PosixFile& file, const DualPlaces& places, const std::vector<train::DualRecord>& duals);

/// Reads the columns of `sizes`; empty if the file has no duals. Throws InputError or SystemError where anything is
/// missing, is damaged, is not finite, or does not fit.
[[nodiscard]] std::vector<train::DualRecord> read_duals(const h5::Group& root, const CheckpointSizes& sizes);

}  // namespace isinglass::run
