#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace isinglass {

/// One row of the trace: what an outer iteration (QCGD), a sweep (anneal) or an epoch (QAT) ended with.
struct HistoryRow {
  std::string phase;  ///< qcgd, polish, anneal, qat
  std::int64_t iteration = 0;
  double wall_seconds = 0;         ///< since the start; provenance, not a result
  double energy = 0;               ///< of the oracle's atom, or of the annealing state (unit: output grid)
  double objective = 0;            ///< exact loss of the completed atom, summed over the training samples
  double incumbent_objective = 0;  ///< the best so far
  double violation = 0;            ///< rms of the constraint images v, units of the squared pre-activation rms
  double gap = 0;                  ///< surrogate gap of QCGD
  double train_accuracy = 0, validation_accuracy = 0;  ///< of the incumbent, fractions (validation: NaN where there is none)
};

/// The numbers a finished run is judged by.
struct RunResults {
  std::vector<HistoryRow> history;
  double train_accuracy = 0, validation_accuracy = 0, test_accuracy = 0;  ///< fractions; NaN where there is no such split
  double objective = 0;
  double bits_per_parameter = 0;
  std::int64_t parameters = 0;
  std::int64_t train_samples = 0, validation_samples = 0, test_samples = 0;
  std::int64_t constraints = 0, spins = 0;  ///< of the QCBO; 0 for methods without one
  std::int64_t constraint_bytes = 0;        ///< memory of all per-constraint state of a group's ranks; provenance
  std::vector<std::int64_t> confusion;      ///< [true class][predicted class] on the test split
  std::string stop_reason;                  ///< one sentence
  double wall_seconds = 0, data_seconds = 0;
};

}  // namespace isinglass
