#include "run/checkpoint.hpp"

#include "base/error.hpp"
#include "files/atomic_file.hpp"
#include "files/file_format.hpp"
#include "files/h5_parallel.hpp"
#include "files/raw_file.hpp"
#include "parallel/consensus.hpp"
#include "run/checkpoint_duals.hpp"
#include "run/checkpoint_groups.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <optional>
#include <system_error>

#include <fmt/format.h>

namespace isinglass {

namespace {

namespace fs = std::filesystem;

constexpr FileFormat format{.name = "isinglass-checkpoint",
                            .noun = "a checkpoint",
                            .major_version = 1,
                            .minor_version = 0,
                            .last_mark = "complete",
                            .if_absent = "give a checkpoint of an unfinished run",
                            .if_unfinished = "use the checkpoint before it"};

/// All that the ranks share, and room for the duals.
void write_shared(const h5::Group& root, const TrainingState& checkpoint) {
  write_format(root, format);
  write_shared_groups(root, checkpoint);
  write_config_text(root, checkpoint.config_yaml);
  create_dual_groups(root, checkpoint.duals);
}

std::string shared_image(const std::string& name, const TrainingState& checkpoint) {
  return h5::file_image(name, [&](const h5::Group& root) { write_shared(root, checkpoint); });
}

TrainingState read_shared(const h5::Group& root, const BitCounts& bits) {
  TrainingState checkpoint = read_shared_groups(root, bits);
  checkpoint.config_yaml = read_config_text(root);
  return checkpoint;
}

bool same_bits(const ShardedRows& a, const ShardedRows& b) {
  const std::size_t bytes = a.values.size() * sizeof(float);
  return a.values.size() == b.values.size() && (bytes == 0 || std::memcmp(a.values.data(), b.values.data(), bytes) == 0);
}

[[noreturn]] void fail_as_different(const fs::path& path) {
  throw SystemError(path.string() + ": reads back otherwise than it was written");
}

void expect_same_duals(const fs::path& path, const std::vector<DualRecord>& found, const std::vector<DualRecord>& expected) {
  const bool is_same = std::ranges::equal(found, expected, [](const DualRecord& a, const DualRecord& b) {
    return same_bits(a.image, b.image) && same_bits(a.multiplier, b.multiplier);
  });
  if (!is_same) fail_as_different(path);
}

/// Images are functions of their content: equal images are equal contents, NaN in the history included.
void expect_same_shared(const fs::path& path, const TrainingState& found, const TrainingState& expected) {
  if (shared_image(path.string(), found) != shared_image(path.string(), expected)) fail_as_different(path);
}

/// Reads the new file back: every rank its own columns, rank 0 the rest.
void verify(const fs::path& path, const TrainingState& checkpoint, bool is_root) {
  const CheckpointSizes sizes = sizes_of(checkpoint);
  TrainingState again;
  try {
    read_file(path, format, [&](const h5::Group& root) {
      if (is_root) again = read_shared(root, sizes.bits);
      again.duals = read_duals(root, sizes);
    });
  } catch (const InputError& error) {
    throw SystemError(fmt::format("cannot be read back after writing: {}", error.what()));
  }
  expect_same_duals(path, again.duals, checkpoint.duals);
  if (is_root) expect_same_shared(path, again, checkpoint);
}

void write_alone(const fs::path& path, const TrainingState& checkpoint) {
  const std::string image = h5::file_image(path.string(), [&](const h5::Group& root) {
    write_shared(root, checkpoint);
    write_duals(root, checkpoint.duals, h5::Transfer::single, [](const auto& part) { part(); });
    write_last_mark(root, format);
  });
  write_bytes_atomically(path, image, [&](const fs::path& temporary) { verify(temporary, checkpoint, true); });
}

/// Rank 0's part: the file without duals, and the disk space for them, so that a full disk is found before HDF5 writes.
void write_first_part(const fs::path& path, const TrainingState& checkpoint) {
  constexpr std::size_t slack = std::size_t{1} << 16;  // metadata that HDF5 allocates in blocks
  const std::string image = shared_image(path.string(), checkpoint);
  write_reserved(path, image, image.size() + space_of_duals(checkpoint.duals) + slack);
}

/// All ranks' part. The ranks agree after each step, since one that failed would leave the others waiting in the next.
void write_second_part(const fs::path& path, const TrainingState& checkpoint, const DualsStep& agreed, MPI_Comm ranks) {
  std::optional<h5::ParallelFile> file;
  agreed([&] { file.emplace(path, ranks); });
  {
    std::optional<h5::Group> root;
    agreed([&] { root = file->root(); });
    write_duals(*root, checkpoint.duals, h5::Transfer::collective, agreed);
    // Open MPI reports no failed write of several ranks. It must be found before HDF5 writes what it keeps in memory: if that
    // fails on one rank, the others wait inside HDF5.
    agreed([&] { flush_to_disk(path); });
    agreed([&] { expect_same_duals(path, read_duals(*root, sizes_of(checkpoint)), checkpoint.duals); });
    agreed([&] { write_last_mark(*root, format); });
  }
  agreed([&] { file->close(); });
}

}  // namespace

void write_checkpoint(const fs::path& path, const TrainingState& checkpoint, const Communicator& group) {
  [[maybe_unused]] const CheckpointSizes sizes = sizes_of(checkpoint);
  if (group.size() == 1) {
    assert(sizes.columns == sizes.global_columns);
    return write_alone(path, checkpoint);
  }
  const DualsStep agreed = [&](const std::function<void()>& step) { agree<SystemError>(group, step); };
  const FileAction write = [&](const fs::path& temporary) {
    agreed([&] {
      if (group.is_root()) write_first_part(temporary, checkpoint);
    });
    try {
      write_second_part(temporary, checkpoint, agreed, group.mpi());
    } catch (const SystemError&) {
      // The file stays open, and removed it would keep its disk space.
      std::error_code ignored;
      if (group.is_root()) fs::resize_file(temporary, 0, ignored);
      throw;
    }
  };
  const FileAction verify_together = [&](const fs::path& temporary) {
    agreed([&] { verify(temporary, checkpoint, group.is_root()); });
  };
  write_atomically(path, write, verify_together, group);
}

TrainingState read_checkpoint(const fs::path& path, const CheckpointShape& shape, const Communicator& group) {
  TrainingState checkpoint;
  // Each rank reads by itself: in a collective read, one that meets damage could leave the others waiting inside HDF5.
  agree<InputError>(group, [&] {
    const CheckpointSizes sizes = sizes_of(shape);
    read_file(path, format, [&](const h5::Group& root) {
      checkpoint = read_shared(root, sizes.bits);
      checkpoint.duals = read_duals(root, sizes);
    });
  });
  return checkpoint;
}

std::string read_checkpoint_config(const fs::path& path) {
  std::string text;
  read_file(path, format, [&](const h5::Group& root) { text = read_config_text(root); });
  return text;
}

}  // namespace isinglass
