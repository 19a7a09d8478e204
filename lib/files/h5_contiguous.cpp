#include "files/h5_contiguous.hpp"

#include "base/error.hpp"

#include <bit>

namespace isinglass::h5 {

static_assert(std::endian::native == std::endian::little, "files are little-endian, and are written as memory is");

namespace {

template <Element T>
hid_t stored_type() {
  if constexpr (std::same_as<T, std::uint8_t>) return H5T_STD_U8LE;
  if constexpr (std::same_as<T, std::int16_t>) return H5T_STD_I16LE;
  if constexpr (std::same_as<T, std::int32_t>) return H5T_STD_I32LE;
  if constexpr (std::same_as<T, std::int64_t>) return H5T_STD_I64LE;
  if constexpr (std::same_as<T, double>) return H5T_IEEE_F64LE;
}

}  // namespace

ChangeableFile::ChangeableFile(const std::filesystem::path& path) : path_(path.string()) {
  const Handle access = file_access(path_);
  handle_ = Handle(H5Fopen(path_.c_str(), H5F_ACC_RDWR, access.id()), H5Fclose, path_ + ": cannot be opened");
}

void ChangeableFile::close() { handle_.close(path_ + ": cannot be closed"); }

template <Element T>
std::uint64_t create_contiguous(const Group& group, const std::string& name, hsize_t count) {
  const std::string what = group.where(name);
  const Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose, what);
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, what);
  check(H5Pset_obj_track_times(properties.id(), false), what);
  check(H5Pset_alloc_time(properties.id(), H5D_ALLOC_TIME_EARLY), what);
  check(H5Pset_fill_time(properties.id(), H5D_FILL_TIME_NEVER), what);
  Handle dataset(H5Dcreate2(group.id(), name.c_str(), stored_type<T>(), space.id(), H5P_DEFAULT, properties.id(), H5P_DEFAULT),
                 H5Dclose, what);
  const haddr_t place = count == 0 ? 0 : H5Dget_offset(dataset.id());
  if (place == HADDR_UNDEF) throw SystemError(what + ": HDF5 gives it no place in the file");
  dataset.close(what);
  return place;
}

void change_attribute(const Group& group, const std::string& name, std::int64_t value) {
  const std::string what = group.where(name);
  const Handle attribute(H5Aopen(group.id(), name.c_str(), H5P_DEFAULT), H5Aclose, what);
  check(H5Awrite(attribute.id(), H5T_NATIVE_INT64, &value), what);
}

template std::uint64_t create_contiguous<std::uint8_t>(const Group&, const std::string&, hsize_t);
template std::uint64_t create_contiguous<std::int16_t>(const Group&, const std::string&, hsize_t);
template std::uint64_t create_contiguous<std::int32_t>(const Group&, const std::string&, hsize_t);
template std::uint64_t create_contiguous<std::int64_t>(const Group&, const std::string&, hsize_t);
template std::uint64_t create_contiguous<double>(const Group&, const std::string&, hsize_t);

}  // namespace isinglass::h5
