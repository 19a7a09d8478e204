#pragma once

#include "base/error.hpp"

#include <hdf5.h>

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

/// A thin checked layer over the HDF5 C library. Every call throws SystemError with the file, the object and HDF5's own
/// message (LockError where a lock was refused); only destructors ignore errors. Files are bitwise functions of their
/// content: no times are recorded. All metadata and all array data carry checksums, so that a damaged file is refused
/// and never read silently wrong.
namespace isinglass::h5 {

/// Element types of datasets and attributes; stored little-endian.
template <class T>
concept Element = std::same_as<T, std::int8_t> || std::same_as<T, std::uint8_t> || std::same_as<T, std::int16_t> ||
    std::same_as<T, std::int32_t> || std::same_as<T, std::int64_t> || std::same_as<T, float> || std::same_as<T, double>;

using Dimensions = std::vector<hsize_t>;

/// A file could not be opened because its file system refused a lock, which says nothing about the file.
class LockError : public SystemError {
public:
  using SystemError::SystemError;
};

/// Owner of one HDF5 identifier of any kind.
class Handle {
public:
  using Close = herr_t (*)(hid_t);
  Handle() = default;
  /// Throws SystemError "`what`: HDF5's message" for a negative `id`, what a failed call returns.
  Handle(hid_t id, Close closer, const std::string& what);
  Handle(Handle&& other) noexcept;
  Handle& operator=(Handle&& other) noexcept;
  ~Handle();

  [[nodiscard]] hid_t id() const { return id_; }
  /// Closes now and reports failure, which a destructor cannot.
  void close(const std::string& what);
  /// Gives the identifier up without closing it.
  hid_t release();

private:
  hid_t id_ = H5I_INVALID_HID;
  Close close_ = nullptr;
};

/// Throws SystemError "`what`: HDF5's message" for the negative result of a failed call.
void check(herr_t result, const std::string& what);

/// An open group; must not outlive its file.
class Group {
public:
  Group(Handle handle, std::string where) : handle_(std::move(handle)), where_(std::move(where)) {}

  [[nodiscard]] Group create_group(const std::string& name) const;
  [[nodiscard]] Group open_group(const std::string& name) const;
  [[nodiscard]] bool has(const std::string& name) const;  ///< a group or dataset of that name
  [[nodiscard]] bool has_attribute(const std::string& name) const;

  [[nodiscard]] hid_t id() const { return handle_.id(); }
  /// "FILE: /group", or "FILE: /group/name": for messages.
  [[nodiscard]] std::string where(const std::string& name = "") const;

private:
  Handle handle_;
  std::string where_;  // "FILE: /group"
};

/// An existing file, open for reading.
class File {
public:
  explicit File(const std::filesystem::path& path);
  [[nodiscard]] Group root() const;

private:
  std::string path_;
  Handle handle_;
};

/// Before MPI_Init in programs with MPI: otherwise MPI_Finalize makes HDF5 close what is open, and 1.10 crashes over a
/// file that it could not write. Other functions here call it, so that it may be left out elsewhere.
void set_up_library();

/// Returns "1.10.8", the version of the HDF5 library.
[[nodiscard]] std::string library_version();

/// How every file is opened: access properties. Without HDF5's own locks, which many network file systems refuse: new
/// files have names of their own, and run folders are locked by their file `lock`. The environment variable
/// HDF5_USE_FILE_LOCKING wins.
[[nodiscard]] Handle file_access(const std::string& what);
/// The root group of an open file; `name` is for messages.
[[nodiscard]] Group root_of(const Handle& file, const std::string& name);

/// The bytes of a new file that `fill` writes the content of, ready for write_bytes_atomically. Built in memory:
/// HDF5 1.10 crashes at exit after a file that it could not write to disk. `name` is for messages.
[[nodiscard]] std::string file_image(const std::string& name, const std::function<void(const Group& root)>& fill);

template <Element T>
void write_attribute(const Group& group, const std::string& name, T value);
void write_attribute(const Group& group, const std::string& name, const std::string& text);
/// A one-dimensional attribute.
template <Element T>
void write_attribute(const Group& group, const std::string& name, const std::vector<T>& values);

/// Throws SystemError if there is none, or if it is of another type or not a scalar.
template <Element T>
[[nodiscard]] T read_attribute(const Group& group, const std::string& name);
/// All values of a one-dimensional attribute.
template <Element T>
[[nodiscard]] std::vector<T> read_attribute_values(const Group& group, const std::string& name);
[[nodiscard]] std::string read_text_attribute(const Group& group, const std::string& name);

/// A dataset of shape `dimensions` (row-major), chunked with a checksum a chunk.
template <Element T>
void write(const Group& group, const std::string& name, std::span<const T> values, const Dimensions& dimensions);
/// A one-dimensional dataset.
template <Element T>
void write(const Group& group, const std::string& name, const std::vector<T>& values) {
  write<T>(group, name, values, {values.size()});
}
/// A one-dimensional dataset of fixed-length UTF-8 strings.
void write_texts(const Group& group, const std::string& name, std::span<const std::string> texts);

/// Shape of a dataset.
[[nodiscard]] Dimensions dimensions_of(const Group& group, const std::string& name);

/// All elements, row-major. Throws SystemError if there is no such dataset, for another type, or for damaged data.
template <Element T>
[[nodiscard]] std::vector<T> read(const Group& group, const std::string& name);
/// Reads the dataset and throws if the shape is not `dimensions`.
template <Element T>
[[nodiscard]] std::vector<T> read(const Group& group, const std::string& name, const Dimensions& dimensions);
[[nodiscard]] std::vector<std::string> read_texts(const Group& group, const std::string& name);

}  // namespace isinglass::h5
