#pragma once

#include "train/outcome.hpp"
#include "train/train.hpp"

#include <vector>

namespace isinglass {

/// Quantization-aware training, the baseline: straight-through estimator and Adam on latent parameters.
/// The incumbent is the epoch with the best validation accuracy, ties (and runs without a validation split) decided by the
/// training accuracy, then by the exact training loss: the loss alone would judge cross-entropy by a hinge. Every group of
/// ranks does the same work, so only grid.group communicates. Signals are integers and sums are exact: the result does not
/// depend on the sharding. Appends one row an epoch to `history`, phase "qat". InputError for a batch too large to be summed
/// exactly.
[[nodiscard]] SolveOutcome solve_qat(const TrainingInput& input, std::vector<HistoryRow>& history);

}  // namespace isinglass
