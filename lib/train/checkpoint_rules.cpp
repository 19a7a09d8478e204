#include "train/checkpoint_rules.hpp"

#include "base/error.hpp"
#include "cgal/cgal.hpp"
#include "train/plan.hpp"
#include "train/qat/batches.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace isinglass::train {

namespace {

template <class... Values>
void expect(bool condition, fmt::format_string<Values...> text, Values&&... values) {
  if (!condition) throw InputError(fmt::format(text, std::forward<Values>(values)...));
}

void expect_count(const char* where, std::int64_t found, std::int64_t expected) {
  expect(found == expected, "{}: {} instead of {}", where, found, expected);
}

/// The index of the checkpoint's phase.
std::size_t expect_phase(const TrainingState& checkpoint, const std::vector<PlannedPhase>& phases) {
  const auto phase = std::ranges::find_if(phases, [&](const auto& p) { return checkpoint.is_in(p.name); });
  expect(phase != phases.end(), "/state: phase \"{}\", which a run of this configuration has not", checkpoint.phase);
  expect(checkpoint.iteration >= 0 && checkpoint.iteration <= phase->steps,
         "/state: iteration {} of phase {} is outside 0 .. {}", checkpoint.iteration, checkpoint.phase, phase->steps);
  return static_cast<std::size_t>(phase - phases.begin());
}

/// The weights follow from their number: each step multiplies the earlier ones by 1 - eta and adds eta = 2 / (t + 1).
void expect_atoms(const TrainingState& checkpoint) {
  const std::int64_t atoms = checkpoint.is_in(config::PhaseName::qcgd) ? checkpoint.iteration : 0;
  expect_count("/atoms: number of atoms", std::ssize(checkpoint.atoms), atoms);
  constexpr double rounding = 1e-9;
  double later = 1;  // what the steps behind an atom leave of its weight
  for (std::int64_t t = atoms; t >= 1; --t) {
    const double eta = cgal::cgal_eta(t), weight = checkpoint.atoms[static_cast<std::size_t>(t - 1)].weight;
    expect(std::abs(weight - eta * later) <= rounding, "/atoms/weights: weight {} is {} instead of {}", t - 1, weight,
           eta * later);
    later *= 1 - eta;
  }
}

void expect_networks(const TrainingState& checkpoint, const config::Config& config,
                     const network::Architecture& architecture) {
  const bool is_chain = checkpoint.is_in(config::PhaseName::anneal) || checkpoint.is_in(config::PhaseName::polish);
  expect_count("/current: number of networks", std::ssize(checkpoint.current),
               is_chain ? config.parallel.replica_groups : 1);
  const std::int64_t hidden = std::ssize(architecture.layers) - 1;
  expect_count("/duals: number of layers", std::ssize(checkpoint.duals),
               checkpoint.is_in(config::PhaseName::qcgd) ? hidden : 0);
}

/// The phases before the checkpoint's, in order.
void expect_finished(const TrainingState& checkpoint, const std::vector<PlannedPhase>& phases, std::size_t phase) {
  const auto is_planned = [](const FinishedPhase& found, const PlannedPhase& planned) {
    return found.phase == name_of(planned.name);
  };
  std::vector<std::string_view> names;
  for (const FinishedPhase& found : checkpoint.finished) names.push_back(found.phase);
  expect(std::ranges::equal(checkpoint.finished, std::span(phases).first(phase), is_planned),
         "/state: the phases that have a stop reason ({}) are not those before {}", fmt::join(names, ", "),
         checkpoint.phase);
}

/// Loss, correct and size of one split.
void expect_assessment(const TrainingState& checkpoint, std::size_t at, std::size_t size) {
  const std::int64_t correct = checkpoint.incumbent_counts[at + 1], total = checkpoint.incumbent_counts[at + 2];
  expect_count("/qat/incumbent_counts: samples", total, static_cast<std::int64_t>(size));
  expect(correct >= 0 && correct <= total, "/qat/incumbent_counts: {} of {} samples are correct", correct, total);
}

void expect_qat(const TrainingState& checkpoint, const config::Config& config,
                const network::Architecture& architecture, const data::DataSplits& data) {
  const bool is_qat = checkpoint.is_in(config::PhaseName::qat);
  expect_count("/qat/latents: number", std::ssize(checkpoint.latents),
               is_qat ? network::parameter_count(architecture) : 0);
  const auto batches = qat::batch_count(data.train.global_size, static_cast<std::size_t>(config.qat.batch));
  expect_count("/state: gradient_steps", checkpoint.gradient_steps,
               is_qat ? checkpoint.iteration * static_cast<std::int64_t>(batches) : 0);
  expect_count("/qat/incumbent_counts: number", std::ssize(checkpoint.incumbent_counts), is_qat ? 6 : 0);
  expect(std::ranges::all_of(checkpoint.gradient_square, [](double square) { return square >= 0; }),
         "/qat/gradient_square: a negative value");
  if (!is_qat) return;
  expect_assessment(checkpoint, 0, data.validation.global_size);
  expect_assessment(checkpoint, 3, data.train.global_size);
}

/// Rows in the order of the phases, and none from after the checkpoint. QCGD, readouts and QAT write one every step.
void expect_history(const TrainingState& checkpoint, const std::vector<PlannedPhase>& phases, std::size_t last_phase) {
  std::size_t phase = 0;
  std::int64_t iteration = 0;
  double seconds = 0;
  for (const HistoryRow& row : checkpoint.history) {
    if (phase < last_phase && row.phase != name_of(phases[phase].name)) {
      ++phase;
      iteration = 0;
    }
    const std::int64_t most = phase == last_phase ? checkpoint.iteration : phases[phase].steps;
    expect(row.phase == name_of(phases[phase].name), "/history/phase: \"{}\" where {} is", row.phase,
           name_of(phases[phase].name));
    expect(row.iteration > iteration && row.iteration <= most, "/history/iteration: {} behind {}, at most {}",
           row.iteration, iteration, most);
    expect(std::isfinite(row.wall_seconds) && row.wall_seconds >= seconds && row.wall_seconds < 1e9,
           "/provenance/history_wall_seconds: {} behind {}", row.wall_seconds, seconds);
    iteration = row.iteration;
    seconds = row.wall_seconds;
  }
  const bool has_row_per_step = checkpoint.is_in(config::PhaseName::qcgd) ||
                                checkpoint.is_in(config::PhaseName::readout) ||
                                checkpoint.is_in(config::PhaseName::qat);
  if (!has_row_per_step) return;
  const auto rows =
      std::ranges::count_if(checkpoint.history, [&](const HistoryRow& row) { return row.phase == checkpoint.phase; });
  expect_count("/history: rows", rows, checkpoint.iteration);
  if (checkpoint.history.empty()) return;
  const double objective = checkpoint.history.back().incumbent_objective;
  expect(objective == checkpoint.incumbent_objective,
         "/state: incumbent_objective {}, but {} in the last row of the history", checkpoint.incumbent_objective,
         objective);
}

}  // namespace

std::int64_t step_of(const TrainingState& checkpoint, const config::Config& config) {
  std::int64_t steps = checkpoint.iteration;
  for (const PlannedPhase& phase : plan_of(config)) {
    if (checkpoint.is_in(phase.name)) break;
    steps += phase.steps;
  }
  return steps;
}

void expect_possible(const TrainingState& checkpoint, const config::Config& config,
                     const network::Architecture& architecture, const data::DataSplits& data) {
  const std::vector<PlannedPhase> phases = plan_of(config);
  const std::size_t phase = expect_phase(checkpoint, phases);
  expect_atoms(checkpoint);
  expect_finished(checkpoint, phases, phase);
  expect_networks(checkpoint, config, architecture);
  expect_qat(checkpoint, config, architecture, data);
  expect_history(checkpoint, phases, phase);
}

}  // namespace isinglass::train
