#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace isinglass {

/// `, did you mean "sweeps"?` for the candidate nearest to `word` in spelling; empty if none is near.
[[nodiscard]] std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

/// The words joined: "a, b, c".
[[nodiscard]] std::string join(const std::vector<std::string>& words);

}  // namespace isinglass
