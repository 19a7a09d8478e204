#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "data/idx.hpp"

namespace isinglass::data {

/// A class of a data set: its label in the files and its name.
struct DataClass {
  int label = 0;
  std::string name;
  bool operator==(const DataClass&) const = default;
};

/// Images with the label of each, as they are in the files.
struct LabelledImages {
  IdxImages images;
  std::vector<std::uint8_t> labels;
};

/// A whole data set in memory.
struct Dataset {
  LabelledImages train, test;
  std::vector<DataClass> classes;  ///< every class there is, ascending by label
};

/// Reads the four files of data.dataset. InputError if one is missing or bad, if labels and images do not match, if
/// a label is of no class, or if training and test images differ in size.
[[nodiscard]] Dataset read_dataset(const config::DataConfig& config);

/// T-shirt/top, Trouser, ... Ankle boot.
[[nodiscard]] std::vector<DataClass> fashion_mnist_classes();

/// The classes that `requested` names by number, name or unambiguous beginning of a name (upper or lower case), in that
/// order; all of `known` for an empty request. InputError for an unknown, ambiguous or repeated class, or fewer than
/// two.
[[nodiscard]] std::vector<DataClass> choose_classes(std::span<const std::string> requested,
                                                    std::span<const DataClass> known);

}  // namespace isinglass::data
