#pragma once

#include "files/file_format.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

/// Layout of a QCBO file: its format and the one list of its datasets.
namespace isinglass::formats {

inline constexpr files::FileFormat qcbo_format{.name = "isinglass-qcbo",
                                               .noun = "a QCBO file",
                                               .major_version = 1,
                                               .minor_version = 0,
                                               .last_mark = "complete",
                                               .if_absent = "isinglass compile CONFIG.yaml -o FILE makes one",
                                               .if_unfinished = "compile it again"};

/// The attribute of the dataset's group that holds the sum of checksum_part() over its elements.
[[nodiscard]] inline std::string checksum_name(const std::string& dataset) { return dataset + "_checksum"; }

/// The tables of a QCBO file; all columns of a table have the same length. `start` has one element more than there are
/// rows.
enum class Table : std::size_t { variables, start, rows, entries, products, terms, couplings };
inline constexpr std::size_t table_count = 7;

/// Lengths, or positions, one a table.
struct TableSizes {
  std::array<std::int64_t, table_count> of{};

  [[nodiscard]] std::int64_t& operator[](Table table) { return of[static_cast<std::size_t>(table)]; }
  [[nodiscard]] std::int64_t operator[](Table table) const { return of[static_cast<std::size_t>(table)]; }
};

/// Every dataset of a QCBO file but the configuration. Column<T> is what there is of a dataset of T: its values, or who
/// writes it.
template <template <class> class Column>
struct QcboColumns {
  Column<std::uint8_t> variable_kind;
  Column<std::int32_t> variable_sample, variable_unit, variable_input;
  Column<std::int16_t> variable_layer, variable_segment, variable_slack, variable_bit;
  Column<std::int64_t> row_start, row_variable, row_rhs;
  Column<std::int32_t> row_coefficient, row_sample;
  Column<std::uint8_t> row_kind;
  Column<std::int64_t> product_u, product_w, product_b;
  Column<std::int64_t> term_i, term_j, term_coefficient;
  Column<std::int64_t> coupling_i, coupling_j;
  Column<double> coupling_value;
};

/// The one list of datasets of the problem: calls visit(table, group, name, column) for each.
template <class Columns, class Visit>
void for_each_problem_column(Columns& c, Visit&& visit) {
  visit(Table::variables, "variables", "kind", c.variable_kind);
  visit(Table::variables, "variables", "sample", c.variable_sample);
  visit(Table::variables, "variables", "layer", c.variable_layer);
  visit(Table::variables, "variables", "unit", c.variable_unit);
  visit(Table::variables, "variables", "input", c.variable_input);
  visit(Table::variables, "variables", "segment", c.variable_segment);
  visit(Table::variables, "variables", "slack", c.variable_slack);
  visit(Table::variables, "variables", "bit", c.variable_bit);
  visit(Table::start, "rows", "start", c.row_start);
  visit(Table::entries, "rows", "variable", c.row_variable);
  visit(Table::entries, "rows", "coefficient", c.row_coefficient);
  visit(Table::rows, "rows", "rhs", c.row_rhs);
  visit(Table::rows, "rows", "kind", c.row_kind);
  visit(Table::rows, "rows", "sample", c.row_sample);
  visit(Table::products, "products", "u", c.product_u);
  visit(Table::products, "products", "w", c.product_w);
  visit(Table::products, "products", "b", c.product_b);
  visit(Table::terms, "objective", "i", c.term_i);
  visit(Table::terms, "objective", "j", c.term_j);
  visit(Table::terms, "objective", "coefficient", c.term_coefficient);
}

/// Datasets of the lifted problem.
template <class Columns, class Visit>
void for_each_qubo_column(Columns& c, Visit&& visit) {
  visit(Table::couplings, "qubo", "i", c.coupling_i);
  visit(Table::couplings, "qubo", "j", c.coupling_j);
  visit(Table::couplings, "qubo", "value", c.coupling_value);
}

}  // namespace isinglass::formats
