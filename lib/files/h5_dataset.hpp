#pragma once

#include "files/h5.hpp"

#include <cstddef>
#include <string>

/// Opening datasets of files that anybody may have written. Internal to lib/io.
namespace isinglass::h5 {

/// An open dataset whose data lie in the file itself. Throws SystemError for data in other files (external or virtual storage):
/// those may be anything, a pipe or a device too.
[[nodiscard]] Handle open_dataset(const Group& group, const std::string& name);

/// Shape of an open dataset; `what` is for messages.
[[nodiscard]] Dimensions extent(const Handle& dataset, const std::string& what);

/// Number of elements of an open dataset. Throws SystemError if so many cannot lie in what the file stores for it, so that a
/// damaged or made-up shape leads to no huge allocation, and InputError if they need more memory than is available.
[[nodiscard]] std::size_t count_to_read(const Handle& dataset, const std::string& what);

}  // namespace isinglass::h5
