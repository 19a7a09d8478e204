#pragma once

#include "base/stop_signal.hpp"
#include "formats/qcbo_file.hpp"
#include "formats/uniform_lift.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace isinglass::formats {

/// Measures of all blocks, to be known before the first is written.
struct QcboMeasure {
  TableSizes own, total;              ///< of this rank, and of all
  TableSizes first;                   ///< what the ranks before this one write
  std::int64_t constant = 0;          ///< of the objective, integer units
  std::int64_t penalty_constant = 0;  ///< sum of rhs^2
  std::int64_t largest_spread = 0;    ///< see largest_objective_spread()
  std::vector<LiftedTerm> shared;     ///< couplings between parameter bits; written by rank 0
};

/// Goes through the blocks once. Collective; may throw on one rank alone before it communicates.
[[nodiscard]] QcboMeasure measure_blocks(const BlockSource& source, const QcboFileOptions& options,
                                         const parallel::Communicator& comm);

/// Calls visit(block) for each batch of this rank in the order of the file. Throws Interrupted between them.
template <class Visit>
void for_each_block(const BlockSource& source, Visit&& visit) {
  std::size_t first = 0;
  do {
    throw_if_stopped();
    const std::size_t last = std::min(first + source.batch, source.samples);
    visit(source.block(first, last));
    first = last;
  } while (first < source.samples);
}

}  // namespace isinglass::formats
