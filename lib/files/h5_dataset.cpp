#include "files/h5_dataset.hpp"

#include "base/error.hpp"
#include "base/memory.hpp"

#include <limits>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace isinglass::h5 {

namespace {

/// Product of the sides and `size`, the bytes of an element; the largest number if it overflows.
std::size_t bytes_of_shape(const Dimensions& dimensions, std::size_t size) {
  std::size_t bytes = size;
  for (const hsize_t side : dimensions) {
    if (side == 0) return 0;
    if (__builtin_mul_overflow(bytes, side, &bytes)) bytes = std::numeric_limits<std::size_t>::max() / 2;
  }
  return bytes;
}

}  // namespace

Handle open_dataset(const Group& group, const std::string& name) {
  const std::string what = group.where(name);
  Handle dataset(H5Dopen2(group.id(), name.c_str(), H5P_DEFAULT), H5Dclose, what);
  const Handle properties(H5Dget_create_plist(dataset.id()), H5Pclose, what);
  if (H5Pget_external_count(properties.id()) > 0 || H5Pget_layout(properties.id()) == H5D_VIRTUAL)
    throw SystemError(what + ": its data are in other files, as in no file of isinglass");
  return dataset;
}

Dimensions extent(const Handle& dataset, const std::string& what) {
  const Handle space(H5Dget_space(dataset.id()), H5Sclose, what);
  const int rank = H5Sget_simple_extent_ndims(space.id());
  check(rank, what);
  Dimensions dimensions(static_cast<std::size_t>(rank));
  check(H5Sget_simple_extent_dims(space.id(), dimensions.data(), nullptr), what);
  return dimensions;
}

std::size_t count_to_read(const Handle& dataset, const std::string& what) {
  constexpr std::size_t best_compression = 1100;  // of deflate, if another program has packed the file
  const Handle type(H5Dget_type(dataset.id()), H5Tclose, what);
  const Dimensions shape = extent(dataset, what);
  const std::size_t size = H5Tget_size(type.id()), bytes = bytes_of_shape(shape, size);
  const std::size_t stored = H5Dget_storage_size(dataset.id());
  if (bytes / best_compression > stored || (bytes > 0 && stored == 0))
    throw SystemError(fmt::format("{}: its shape is {}, more than its {} stored bytes can hold", what, shape, stored));
  const std::optional<std::int64_t> available = available_memory();
  if (available && bytes > static_cast<std::size_t>(*available))
    throw InputError(fmt::format("{}: needs {} of memory, and {} are available", what,
                                 bytes_text(static_cast<std::int64_t>(bytes)), bytes_text(*available)));
  return bytes / size;
}

}  // namespace isinglass::h5
