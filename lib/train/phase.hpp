#pragma once

#include "train/anneal/move_data.hpp"
#include "train/incumbent.hpp"
#include "train/input.hpp"

#include <memory>
#include <optional>
#include <string>

namespace isinglass::train {

/// Work that the phases of one training share, made once.
class TrainingContext {
public:
  explicit TrainingContext(const TrainingInput& given) : input(given) {}
  const TrainingInput& input;
  /// The training samples as moves read them; made by the first phase that asks. Collective over grid.group.
  [[nodiscard]] const MoveData& move_data();

private:
  std::optional<MoveData> move_data_;
};

/// Outcome of a step of a phase.
struct PhaseStep {
  bool was_cut = false;  ///< a rank was asked to stop in the middle of it: `save` gives the state before it
  std::optional<HistoryRow> row = {};  ///< what to record; phases of many short steps do not fill one in each
  Keep keep = Keep::when_due;
};

/// Outcome of a phase besides its incumbent.
struct PhaseEnd {
  double objective = 0;     ///< exact loss of the incumbent by the network's own loss, summed over the samples
  std::string stop_reason;  ///< one sentence
  std::int64_t constraint_bytes = 0;  ///< per-constraint state over all ranks of a group; 0 without constraints
};

/// One stretch of a training: steps of one algorithm that make one incumbent better. The loop (loop.cpp) alone reports,
/// records the history, saves and stops. All members but the accessors are collective over grid.world.
class Phase {
public:
  Phase(TrainingContext& context, config::PhaseName name, std::int64_t steps)
      : context_(context), input_(context.input), incumbent_(context.input), name_(name), steps_(steps) {}
  virtual ~Phase() = default;

  /// Begins with a network: the incumbent of the phase before, or random weights.
  virtual void start(const network::NetworkBits& network) = 0;
  /// Begins after the steps of a state that `save` gave.
  void resume(const TrainingState& state);
  /// Makes one step.
  [[nodiscard]] virtual PhaseStep step() = 0;
  /// The state from which `resume` goes on with the next step, bit by bit as if nothing had happened.
  [[nodiscard]] TrainingState save() const;
  /// Settles the incumbent and says how the phase ended.
  [[nodiscard]] virtual PhaseEnd finish() = 0;

  [[nodiscard]] virtual bool is_done() const { return steps_done_ >= steps_; }
  [[nodiscard]] const Incumbent& incumbent() const { return incumbent_; }
  [[nodiscard]] config::PhaseName name() const { return name_; }

protected:
  /// The method's own part of `resume` and `save`; steps and incumbent are there already.
  virtual void load(const TrainingState& state) = 0;
  virtual void store(TrainingState& state) const = 0;
  /// A row of the step just done, with the incumbent's numbers.
  [[nodiscard]] HistoryRow new_row() const;
  /// Whether a rank of the world was cut short. Collective.
  [[nodiscard]] bool any_rank(bool was_cut) const { return input_.grid.world.any(was_cut); }

  TrainingContext& context_;
  const TrainingInput& input_;
  Incumbent incumbent_;
  config::PhaseName name_;
  std::int64_t steps_;           ///< at most
  std::int64_t steps_done_ = 0;  ///< those before this start included
};

[[nodiscard]] std::unique_ptr<Phase> make_qcgd(TrainingContext& context, std::int64_t steps);
[[nodiscard]] std::unique_ptr<Phase> make_annealing(TrainingContext& context, config::PhaseName name,
                                                    std::int64_t steps);
[[nodiscard]] std::unique_ptr<Phase> make_readout(TrainingContext& context, std::int64_t steps);
[[nodiscard]] std::unique_ptr<Phase> make_qat(TrainingContext& context, std::int64_t steps);

}  // namespace isinglass::train
