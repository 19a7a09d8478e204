#include "run/checkpoint.hpp"

#include "base/error.hpp"
#include "files/atomic_file.hpp"
#include "files/file_format.hpp"
#include "files/h5_dataset.hpp"
#include "files/posix_file.hpp"
#include "parallel/agreement.hpp"
#include "run/checkpoint_duals.hpp"
#include "run/checkpoint_groups.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <system_error>

#include <fmt/format.h>

namespace isinglass::run {

namespace {

namespace fs = std::filesystem;

constexpr files::FileFormat format{.name = "isinglass-checkpoint",
                                   .noun = "a checkpoint",
                                   .major_version = 1,
                                   .minor_version = 2,
                                   .last_mark = "complete",
                                   .if_absent = "give a checkpoint of an unfinished run",
                                   .if_unfinished = "use the checkpoint before it"};

/// A file with all that the ranks share, not yet marked as complete.
std::string shared_image(const std::string& name, const train::TrainingState& checkpoint) {
  return h5::file_image(name, [&](const h5::Group& root) {
    files::write_format(root, format);
    h5::write_attribute(root, format.last_mark, std::int64_t{0});
    write_shared_groups(root, checkpoint);
    files::write_config_text(root, checkpoint.config_yaml);
  });
}

train::TrainingState read_shared(const h5::Group& root, const network::BitCounts& bits) {
  train::TrainingState checkpoint = read_shared_groups(root, bits);
  checkpoint.config_yaml = files::read_config_text(root);
  return checkpoint;
}

bool same_bits(const train::ShardedRows& a, const train::ShardedRows& b) {
  const std::size_t bytes = a.values.size() * sizeof(float);
  return a.values.size() == b.values.size() &&
         (bytes == 0 || std::memcmp(a.values.data(), b.values.data(), bytes) == 0);
}

[[noreturn]] void fail_as_different(const fs::path& path) {
  throw SystemError(path.string() + ": reads back otherwise than it was written");
}

void expect_same_duals(const fs::path& path, const std::vector<train::DualRecord>& found,
                       const std::vector<train::DualRecord>& expected) {
  const bool is_same = std::ranges::equal(found, expected, [](const train::DualRecord& a, const train::DualRecord& b) {
    return same_bits(a.image, b.image) && same_bits(a.multiplier, b.multiplier);
  });
  if (!is_same) fail_as_different(path);
}

/// Images are functions of their content: equal images are equal contents, NaN in the history included.
void expect_same_shared(const fs::path& path, const train::TrainingState& found, const train::TrainingState& expected) {
  if (shared_image(path.string(), found) != shared_image(path.string(), expected)) fail_as_different(path);
}

/// Reads the new file back: every rank its own columns, rank 0 the rest.
void verify(const fs::path& path, const train::TrainingState& checkpoint, bool is_root) {
  const CheckpointSizes sizes = sizes_of(checkpoint);
  train::TrainingState again;
  files::read_back([&] {
    files::read_file(path, format, [&](const h5::Group& root) {
      if (is_root) again = read_shared(root, sizes.bits);
      again.duals = read_duals(root, sizes);
    });
  });
  expect_same_duals(path, again.duals, checkpoint.duals);
  if (is_root) expect_same_shared(path, again, checkpoint);
}

/// Rank 0's part: the file without the numbers of the duals, but with the disk space for them.
DualPlaces lay_out(const fs::path& path, const train::TrainingState& checkpoint) {
  DualPlaces places;
  h5::lay_out_file(path, shared_image(path.string(), checkpoint), space_of_duals(checkpoint.duals),
                   [&](const h5::Group& root) { places = create_duals(root, checkpoint.duals); });
  return places;
}

/// The whole temporary file. The ranks agree after each step, and no step waits for another rank.
void write_together(const fs::path& path, const train::TrainingState& checkpoint, const parallel::Communicator& group) {
  DualPlaces places(count_places(checkpoint.duals));
  parallel::agree<SystemError>(group, [&] {
    if (group.is_root()) places = lay_out(path, checkpoint);
  });
  group.broadcast(parallel::bytes_of(std::span(places)), 0);
  parallel::agree<SystemError>(group, [&] {
    files::PosixFile file(path, files::PosixFile::Use::write);
    write_duals(file, places, checkpoint.duals);
    file.flush();
    file.close();
  });
  parallel::agree<SystemError>(group, [&] {
    if (group.is_root())
      h5::change_file(path, [](const h5::Group& root) { h5::change_attribute(root, format.last_mark, 1); });
  });
}

/// A network of one bit, and duals of one number per rank, so that every rank writes as it will later.
train::TrainingState smallest_checkpoint(const parallel::Communicator& group) {
  const auto rank = static_cast<std::size_t>(group.rank()), ranks = static_cast<std::size_t>(group.size());
  const train::ShardedRows number{1, rank, 1, ranks, {0.0F}};
  train::TrainingState checkpoint;
  checkpoint.phase = "trial";
  checkpoint.incumbent = {network::LayerBits{{1}, {}}};
  checkpoint.current = {checkpoint.incumbent};
  checkpoint.duals = {{number, number}};
  return checkpoint;
}

}  // namespace

void write_checkpoint(const fs::path& path, const train::TrainingState& checkpoint,
                      const parallel::Communicator& group) {
  const files::FileAction write = [&](const fs::path& temporary) { write_together(temporary, checkpoint, group); };
  const files::FileAction verify_together = [&](const fs::path& temporary) {
    parallel::agree<SystemError>(group, [&] { verify(temporary, checkpoint, group.is_root()); });
  };
  files::write_atomically(path, write, verify_together, group);
}

void try_checkpoint(const fs::path& folder, const parallel::Communicator& group) {
  // A name that no file of the user has, and that the next run removes if this one is killed meanwhile.
  const fs::path path = files::temporary_name(folder / "trial", 0);
  try {
    write_checkpoint(path, smallest_checkpoint(group), group);
  } catch (const SystemError& error) {
    throw SystemError(fmt::format("no checkpoint can be written here, so nothing was begun: {}", error.what()));
  }
  std::error_code ignored;
  if (group.is_root()) fs::remove(path, ignored);
}

train::TrainingState read_checkpoint(const fs::path& path, const CheckpointShape& shape,
                                     const parallel::Communicator& group) {
  train::TrainingState checkpoint;
  parallel::agree<InputError>(group, [&] {
    const CheckpointSizes sizes = sizes_of(shape);
    files::read_file(path, format, [&](const h5::Group& root) {
      checkpoint = read_shared(root, sizes.bits);
      checkpoint.duals = read_duals(root, sizes);
    });
  });
  return checkpoint;
}

}  // namespace isinglass::run
