#pragma once

#include "files/file_format.hpp"

#include <string>

namespace isinglass {

inline constexpr FileFormat qcbo_format{.name = "isinglass-qcbo",
                                        .noun = "a QCBO file",
                                        .major_version = 1,
                                        .minor_version = 0,
                                        .last_mark = "complete",
                                        .if_absent = "isinglass compile CONFIG.yaml -o FILE makes one",
                                        .if_unfinished = "compile it again"};

/// The attribute of the dataset's group that holds the sum of checksum_part() over its elements.
[[nodiscard]] inline std::string checksum_name(const std::string& dataset) { return dataset + "_checksum"; }

}  // namespace isinglass
