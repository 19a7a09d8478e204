#pragma once

#include "io/h5.hpp"

#include <string>
#include <vector>

namespace isinglass::h5 {

/// A group or dataset of a file, as one line of a listing.
struct Object {
  std::string path;  ///< "/", "/history/iteration"
  bool is_group = false;
  std::string type;                                             ///< of a dataset: int8, uint8, ..., float, double, text
  Dimensions dimensions;                                        ///< of a dataset
  std::vector<std::pair<std::string, std::string>> attributes;  ///< names in order, values as text
};

/// Every object below `root` and itself, groups before their members, in the order of their names. Reads no array data.
[[nodiscard]] std::vector<Object> list_objects(const Group& root);

}  // namespace isinglass::h5
