#pragma once

#include "base/error.hpp"

#include <mpi.h>

#include <cstddef>
#include <string>

namespace isinglass::parallel {

/// Turns an MPI error code into a SystemError with MPI's own text.
inline void check_mpi(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING] = {};
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw SystemError(std::string(call) + ": " + std::string(text, static_cast<std::size_t>(length)));
}

}  // namespace isinglass::parallel
