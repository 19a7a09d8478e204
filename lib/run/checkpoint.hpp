#pragma once

#include "network/architecture.hpp"
#include "parallel/communicator.hpp"
#include "train/state.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

namespace isinglass::run {

/// Facts that a rank must know to read its part: the network's shape, and which training samples it holds.
struct CheckpointShape {
  const network::Architecture& architecture;
  std::size_t first = 0, columns = 0, global_columns = 0;
};

/// Writes the file atomically: temporary file, read back, fsync, rename, fsync of the folder. Rank 0 of `group` writes
/// what all ranks share; the duals are written by all ranks of the group at once, each its own columns, which pass
/// through no other rank. The file is bitwise the same for any number of ranks. Throws SystemError on every rank of the
/// group alike; an older file of that name stays. Collective over `group`.
void write_checkpoint(const std::filesystem::path& path, const train::TrainingState& checkpoint,
                      const parallel::Communicator& group);

/// Writes a smallest checkpoint in the folder, in the same way, and removes it: what would make every later one fail,
/// as a file system without room or without the locks that are asked for, is found before the work. SystemError on
/// every rank alike. Collective over `group`.
void try_checkpoint(const std::filesystem::path& folder, const parallel::Communicator& group);

/// Reads what any number of ranks wrote; the duals are this rank's columns. Throws InputError naming the file and what
/// is wrong (cannot be opened, another format or version, incomplete, damaged, other sizes, a number that is not
/// finite), on every rank of the group alike. Collective over `group`.
[[nodiscard]] train::TrainingState read_checkpoint(const std::filesystem::path& path, const CheckpointShape& shape,
                                                   const parallel::Communicator& group);

}  // namespace isinglass::run
