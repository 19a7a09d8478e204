#pragma once

#include "formats/qcbo_layout.hpp"
#include "ising/qubo.hpp"
#include "parallel/communicator.hpp"
#include "qcbo/compile.hpp"
#include "qcbo/problem.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// QCBO files: HDF5, written by all ranks at once, one sample's block at a time; docs/file-formats.md describes them.
namespace isinglass::formats {

/// Where a problem comes from, a few samples at a time.
struct BlockSource {
  std::vector<qcbo::Variable> parameters;  ///< the parameter bits
  double unit = 1;                         ///< objective per integer unit
  std::size_t samples = 0;                 ///< of this rank, in the global order of the ranks
  std::size_t batch = 1;                   ///< samples that are built at once; changes nothing in the file
  /// Adds what belongs to this rank's samples first .. last - 1; with first = 0 also what belongs to none and is of
  /// this rank (symmetry), before them. Numbered in the order of the ranks behind the parameter bits. Asked twice for
  /// each.
  std::function<qcbo::Qcbo(std::size_t first, std::size_t last)> block;
};

/// Returns the problem that `compiler`, which outlives it, builds in blocks that need little memory.
[[nodiscard]] BlockSource source_of(const qcbo::Compiler& compiler);

/// Contents that a QCBO file is to hold.
struct QcboFileOptions {
  std::string config_yaml;
  std::vector<std::pair<std::string, std::int64_t>> counts;  ///< attributes of /counts
  bool with_problem = true;                                  ///< variables, rows, products, objective
  bool with_qubo = false;                                    ///< the lifted problem
  std::optional<double> multiplier;  ///< of all rows and products; nothing: sufficient_multiplier()
};

/// Account of what was written, the same on every rank.
struct QcboFileSummary {
  TableSizes sizes;  ///< over all ranks
  std::int64_t bytes = 0;
  double multiplier = 0;  ///< of the QUBO, if there is one
};

/// Writes the file whole or not at all (temporary file, read back, fsync, rename), bitwise the same on any number of
/// ranks. Memory: one block, and the couplings of the parameter bits if the QUBO is asked for. InputError if the memory
/// cannot hold what is asked for, with numbers; SystemError if the disk cannot or writing fails; Interrupted by a stop
/// signal; on every rank alike. Collective.
QcboFileSummary write_qcbo(const std::filesystem::path& path, const BlockSource& source, const QcboFileOptions& options,
                           const parallel::Communicator& comm);

/// A problem as its file holds it, whole: `shared` are the parameter bits.
/// Throws InputError that names the file and the dataset: no such file, another format, unfinished, damaged, without
/// the problem (compiled with --with none or qubo), numbers out of range, or too large for this machine's memory.
[[nodiscard]] qcbo::Qcbo read_qcbo(const std::filesystem::path& path);

/// The file's QUBO; nothing if it holds none. Throws like read_qcbo.
[[nodiscard]] std::optional<ising::SparseQubo> read_qubo(const std::filesystem::path& path);

}  // namespace isinglass::formats
