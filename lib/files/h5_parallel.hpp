#pragma once

#include "files/h5.hpp"

#include <mpi.h>

#include <filesystem>
#include <string>

namespace isinglass::h5 {

/// An existing file, open for changes by all ranks of `ranks` at once. Whatever changes it is collective over them, and all
/// must do the same. It stays open unless close() is called: HDF5 1.10 crashes at closing a file that it could not write.
class ParallelFile {
public:
  ParallelFile(const std::filesystem::path& path, MPI_Comm ranks);
  ParallelFile(const ParallelFile&) = delete;
  ParallelFile& operator=(const ParallelFile&) = delete;
  ~ParallelFile() { handle_.release(); }

  [[nodiscard]] Group root() const { return root_of(handle_, path_); }
  void close();

private:
  std::string path_;
  Handle handle_;
};

}  // namespace isinglass::h5
