#pragma once

#include "network/architecture.hpp"
#include "run/training_setup.hpp"

#include <filesystem>

namespace isinglass::run {

/// The network of a file as parameter bits of `setup`'s network: what `initial: FILE` starts from.
///
/// `folder_or_file` is a run folder with results, a results.h5, or an HDF5 file of another program with the part of
/// /model that docs/file-formats.md lists under "A network to start from". Weights must be values of their codebook;
/// biases are rounded to the nearest value of theirs, after those of the first layer have taken up the difference
/// between the file's centre of the inputs and that of `setup`. Throws InputError naming file, object and place of what
/// is missing or does not fit.
[[nodiscard]] network::NetworkBits read_initial_network(const std::filesystem::path& folder_or_file,
                                                        const TrainingSetup& setup);

}  // namespace isinglass::run
