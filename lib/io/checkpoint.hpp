#pragma once

#include "io/run_results.hpp"
#include "network/architecture.hpp"
#include "parallel/communicator.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace isinglass {

/// An oracle answer and its weight in the convex combination X.
struct WeightedAtom {
  NetworkBits bits;
  double weight = 0;
};

/// Rows of numbers whose columns are samples, spread over the ranks of a replica group: this rank's columns.
struct ShardedRows {
  std::int64_t rows = 0;
  std::size_t first = 0, columns = 0, global_columns = 0;  ///< this rank's are [first, first + columns)
  std::vector<float> values;                               ///< [row][columns]
};

/// Dual state of one hidden layer: a row a unit, a column a training sample.
struct DualRecord {
  ShardedRows image, multiplier;
};

/// Everything the next iteration needs, and nothing that it can compute again. Parts that a method does not have are
/// empty. All of it but `duals` is the same on every rank.
struct Checkpoint {
  std::string phase;                       ///< qcgd, polish, anneal, qat
  std::int64_t iteration = 0;              ///< iterations, sweeps or epochs that are done in this phase
  NetworkBits incumbent;                   ///< the best network so far
  double incumbent_objective = 0;          ///< its exact loss
  std::vector<NetworkBits> current;        ///< where the next iteration starts: one network, or one a replica group
  std::vector<WeightedAtom> atoms;         ///< qcgd: X
  double objective_image = 0;              ///< qcgd: f(X)
  std::vector<DualRecord> duals;           ///< qcgd: one a hidden layer
  std::string qcgd_stop_reason;            ///< polish: how QCGD ended
  std::int64_t qcgd_constraint_bytes = 0;  ///< polish: what QCGD's state took; provenance
  std::vector<double> latents;             ///< qat: latent parameters, and Adam's two moments of each
  std::vector<double> gradient_mean, gradient_square;
  std::int64_t gradient_steps = 0;             ///< qat: Adam's steps
  std::vector<std::int64_t> incumbent_counts;  ///< qat: validation (loss, correct, size), training (loss, correct, size)
  std::vector<HistoryRow> history;
  std::string config_yaml;            ///< the resolved configuration
  std::int64_t data_fingerprint = 0;  ///< of the training samples
};

/// What a rank must know to read its part: the network's shape, and which training samples it holds.
struct CheckpointShape {
  const Architecture& architecture;
  std::size_t first = 0, columns = 0, global_columns = 0;
};

/// Writes the file atomically: temporary file, read back, fsync, rename, fsync of the folder. Rank 0 of `group` writes what all
/// ranks share; the duals are written by all ranks of the group at once, each its own columns: they pass through no other rank,
/// except where two share a chunk of the file. Throws SystemError on every rank of the group alike; an older file of that
/// name stays. Collective over `group`.
void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint, const Communicator& group);

/// Writes a smallest checkpoint in the folder, in the same way, and removes it: what would make every later one fail, as a file
/// system without room or without the locks that are asked for, is found before the work. SystemError on every rank alike.
/// Collective over `group`.
void try_checkpoint(const std::filesystem::path& folder, const Communicator& group);

/// Reads what any number of ranks wrote; the duals are this rank's columns. Throws InputError naming the file and what is
/// wrong (cannot be opened, another format or version, incomplete, damaged, other sizes, a number that is not finite), on
/// every rank of the group alike. Collective over `group`.
[[nodiscard]] Checkpoint read_checkpoint(const std::filesystem::path& path, const CheckpointShape& shape,
                                         const Communicator& group);

/// The configuration text of a checkpoint, with the same checks of format, version and completeness. Local.
[[nodiscard]] std::string read_checkpoint_config(const std::filesystem::path& path);

}  // namespace isinglass
