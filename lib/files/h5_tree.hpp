#pragma once

#include "files/h5.hpp"

#include <string>
#include <vector>

namespace isinglass::h5 {

/// Meaning of a name in a file, as one line of a listing.
struct Object {
  /// A link is a name that leads elsewhere: to an object that has another name as well, or that may not exist.
  enum class Kind { group, dataset, link, named_type };

  std::string path;  ///< "/", "/history/iteration"
  Kind kind = Kind::group;
  std::string type{};       ///< of a dataset: int8, uint8, ..., float, double, text
  Dimensions dimensions{};  ///< of a dataset
  std::string target{};     ///< of a link: a path; FILE:PATH for another file
  std::vector<std::pair<std::string, std::string>> attributes{};  ///< of a group: names in order, values as text
};

/// Every object below `root` and itself, groups before their members, in the order of their names. Reads no array data
/// and follows no links, so that circles end and other files stay closed; an object with two names is listed once.
[[nodiscard]] std::vector<Object> list_objects(const Group& root);

}  // namespace isinglass::h5
