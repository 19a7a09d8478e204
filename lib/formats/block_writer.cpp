#include "formats/block_writer.hpp"

#include <cassert>

namespace isinglass::formats {

BlockWriter::BlockWriter(const files::PosixFile& file, const std::vector<std::int64_t>& places,
                         const QcboMeasure& measure, const QcboFileOptions& options, double multiplier, double unit)
    : measure_(measure),
      options_(options),
      multiplier_(multiplier),
      unit_(unit),
      next_variable_(measure.first[Table::variables]),
      next_entry_(measure.first[Table::entries]) {
  std::size_t at = 0;
  for_each_column([&](Table table, const char*, const char*, auto& column) {
    column.open(file, static_cast<std::uint64_t>(places[at++]), measure.first[table]);
  });
}

template <class Visit>
void BlockWriter::for_each_column(Visit&& visit) {
  if (options_.with_problem) for_each_problem_column(columns_, visit);
  if (options_.with_qubo) for_each_qubo_column(columns_, visit);
}

void BlockWriter::write_shared(const std::vector<qcbo::Variable>& parameters) {
  next_variable_ += std::ssize(parameters);
  if (options_.with_problem) {
    for (const qcbo::Variable& variable : parameters) write_variable(variable);
    columns_.row_start.put(0);
  }
  if (options_.with_qubo)
    for (const LiftedTerm& term : measure_.shared) write_coupling(term);
}

void BlockWriter::write(const qcbo::Qcbo& block) {
  assert(block.first_variable == next_variable_);
  if (options_.with_problem) write_problem(block);
  if (options_.with_qubo)
    for (const LiftedTerm& term : lift_block(block, nullptr).terms) write_coupling(term);
  next_variable_ += std::ssize(block.variables);
}

void BlockWriter::write_problem(const qcbo::Qcbo& block) {
  for (const qcbo::Variable& variable : block.variables) write_variable(variable);
  for (std::size_t r = 0; r < block.rows.size(); ++r) {
    columns_.row_start.put(next_entry_ + block.rows.start[r + 1]);
    columns_.row_rhs.put(block.rows.rhs[r]);
    columns_.row_kind.put(static_cast<std::uint8_t>(block.rows.kind[r]));
    columns_.row_sample.put(block.rows.sample[r]);
  }
  for (const std::int64_t variable : block.rows.variable) columns_.row_variable.put(variable);
  for (const std::int64_t coefficient : block.rows.coefficient) columns_.row_coefficient.put(coefficient);
  next_entry_ += std::ssize(block.rows.variable);
  for (const qcbo::Product& product : block.products) {
    columns_.product_u.put(product.u);
    columns_.product_w.put(product.w);
    columns_.product_b.put(product.b);
  }
  for (const qcbo::Term& term : block.objective) {
    columns_.term_i.put(term.i);
    columns_.term_j.put(term.j);
    columns_.term_coefficient.put(term.coefficient);
  }
}

void BlockWriter::write_variable(const qcbo::Variable& variable) {
  columns_.variable_kind.put(static_cast<std::uint8_t>(variable.kind));
  columns_.variable_sample.put(variable.sample);
  columns_.variable_layer.put(variable.layer);
  columns_.variable_unit.put(variable.unit);
  columns_.variable_input.put(variable.input);
  columns_.variable_segment.put(variable.segment);
  columns_.variable_slack.put(variable.slack);
  columns_.variable_bit.put(variable.bit);
}

void BlockWriter::write_coupling(const LiftedTerm& term) {
  columns_.coupling_i.put(term.i);
  columns_.coupling_j.put(term.j);
  columns_.coupling_value.put(term.value(unit_, multiplier_));
}

void BlockWriter::flush() {
  for_each_column([](Table, const char*, const char*, auto& column) { column.flush(); });
}

std::vector<std::int64_t> BlockWriter::checksums() {
  std::vector<std::int64_t> sums;
  for_each_column([&](Table, const char*, const char*, auto& column) {
    sums.push_back(static_cast<std::int64_t>(column.checksum()));
  });
  return sums;
}

std::vector<std::int64_t> BlockWriter::checksums_in(const files::PosixFile& file) {
  std::vector<std::int64_t> sums;
  for_each_column([&](Table, const char*, const char*, auto& column) {
    sums.push_back(static_cast<std::int64_t>(column.checksum_in(file)));
  });
  return sums;
}

}  // namespace isinglass::formats
