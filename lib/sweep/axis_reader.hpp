#pragma once

#include "config/diagnostics.hpp"
#include "config/yaml_tree.hpp"
#include "sweep/sweep.hpp"

#include <string>

namespace isinglass::sweep {

/// One axis of a sweep file: {key: KEY, values: [...]}, or `range: [from, to, step]` in whole numbers, or
/// `logarithmic: [from, to, points]`, optionally with `round: true`. What is wrong goes to `diagnostics` under `name`.
[[nodiscard]] SweepAxis read_axis(const config::YamlTree& tree, const std::string& name,
                                  config::Diagnostics& diagnostics);

}  // namespace isinglass::sweep
