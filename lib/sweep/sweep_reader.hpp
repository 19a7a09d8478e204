#pragma once

#include "sweep/sweep.hpp"

#include <filesystem>
#include <string>

namespace isinglass::sweep {

/// A sweep from the text of its file; `path` stands for the file in messages, and the base configuration lies relative
/// to it. base_text is left empty, and nothing is known of the points. Throws one InputError with a line
/// "file:line:column: key: message" for each problem.
[[nodiscard]] Sweep parse_sweep(const std::string& text, const std::filesystem::path& path);

/// Reads a sweep from a file, with its base configuration, and checks the configuration of every point. Throws
/// InputError.
[[nodiscard]] Sweep read_sweep(const std::filesystem::path& path);

}  // namespace isinglass::sweep
