#pragma once

#include "files/h5.hpp"
#include "run/results_file.hpp"

namespace isinglass::run {

/// The network, its classes and its input grid as the group /model of a file. Not the configuration.
void write_model_group(const h5::Group& root, const Model& model);

/// Reads what write_model_group wrote. Throws InputError or SystemError where anything is missing, out of range or
/// contradicts the rest, the decoded weights included.
[[nodiscard]] Model read_model_group(const h5::Group& root);

}  // namespace isinglass::run
