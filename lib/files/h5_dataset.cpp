#include "files/h5_dataset.hpp"

#include "base/error.hpp"
#include "base/memory.hpp"
#include "files/posix_file.hpp"

#include <array>
#include <bit>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace isinglass::h5 {

static_assert(std::endian::native == std::endian::little, "files are little-endian, and are written as memory is");

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

void expect_type(const Handle& type, hid_t expected, const std::string& what) {
  if (H5Tequal(type.id(), expected) <= 0) throw SystemError(what + ": has another element type than expected");
}

hsize_t element_count(const Dimensions& dimensions) {
  return std::reduce(dimensions.begin(), dimensions.end(), hsize_t{1}, std::multiplies<>{});
}

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

void change_file(const std::filesystem::path& path, const std::function<void(const Group& root)>& change) {
  const std::string name = path.string();
  const Handle access = file_access(name);
  Handle file(H5Fopen(name.c_str(), H5F_ACC_RDWR, access.id()), H5Fclose, name + ": cannot be opened");
  try {
    change(root_of(file, name));
  } catch (...) {
    file.release();
    throw;
  }
  file.close(name + ": cannot be closed");
}

void lay_out_file(const std::filesystem::path& path, const std::string& image, std::size_t room,
                  const std::function<void(const Group& root)>& change) {
  files::PosixFile file(path, files::PosixFile::Use::rewrite);
  file.write(0, image);
  file.reserve(image.size() + room);
  file.close();
  change_file(path, change);
}

template <Element T>
std::int64_t create_contiguous(const Group& group, const std::string& name, const Dimensions& dimensions) {
  const std::string what = group.where(name);
  const Handle space(H5Screate_simple(static_cast<int>(dimensions.size()), dimensions.data(), nullptr), H5Sclose, what);
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, what);
  check(H5Pset_obj_track_times(properties.id(), false), what);
  check(H5Pset_alloc_time(properties.id(), H5D_ALLOC_TIME_EARLY), what);
  check(H5Pset_fill_time(properties.id(), H5D_FILL_TIME_NEVER), what);
  Handle dataset(
      H5Dcreate2(group.id(), name.c_str(), stored_type<T>(), space.id(), H5P_DEFAULT, properties.id(), H5P_DEFAULT),
      H5Dclose, what);
  const haddr_t place = element_count(dimensions) == 0 ? 0 : H5Dget_offset(dataset.id());
  if (place == HADDR_UNDEF) throw SystemError(what + ": HDF5 gives it no place in the file");
  dataset.close(what);
  return static_cast<std::int64_t>(place);
}

template std::int64_t create_contiguous<std::uint8_t>(const Group&, const std::string&, const Dimensions&);
template std::int64_t create_contiguous<std::int16_t>(const Group&, const std::string&, const Dimensions&);
template std::int64_t create_contiguous<std::int32_t>(const Group&, const std::string&, const Dimensions&);
template std::int64_t create_contiguous<std::int64_t>(const Group&, const std::string&, const Dimensions&);
template std::int64_t create_contiguous<float>(const Group&, const std::string&, const Dimensions&);
template std::int64_t create_contiguous<double>(const Group&, const std::string&, const Dimensions&);

void change_attribute(const Group& group, const std::string& name, std::int64_t value) {
  const std::string what = group.where(name);
  const Handle attribute(H5Aopen(group.id(), name.c_str(), H5P_DEFAULT), H5Aclose, what);
  check(H5Awrite(attribute.id(), H5T_NATIVE_INT64, &value), what);
}

bool is_chunked(const Group& group, const std::string& name) {
  const Handle properties(H5Dget_create_plist(open_dataset(group, name).id()), H5Pclose, group.where(name));
  return H5Pget_layout(properties.id()) == H5D_CHUNKED;
}

std::vector<float> read_columns(const Group& group, const std::string& name, ColumnRange range) {
  const std::string what = group.where(name);
  const Handle dataset = open_dataset(group, name), space(H5Dget_space(dataset.id()), H5Sclose, what);
  expect_type(Handle(H5Dget_type(dataset.id()), H5Tclose, what), stored_type<float>(), what);
  const Dimensions shape = extent(dataset, what);
  if (shape.size() != 2) throw SystemError(what + ": has not two dimensions");
  if (range.first + range.count > shape[1]) throw SystemError(what + ": has fewer columns than expected");
  std::vector<float> values(shape[0] * range.count);
  if (values.empty()) return values;
  const std::array<hsize_t, 2> start{0, range.first}, size{shape[0], range.count};
  const hsize_t count = values.size();
  const Handle memory(H5Screate_simple(1, &count, nullptr), H5Sclose, what);
  check(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr), what);
  check(H5Dread(dataset.id(), memory_type<float>(), memory.id(), space.id(), H5P_DEFAULT, values.data()), what);
  return values;
}

}  // namespace isinglass::h5
