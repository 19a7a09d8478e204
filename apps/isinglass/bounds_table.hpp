#pragma once

#include "run/training_setup.hpp"

#include "run/results_file.hpp"

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace isinglass {

/// Assumptions of the user of `isinglass bounds`. Energies and objectives are in units of one output step.
struct BoundsAssumptions {
  double error = 0.05;       ///< allowed difference of training and true error rate
  double confidence = 0.95;  ///< probability with which the statements about random things hold
  double oracle_error = 0, oracle_deviation = 0;
  int coefficient_bits = 0;
  double read_success = 0.1;
  std::optional<double> read_seconds;
};

/// One number, with its name in --json, what it is, and its formula in docs/theory.md.
struct BoundsLine {
  std::string key, text;
  nlohmann::ordered_json value;
  std::string formula;
};

/// All bounds for one problem; `model` is a network trained on it, or null. Collective.
[[nodiscard]] std::vector<BoundsLine> bounds_table(const Config& config, const TrainingSetup& problem,
                                                   const Model* model, const BoundsAssumptions& assume,
                                                   const Communicator& world);

}  // namespace isinglass
