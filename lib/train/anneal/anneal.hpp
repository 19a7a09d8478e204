#pragma once

#include "train/anneal/moves.hpp"
#include "train/outcome.hpp"
#include "train/train.hpp"

#include <optional>

namespace isinglass {

/// Where and how hot an annealing starts.
struct AnnealPlan {
  std::string phase;  ///< for the history: anneal or polish
  int sweeps = 0;
  double hot_temperature = 0;  ///< per training sample, in units of one output step
  NetworkBits start;
  std::string qcgd_stop_reason = {};       ///< polish: how QCGD ended, for the checkpoints
  std::int64_t qcgd_constraint_bytes = 0;  ///< polish: and what its state took
};

/// What a descent ends in: its network and the exact loss, in units of one output step.
struct Descent {
  NetworkBits bits;
  double objective = 0;
};

/// FIP-consistent annealing: move a parameter's value, propagate, accept (Metropolis) on the loss that anneal.loss names: the
/// exact one, or its mean over a uniform shift of the unit's z within a window, which prefers networks that do not hang on
/// samples close to a threshold. Every state is a feasible point; the incumbent is chosen by the exact value of that loss, and
/// the outcome's objective is the network's own. The proposals of a
/// unit are evaluated together against the same state and walked through in order; after an accepted one the rest is
/// evaluated again, so the chain is the sequential one. Each replica group runs its own chain. Appends to `history`.
/// Collective over grid.world.
[[nodiscard]] SolveOutcome solve_anneal(const TrainingInput& input, const AnnealPlan& plan, std::vector<HistoryRow>& history);

/// Descent: `sweeps` passes over all moves at temperature 0, taking one when it lowers the loss averaged over a window of
/// anneal.final_window. `pairs`: similar_inputs, for the swaps. No random numbers. Nothing if a rank was asked to stop.
/// Collective over the group.
[[nodiscard]] std::optional<Descent> descend(const TrainingInput& input, const NetworkBits& start, double output_margin,
                                             int sweeps, std::span<const InputPair> pairs);

}  // namespace isinglass
