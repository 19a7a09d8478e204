#include "files/h5_parallel.hpp"

namespace isinglass::h5 {

ParallelFile::ParallelFile(const std::filesystem::path& path, MPI_Comm ranks) : path_(path.string()) {
  const Handle access = file_access(path_);
  check(H5Pset_fapl_mpio(access.id(), ranks, MPI_INFO_NULL), path_);
  handle_ = Handle(H5Fopen(path_.c_str(), H5F_ACC_RDWR, access.id()), H5Fclose, path_ + ": cannot be opened by all ranks");
}

void ParallelFile::close() { handle_.close(path_ + ": cannot be closed"); }

}  // namespace isinglass::h5
