#include "train/loop.hpp"

#include "network/forward.hpp"
#include "train/phase.hpp"
#include "train/plan.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace isinglass::train {

namespace {

std::unique_ptr<Phase> make_phase(TrainingContext& context, const PlannedPhase& planned) {
  if (planned.name == config::PhaseName::qcgd) return make_qcgd(context, planned.steps);
  if (planned.name == config::PhaseName::readout) return make_readout(context, planned.steps);
  if (planned.name == config::PhaseName::qat) return make_qat(context, planned.steps);
  return make_annealing(context, planned.name, planned.steps);
}

/// The only loop of a training.
class Loop {
public:
  explicit Loop(const TrainingInput& input) : input_(input), context_(input) {}

  LoopEnd run() {
    if (input_.resume != nullptr) go_on_from(*input_.resume);
    end_.network =
        input_.initial != nullptr ? *input_.initial : network::starting_bits(input_.architecture, input_.config.seed);
    for (const PlannedPhase& planned : plan_of(input_.config)) {
      if (is_behind(planned.name)) continue;
      const std::unique_ptr<Phase> phase = make_phase(context_, planned);
      begin(*phase);
      if (!run(*phase)) return stopped();
      finish(*phase);
    }
    end_.stop_reason = reason();
    return std::move(end_);
  }

private:
  /// Steps until the phase is done; false if the run was stopped on the way.
  bool run(Phase& phase) {
    const Snapshot snapshot = [&] {
      TrainingState state = phase.save();
      state.finished = finished_;
      state.history = end_.history;
      return state;
    };
    while (!phase.is_done()) {
      const PhaseStep step = phase.step();
      if (step.was_cut) {
        input_.control.interrupted(snapshot);
        return false;
      }
      if (step.row) record(*step.row);
      if (step.keep != Keep::never && input_.control.iteration_done(snapshot, step.keep)) return false;
    }
    return true;
  }

  void begin(Phase& phase) const {
    if (input_.resume != nullptr && input_.resume->is_in(phase.name()))
      phase.resume(*input_.resume);
    else
      phase.start(end_.network);
  }

  void record(const HistoryRow& row) {
    end_.history.push_back(row);
    if (input_.report) input_.report(row);
  }

  void finish(Phase& phase) {
    const PhaseEnd end = phase.finish();
    finished_.push_back({std::string(name_of(phase.name())), end.stop_reason, end.constraint_bytes});
    end_.network = phase.incumbent().bits();
    end_.objective = end.objective;
    end_.train_accuracy = phase.incumbent().train_accuracy();
    end_.validation_accuracy = phase.incumbent().validation_accuracy();
    end_.constraint_bytes = std::max(end_.constraint_bytes, end.constraint_bytes);
  }

  void go_on_from(const TrainingState& state) {
    finished_ = state.finished;
    end_.history = state.history;
    for (const FinishedPhase& phase : finished_)
      end_.constraint_bytes = std::max(end_.constraint_bytes, phase.constraint_bytes);
  }

  /// Whether the state that the run goes on from has this phase behind it.
  [[nodiscard]] bool is_behind(config::PhaseName name) const {
    return std::ranges::find(finished_, name_of(name), &FinishedPhase::phase) != finished_.end();
  }

  [[nodiscard]] std::string reason() const {
    if (finished_.size() == 1) return finished_.front().stop_reason;
    std::string text;
    for (const FinishedPhase& phase : finished_)
      text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", phase.phase, phase.stop_reason);
    return text;
  }

  [[nodiscard]] static LoopEnd stopped() {
    LoopEnd end;
    end.was_stopped = true;
    return end;
  }

  const TrainingInput& input_;
  TrainingContext context_;
  std::vector<FinishedPhase> finished_;
  LoopEnd end_;
};

}  // namespace

LoopEnd run_phases(const TrainingInput& input) { return Loop(input).run(); }

}  // namespace isinglass::train
