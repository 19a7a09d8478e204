#include "formats/qcbo_measure.hpp"

#include "base/error.hpp"
#include "base/memory.hpp"
#include "parallel/agreement.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace isinglass::formats {

namespace {

/// Refuses couplings that no longer fit, with as much again for the list that is made of them. Asked between batches,
/// so that what other ranks of this machine take counts.
void check_memory(const ParameterCouplings& couplings, const BlockSource& source) {
  const std::optional<std::int64_t> available = available_memory();
  if (!available || couplings.bytes() <= *available) return;
  throw InputError(fmt::format(
      "the QUBO couples {} parameter bits with each other: {} of memory are taken, as much is needed again, and "
      "{} are left: leave the QUBO out (--with problem), or use fewer inputs, units, bits or ranks",
      source.parameters.size(), bytes_text(couplings.bytes()), bytes_text(*available)));
}

void add_sizes(TableSizes& sizes, const qcbo::Qcbo& block) {
  sizes[Table::variables] += std::ssize(block.variables);
  sizes[Table::start] += std::ssize(block.rows.rhs);
  sizes[Table::rows] += std::ssize(block.rows.rhs);
  sizes[Table::entries] += std::ssize(block.rows.variable);
  sizes[Table::products] += std::ssize(block.products);
  sizes[Table::terms] += std::ssize(block.objective);
}

/// Totals, and what the ranks before this one have.
void place(QcboMeasure& measure, const parallel::Communicator& comm) {
  const auto ranks = static_cast<std::size_t>(comm.size()), self = static_cast<std::size_t>(comm.rank());
  std::vector<std::int64_t> all(ranks * table_count);
  std::ranges::copy(measure.own.of, all.begin() + static_cast<std::ptrdiff_t>(self * table_count));
  comm.all_sum(all);
  for (std::size_t rank = 0; rank < ranks; ++rank)
    for (std::size_t t = 0; t < table_count; ++t) {
      measure.total.of[t] += all[rank * table_count + t];
      if (rank < self) measure.first.of[t] += all[rank * table_count + t];
    }
}

}  // namespace

QcboMeasure measure_blocks(const BlockSource& source, const QcboFileOptions& options,
                           const parallel::Communicator& comm) {
  QcboMeasure measure;
  ParameterCouplings couplings(options.with_qubo ? std::ssize(source.parameters) : 0);
  parallel::agree<InputError>(comm, [&] {
    for_each_block(source, [&](const qcbo::Qcbo& block) {
      add_sizes(measure.own, block);
      measure.constant += block.constant;
      measure.largest_spread = std::max(measure.largest_spread, largest_objective_spread(block));
      if (!options.with_qubo) return;
      const LiftedBlock lifted = lift_block(block, &couplings);
      measure.own[Table::couplings] += std::ssize(lifted.terms);
      measure.penalty_constant += lifted.penalty_constant;
      check_memory(couplings, source);
    });
  });
  if (options.with_qubo) {
    couplings.sum_over(comm);
    measure.shared = couplings.terms();
  }
  if (comm.is_root()) {
    measure.own[Table::variables] += std::ssize(source.parameters);
    measure.own[Table::start] += 1;
    measure.own[Table::couplings] += std::ssize(measure.shared);
  }
  place(measure, comm);
  std::array sums{measure.constant, measure.penalty_constant};
  comm.all_sum(sums);
  measure.constant = sums[0];
  measure.penalty_constant = sums[1];
  comm.all_max(std::span(&measure.largest_spread, 1));
  return measure;
}

}  // namespace isinglass::formats
