#pragma once

#include "config/problems.hpp"
#include "config/yaml_tree.hpp"
#include "sweep/sweep.hpp"

#include <string>

namespace isinglass {

/// One axis of a sweep file: {key: KEY, values: [...]}, or `range: [from, to, step]` in whole numbers, or
/// `logarithmic: [from, to, points]`, optionally with `round: true`. What is wrong goes to `problems` under `name`.
[[nodiscard]] SweepAxis read_axis(const YamlTree& tree, const std::string& name, Problems& problems);

}  // namespace isinglass
