#include "files/h5_columns.hpp"

#include "base/error.hpp"
#include "files/h5_dataset.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace isinglass::h5 {

namespace {

using Shape = std::array<hsize_t, 2>;

Shape chunk_of(hsize_t rows, hsize_t columns) {
  constexpr hsize_t elements = hsize_t{1} << 16;
  const hsize_t height = std::min(rows, elements);
  return {height, std::clamp<hsize_t>(elements / height, 1, columns)};
}

struct OpenRows {
  Handle dataset, space;
  hsize_t rows = 0, columns = 0;
};

OpenRows open_rows(const Group& group, const std::string& name) {
  const std::string what = group.where(name);
  OpenRows open;
  open.dataset = open_dataset(group, name);
  open.space = Handle(H5Dget_space(open.dataset.id()), H5Sclose, what);
  if (H5Sget_simple_extent_ndims(open.space.id()) != 2) throw SystemError(what + ": has not two dimensions");
  Shape shape{};
  check(H5Sget_simple_extent_dims(open.space.id(), shape.data(), nullptr), what);
  open.rows = shape[0];
  open.columns = shape[1];
  return open;
}

/// Restricts the dataset's space to the columns; the space of as many values in memory.
Handle select(const OpenRows& open, ColumnRange range, const std::string& what) {
  if (range.first + range.count > open.columns) throw SystemError(what + ": has fewer columns than expected");
  const hsize_t count = open.rows * range.count, at_least_one = std::max<hsize_t>(count, 1);
  Handle memory(H5Screate_simple(1, &at_least_one, nullptr), H5Sclose, what);
  if (count == 0) {
    check(H5Sselect_none(open.space.id()), what);
    check(H5Sselect_none(memory.id()), what);
  } else {
    const Shape start{0, range.first}, size{open.rows, range.count};
    check(H5Sselect_hyperslab(open.space.id(), H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr), what);
  }
  return memory;
}

Handle transfer_properties(Transfer transfer, const std::string& what) {
  Handle properties(H5Pcreate(H5P_DATASET_XFER), H5Pclose, what);
  if (transfer == Transfer::collective) check(H5Pset_dxpl_mpio(properties.id(), H5FD_MPIO_COLLECTIVE), what);
  return properties;
}

}  // namespace

void create_columns(const Group& group, const std::string& name, hsize_t rows, hsize_t columns) {
  const std::string what = group.where(name);
  const Shape shape{rows, columns};
  const Handle space(H5Screate_simple(2, shape.data(), nullptr), H5Sclose, what);
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, what);
  check(H5Pset_obj_track_times(properties.id(), false), what);
  if (rows * columns > 0) {
    check(H5Pset_chunk(properties.id(), 2, chunk_of(rows, columns).data()), what);
    check(H5Pset_fletcher32(properties.id()), what);
  }
  Handle dataset(H5Dcreate2(group.id(), name.c_str(), H5T_IEEE_F32LE, space.id(), H5P_DEFAULT, properties.id(), H5P_DEFAULT),
                 H5Dclose, what);
  dataset.close(what);
}

std::size_t space_of_columns(hsize_t rows, hsize_t columns) {
  constexpr std::size_t header = 4096, index_entry = 64;  // generous
  if (rows * columns == 0) return header;
  const auto [height, width] = chunk_of(rows, columns);
  const std::size_t chunks = ((rows + height - 1) / height) * ((columns + width - 1) / width);
  return header + chunks * (height * width * sizeof(float) + index_entry);
}

void write_columns(const Group& group, const std::string& name, ColumnRange range, std::span<const float> values,
                   Transfer transfer) {
  const std::string what = group.where(name);
  OpenRows open = open_rows(group, name);
  assert(values.size() == open.rows * range.count);
  if (open.rows * open.columns > 0) {
    constexpr float nothing = 0;
    const Handle memory = select(open, range, what), properties = transfer_properties(transfer, what);
    check(H5Dwrite(open.dataset.id(), H5T_NATIVE_FLOAT, memory.id(), open.space.id(), properties.id(),
                   values.empty() ? &nothing : values.data()),
          what);
  }
  open.dataset.close(what);
}

std::vector<float> read_columns(const Group& group, const std::string& name, ColumnRange range) {
  const std::string what = group.where(name);
  const OpenRows open = open_rows(group, name);
  const Handle type(H5Dget_type(open.dataset.id()), H5Tclose, what);
  if (H5Tequal(type.id(), H5T_IEEE_F32LE) <= 0) throw SystemError(what + ": has another element type than expected");
  const Handle memory = select(open, range, what);
  std::vector<float> values(open.rows * range.count);
  if (!values.empty())
    check(H5Dread(open.dataset.id(), H5T_NATIVE_FLOAT, memory.id(), open.space.id(), H5P_DEFAULT, values.data()), what);
  return values;
}

}  // namespace isinglass::h5
