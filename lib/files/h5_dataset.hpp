#pragma once

#include "files/h5.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

/// Datasets of files that anybody may have written, and datasets that many processes write at once without HDF5: those
/// are one stretch of bytes in the file, which is then a function of its content alone, however many wrote it, and no
/// process can wait for another inside HDF5. They have no checksums of HDF5's own: see files/checksum.hpp.
namespace isinglass::h5 {

/// Element type in files.
template <Element T>
[[nodiscard]] hid_t stored_type() {
  if constexpr (std::same_as<T, std::int8_t>) return H5T_STD_I8LE;
  if constexpr (std::same_as<T, std::uint8_t>) return H5T_STD_U8LE;
  if constexpr (std::same_as<T, std::int16_t>) return H5T_STD_I16LE;
  if constexpr (std::same_as<T, std::int32_t>) return H5T_STD_I32LE;
  if constexpr (std::same_as<T, std::int64_t>) return H5T_STD_I64LE;
  if constexpr (std::same_as<T, float>) return H5T_IEEE_F32LE;
  if constexpr (std::same_as<T, double>) return H5T_IEEE_F64LE;
}

/// Element type in memory.
template <Element T>
[[nodiscard]] hid_t memory_type() {
  if constexpr (std::same_as<T, std::int8_t>) return H5T_NATIVE_INT8;
  if constexpr (std::same_as<T, std::uint8_t>) return H5T_NATIVE_UINT8;
  if constexpr (std::same_as<T, std::int16_t>) return H5T_NATIVE_INT16;
  if constexpr (std::same_as<T, std::int32_t>) return H5T_NATIVE_INT32;
  if constexpr (std::same_as<T, std::int64_t>) return H5T_NATIVE_INT64;
  if constexpr (std::same_as<T, float>) return H5T_NATIVE_FLOAT;
  if constexpr (std::same_as<T, double>) return H5T_NATIVE_DOUBLE;
}

/// Throws SystemError unless an attribute or dataset has the type; `what` is for messages.
void expect_type(const Handle& type, hid_t expected, const std::string& what);

/// Opens a dataset whose data lie in the file itself. Throws SystemError for data in other files (external or virtual
/// storage): those may be anything, a pipe or a device too.
[[nodiscard]] Handle open_dataset(const Group& group, const std::string& name);

/// Shape of an open dataset; `what` is for messages.
[[nodiscard]] Dimensions extent(const Handle& dataset, const std::string& what);

/// Number of elements of that shape.
[[nodiscard]] hsize_t element_count(const Dimensions& dimensions);

/// Number of elements of an open dataset. Throws SystemError if so many cannot lie in what the file stores for it, so
/// that a damaged or made-up shape leads to no huge allocation, and InputError if they need more memory than is
/// available.
[[nodiscard]] std::size_t count_to_read(const Handle& dataset, const std::string& what);

/// Changes an existing file by one process: calls `change` with its root group. Reserve the disk space before: after a
/// failure the file stays open until the process ends, since HDF5 1.10 crashes at closing a file that it could not
/// write.
void change_file(const std::filesystem::path& path, const std::function<void(const Group& root)>& change);

/// Gives the existing, empty file these bytes (see file_image), reserves disk space for `room` bytes more, and changes
/// it likewise. What it does not need of the room is given back.
void lay_out_file(const std::filesystem::path& path, const std::string& image, std::size_t room,
                  const std::function<void(const Group& root)>& change);

/// Creates the dataset with its space in the file, whose bytes are left as they are. Returns the place of its first
/// element in the file, bytes; 0 for no elements.
template <Element T>
std::int64_t create_contiguous(const Group& group, const std::string& name, const Dimensions& dimensions);

/// Changes the value of an attribute in its place.
void change_attribute(const Group& group, const std::string& name, std::int64_t value);

/// Whether HDF5 itself checks the data, chunk by chunk.
[[nodiscard]] bool is_chunked(const Group& group, const std::string& name);

/// Columns [first, first + count).
struct ColumnRange {
  hsize_t first = 0, count = 0;
};

/// Some columns of a dataset [row][column] of floats: [row][range.count] values. Throws SystemError if there is no such
/// dataset, for another type, or for damaged data.
[[nodiscard]] std::vector<float> read_columns(const Group& group, const std::string& name, ColumnRange range);

}  // namespace isinglass::h5
