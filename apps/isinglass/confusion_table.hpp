#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace isinglass {

/// The confusion matrix [true class][predicted class] as text, a row a true class, with the accuracy of each class.
[[nodiscard]] std::string confusion_table(const std::vector<std::string>& class_names,
                                          std::span<const std::int64_t> confusion);

}  // namespace isinglass
