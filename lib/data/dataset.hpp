#pragma once

#include <cstdint>
#include <vector>

#include "config/config.hpp"
#include "data/class_names.hpp"
#include "data/idx.hpp"

namespace isinglass {

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
[[nodiscard]] Dataset read_dataset(const DataConfig& config);

}  // namespace isinglass
