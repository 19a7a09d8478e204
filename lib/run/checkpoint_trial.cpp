#include "base/error.hpp"
#include "files/output_file.hpp"
#include "run/checkpoint.hpp"

#include <system_error>

#include <fmt/format.h>

namespace isinglass {

namespace {

/// A network of one bit, and duals of one number a rank, so that every rank writes as it will later.
TrainingState smallest_checkpoint(const Communicator& group) {
  const auto rank = static_cast<std::size_t>(group.rank()), ranks = static_cast<std::size_t>(group.size());
  const ShardedRows number{1, rank, 1, ranks, {0.0F}};
  TrainingState checkpoint;
  checkpoint.phase = "trial";
  checkpoint.incumbent = {LayerBits{{1}, {}}};
  checkpoint.current = {checkpoint.incumbent};
  checkpoint.duals = {{number, number}};
  return checkpoint;
}

}  // namespace

void try_checkpoint(const std::filesystem::path& folder, const Communicator& group) {
  // A name that no file of the user has, and that the next run removes if this one is killed meanwhile.
  const std::filesystem::path path = temporary_name(folder / "trial", 0);
  try {
    write_checkpoint(path, smallest_checkpoint(group), group);
  } catch (const SystemError& error) {
    throw SystemError(fmt::format("no checkpoint can be written here, so nothing was begun: {}", error.what()));
  }
  std::error_code ignored;
  if (group.is_root()) std::filesystem::remove(path, ignored);
}

}  // namespace isinglass
