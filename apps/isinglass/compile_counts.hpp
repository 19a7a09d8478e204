#pragma once

#include "qcbo/counts.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace isinglass {

/// Names and values of all counts: attributes of /counts in a QCBO file, keys of --json.
[[nodiscard]] std::vector<std::pair<std::string, std::int64_t>> named_counts(const QcboCounts& counts);

/// The counts of one configuration with what follows from them.
[[nodiscard]] nlohmann::ordered_json counts_json(const std::string& config, const QcboCounts& counts,
                                                 std::size_t samples);

/// Prints the counts as lines of text.
[[nodiscard]] std::string counts_text(const nlohmann::ordered_json& json);

}  // namespace isinglass
