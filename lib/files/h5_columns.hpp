#pragma once

#include "files/h5.hpp"

#include <span>
#include <string>
#include <vector>

/// Float datasets [row][column] whose columns are written and read in parts, by one process or by many.
namespace isinglass::h5 {

/// Columns [first, first + count).
struct ColumnRange {
  hsize_t first = 0, count = 0;
};

enum class Transfer {
  single,      ///< by one process
  collective,  ///< by all ranks that opened the file, those without columns too
};

/// Creates the dataset in chunks of few columns, so that a chunk seldom belongs to two ranks.
void create_columns(const Group& group, const std::string& name, hsize_t rows, hsize_t columns);

/// Upper bound of what create_columns and write_columns add to a file, bytes.
[[nodiscard]] std::size_t space_of_columns(hsize_t rows, hsize_t columns);

/// Writes [row][range.count] values. Throws SystemError.
void write_columns(const Group& group, const std::string& name, ColumnRange range, std::span<const float> values,
                   Transfer transfer);

/// [row][range.count] values. Throws SystemError if there is no such dataset, for another type, or for damaged data. Local.
[[nodiscard]] std::vector<float> read_columns(const Group& group, const std::string& name, ColumnRange range);

}  // namespace isinglass::h5
