#pragma once

#include <optional>

namespace isinglass {

/// Columns of the terminal that standard output is; nothing if it is a file or a pipe.
[[nodiscard]] std::optional<int> terminal_width();

}  // namespace isinglass
