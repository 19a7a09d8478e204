#pragma once

#include <span>
#include <string>
#include <vector>

namespace isinglass {

/// A class of a data set: its label in the files and its name.
struct DataClass {
  int label = 0;
  std::string name;
  bool operator==(const DataClass&) const = default;
};

/// T-shirt/top, Trouser, ... Ankle boot.
[[nodiscard]] std::vector<DataClass> fashion_mnist_classes();

/// The classes that `requested` names by number, name or unambiguous beginning of a name (upper or lower case), in that
/// order; all of `known` for an empty request. InputError for an unknown, ambiguous or repeated class, or fewer than two.
[[nodiscard]] std::vector<DataClass> choose_classes(std::span<const std::string> requested, std::span<const DataClass> known);

}  // namespace isinglass
