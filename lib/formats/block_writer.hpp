#pragma once

#include "formats/qcbo_measure.hpp"
#include "formats/slab_writer.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace isinglass {

/// Writes the columns of one rank's blocks into their places.
class BlockWriter {
public:
  /// `places` of the datasets in the order of the lists in qcbo_columns.hpp, bytes.
  BlockWriter(const PosixFile& file, const std::vector<std::int64_t>& places, const QcboMeasure& measure,
              const QcboFileOptions& options, double multiplier, double unit);

  /// What rank 0 writes before its blocks.
  void write_shared(const std::vector<Variable>& parameters);
  /// The next block of this rank.
  void write(const Qcbo& block);
  void flush();

  /// One a dataset: of the elements that were written, and of those in the file.
  [[nodiscard]] std::vector<std::int64_t> checksums();
  [[nodiscard]] std::vector<std::int64_t> checksums_in(const PosixFile& file);

private:
  template <class Visit>
  void for_each_column(Visit&& visit);
  void write_problem(const Qcbo& block);
  void write_variable(const Variable& variable);
  void write_coupling(const LiftedTerm& term);

  QcboColumns<SlabWriter> columns_;
  const QcboMeasure& measure_;
  const QcboFileOptions& options_;
  double multiplier_, unit_;
  std::int64_t next_variable_ = 0, next_entry_ = 0;  // global numbers
};

}  // namespace isinglass
