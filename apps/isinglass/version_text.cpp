#include "version_text.hpp"

#include "base/version.hpp"

#include <array>

#include <fmt/format.h>
#include <hdf5.h>
#include <mpi.h>

namespace isinglass {

namespace {

/// "Open MPI v4.1.4, package: ..." up to the first comma; MPI allows this call before MPI_Init.
std::string mpi_version() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  const std::string version(text.data());
  return version.substr(0, version.find_first_of(",\n"));
}

std::string hdf5_version() {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return fmt::format("{}.{}.{}", major, minor, release);
}

}  // namespace

std::string version_line() {
  const BuildInfo build = build_info();
  return fmt::format("{} (git {})", build.version, build.git_hash);
}

std::string build_line() {
  const BuildInfo build = build_info();
  return fmt::format("{}, {}", build.compiler, build.build_type);
}

std::string version_text() {
  const BuildInfo build = build_info();
  return fmt::format("isinglass {}\ngit hash   {}\ncompiler   {}\nbuild type {}\nMPI        {}\nHDF5       {}",
                     build.version, build.git_hash, build.compiler, build.build_type, mpi_version(), hdf5_version());
}

}  // namespace isinglass
