#pragma once

#include "train/outcome.hpp"
#include "train/train.hpp"

namespace isinglass {

/// Quantum conditional gradient descent on the augmented Lagrangian of the lifted QCBO (Yurtsever et al., "Q-FW", ECCV
/// 2022; CGAL, arXiv 1901.04013): at iteration t the oracle minimises loss + sum_c (y_c + beta_t v_c) P_c, its atom
/// moves the constraint images, v += eta_t (P(x) - v), and the multipliers, y += sigma v. Every atom is completed by a
/// forward pass; the best completed one is the incumbent. Appends to `history`. Collective over grid.world.
[[nodiscard]] SolveOutcome solve_qcgd(const TrainingInput& input, std::vector<HistoryRow>& history);

}  // namespace isinglass
