#pragma once

#include "files/h5.hpp"
#include "filters/bank.hpp"
#include "run/results_file.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace isinglass::run {

/// The network, its classes and its input grid as the group /model of a file. Not the configuration.
void write_model_group(const h5::Group& root, const Model& model);

/// Reads what write_model_group wrote. Throws InputError or SystemError where anything is missing, out of range or
/// contradicts the rest, the decoded weights included.
[[nodiscard]] Model read_model_group(const h5::Group& root);

/// Name of a layer's group within /model.
[[nodiscard]] std::string name_of_layer(std::size_t index);
/// The banks of filters of /model, in order; none if it begins with a dense layer.
[[nodiscard]] std::vector<filters::Bank> read_banks(const h5::Group& model);

}  // namespace isinglass::run
