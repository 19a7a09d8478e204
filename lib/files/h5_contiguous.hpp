#pragma once

#include "files/h5.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

/// Datasets that are one stretch of bytes in the file, which many processes write at once without HDF5: the file is then a
/// function of its content alone, however many wrote it, and no process can wait for another inside HDF5. Such datasets have no
/// checksums of HDF5's own: see files/checksum.hpp.
namespace isinglass::h5 {

/// An existing file, open for changes by one process. It stays open unless close() is called: HDF5 1.10 crashes at closing a
/// file that it could not write. Reserve the disk space before, see files/raw_file.hpp.
class ChangeableFile {
public:
  explicit ChangeableFile(const std::filesystem::path& path);
  ChangeableFile(const ChangeableFile&) = delete;
  ChangeableFile& operator=(const ChangeableFile&) = delete;
  ~ChangeableFile() { handle_.release(); }

  [[nodiscard]] Group root() const { return root_of(handle_, path_); }
  void close();

private:
  std::string path_;
  Handle handle_;
};

/// Creates the one-dimensional dataset with its space in the file, whose bytes are left as they are. Returns the place of its
/// first element in the file, bytes; 0 for no elements.
template <Element T>
std::uint64_t create_contiguous(const Group& group, const std::string& name, hsize_t count);

/// Changes the value of an attribute in its place.
void change_attribute(const Group& group, const std::string& name, std::int64_t value);

}  // namespace isinglass::h5
