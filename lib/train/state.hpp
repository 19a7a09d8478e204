#pragma once

#include "config/choices.hpp"
#include "network/architecture.hpp"
#include "train/results.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace isinglass::train {

/// An oracle answer and its weight in the convex combination X.
struct WeightedAtom {
  network::NetworkBits bits;
  double weight = 0;
};

/// Rows of numbers whose columns are samples, spread over the ranks of a replica group: this rank's columns.
struct ShardedRows {
  std::int64_t rows = 0;
  std::size_t first = 0, columns = 0, global_columns = 0;  ///< this rank's are [first, first + columns)
  std::vector<float> values;                               ///< [row][columns]
};

/// Dual state of one hidden layer: one row per unit, one column per training sample.
struct DualRecord {
  ShardedRows image, multiplier;
};

/// How a phase that is over ended.
struct FinishedPhase {
  std::string phase;                  ///< qcgd
  std::string stop_reason;            ///< one sentence
  std::int64_t constraint_bytes = 0;  ///< what its per-constraint state took; provenance
};

/// Everything the next iteration needs, and nothing that it can compute again. Parts that a method does not have are
/// empty. All of it but `duals` is the same on every rank.
struct TrainingState {
  std::string phase;                          ///< qcgd, polish, anneal, qat
  std::int64_t iteration = 0;                 ///< iterations, sweeps or epochs that are done in this phase
  network::NetworkBits incumbent;             ///< the best network so far
  double incumbent_objective = 0;             ///< its exact loss
  std::vector<network::NetworkBits> current;  ///< where the next iteration starts: one network, or one a replica group
  std::vector<WeightedAtom> atoms;            ///< qcgd: X
  double objective_image = 0;                 ///< qcgd: f(X)
  std::vector<DualRecord> duals;              ///< qcgd: one a hidden layer
  std::vector<FinishedPhase> finished;        ///< the phases before this one, in order
  std::vector<double> latents;                ///< qat: latent parameters, and Adam's two moments of each
  std::vector<double> gradient_mean, gradient_square;
  std::int64_t gradient_steps = 0;  ///< qat: Adam's steps
  std::vector<std::int64_t>
      incumbent_counts;  ///< qat: validation (loss, correct, size), training (loss, correct, size)
  std::vector<HistoryRow> history;
  std::string config_yaml;            ///< the resolved configuration, its keys of the result
  std::int64_t data_fingerprint = 0;  ///< of the training samples

  [[nodiscard]] bool is_in(config::PhaseName name) const { return phase == name_of(name); }
};

}  // namespace isinglass::train
