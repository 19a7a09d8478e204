#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace isinglass::train {

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
  double train_accuracy = 0,
         validation_accuracy = 0;  ///< of the incumbent, fractions (validation: NaN where there is none)
};

/// The numbers a finished run is judged by.
struct RunResults {
  std::vector<HistoryRow> history;
  double train_accuracy = 0, validation_accuracy = 0,
         test_accuracy = 0;  ///< fractions; NaN where there is no such split
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

/// How a column of the history is called.
struct HistoryField {
  const char* name;            ///< in files of HDF5
  const char* heading;         ///< in the trace, with its unit
  bool is_provenance = false;  ///< not determined by the run alone
};

/// The one list of the columns of the history: calls visit(field, member) for each, in the order of the trace.
void for_each_column(auto&& visit) {
  using Row = HistoryRow;
  visit(HistoryField{"phase", "phase"}, &Row::phase);
  visit(HistoryField{"iteration", "iteration"}, &Row::iteration);
  visit(HistoryField{"history_wall_seconds", "wall[s]", true}, &Row::wall_seconds);
  visit(HistoryField{"energy", "energy[grid]"}, &Row::energy);
  visit(HistoryField{"objective", "objective[grid]"}, &Row::objective);
  visit(HistoryField{"incumbent_objective", "incumbent_objective[grid]"}, &Row::incumbent_objective);
  visit(HistoryField{"violation", "violation[rms^2]"}, &Row::violation);
  visit(HistoryField{"gap", "gap[grid]"}, &Row::gap);
  visit(HistoryField{"train_accuracy", "train_accuracy[fraction]"}, &Row::train_accuracy);
  visit(HistoryField{"validation_accuracy", "validation_accuracy[fraction]"}, &Row::validation_accuracy);
}

/// How a number of the results is called, and what it may be.
struct ResultField {
  enum class Range {
    fraction,  ///< 0 .. 1, or NaN: there is no such split
    any,       ///< finite
    amount,    ///< finite and not negative
  };
  const char* name;  ///< in files of HDF5, tables and JSON
  Range range = Range::amount;
  bool is_provenance = false;  ///< not determined by the run alone
};

/// The one list of the numbers of a run: calls visit(field, member) for each.
void for_each_number(auto&& visit) {
  using Results = RunResults;
  using enum ResultField::Range;
  visit(ResultField{"train_accuracy", fraction}, &Results::train_accuracy);
  visit(ResultField{"validation_accuracy", fraction}, &Results::validation_accuracy);
  visit(ResultField{"test_accuracy", fraction}, &Results::test_accuracy);
  visit(ResultField{"objective", any}, &Results::objective);
  visit(ResultField{"bits_per_parameter"}, &Results::bits_per_parameter);
  visit(ResultField{"parameters"}, &Results::parameters);
  visit(ResultField{"train_samples"}, &Results::train_samples);
  visit(ResultField{"validation_samples"}, &Results::validation_samples);
  visit(ResultField{"test_samples"}, &Results::test_samples);
  visit(ResultField{"constraints"}, &Results::constraints);
  visit(ResultField{"spins"}, &Results::spins);
  visit(ResultField{"wall_seconds", amount, true}, &Results::wall_seconds);
  visit(ResultField{"data_seconds", amount, true}, &Results::data_seconds);
  visit(ResultField{"constraint_bytes", amount, true}, &Results::constraint_bytes);
}

}  // namespace isinglass::train
