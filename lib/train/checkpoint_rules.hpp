#pragma once

#include "train/input.hpp"

#include <cstdint>

namespace isinglass::train {

/// How many steps of all phases are done at a checkpoint: what its file is named by.
[[nodiscard]] std::int64_t step_of(const TrainingState& checkpoint, const config::Config& config);

/// Throws InputError with the object of the file and its value unless a run of `config` can have written the
/// checkpoint: sizes and checksums may be right, and yet the phase be that of another method, or a count be impossible.
/// A run that went on from such a state would end at once, save nothing, or be wrong.
void expect_possible(const TrainingState& checkpoint, const config::Config& config,
                     const network::Architecture& architecture, const data::DataSplits& data);

/// Throws InputError on all ranks alike, with the dataset and the value, unless the images and multipliers of QCGD are
/// numbers that its rules can lead to: a mean of losses between 0 and the largest loss, images between 0 and the
/// largest violation, and multipliers within the steps that were done and within their cap. For a checkpoint that is
/// possible. Collective over input.grid.world.
void expect_possible_images(const TrainingState& checkpoint, const TrainingInput& input);

/// Throws InputError on all ranks alike unless the incumbent has the loss that the checkpoint says, or for QAT
/// classifies as many samples: otherwise the run would never take a better network, or end with numbers of another one.
/// For a checkpoint that is possible. Collective over input.grid.world.
void expect_true_incumbent(const TrainingState& checkpoint, const TrainingInput& input);

}  // namespace isinglass::train
