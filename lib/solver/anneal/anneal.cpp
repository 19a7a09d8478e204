#include "solver/anneal/anneal.hpp"

#include "base/random.hpp"
#include "qcbo/fip.hpp"
#include "solver/anneal/unit_pass.hpp"
#include "solver/incumbent.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace isinglass {

namespace {

/// Sweeps between two looks at the incumbent's accuracies.
constexpr int report_interval = 10;

/// Flips evaluated together: whole vectors of the kernels at one end, any row at the other.
constexpr int smallest_batch = 32, largest_batch = 1024;

/// One Metropolis chain over the parameter bits of a network, its samples sharded over a group.
class Chain {
public:
  Chain(const TrainingInput& input, const AnnealPlan& plan);

  /// Proposes every parameter bit once; `window` in units of each layer's pre-activation rms. Collective over the group.
  void sweep(int number, double temperature, double window);
  /// Loss of the group's samples, in units of one output step.
  [[nodiscard]] double objective() const { return unit_ * static_cast<double>(loss_); }
  [[nodiscard]] const NetworkBits& bits() const { return state_.bits(); }

private:
  /// What the random numbers of a unit's proposals are keyed by.
  struct ProposalKey {
    std::uint32_t sweep = 0, layer_unit = 0;
  };
  void sweep_plane(const BitPlane& plane, const ProposalKey& key, double temperature);
  [[nodiscard]] bool accept(const BitPlane& plane, int input, std::int64_t change, const ProposalKey& key,
                            double temperature) const;

  const TrainingInput& input_;
  NetworkState state_;
  double unit_ = 1;        // energy per integer unit of loss
  std::int64_t loss_ = 0;  // of all shards
  UnitPass pass_{state_};
  int batch_ = smallest_batch;  // flips evaluated together
  std::vector<std::int64_t> changes_;
};

int grid_margin(const TrainingInput& input) {
  return std::max(1, static_cast<int>(std::lround(input.config.anneal.output_margin * input.architecture.layers.back().rms)));
}

Chain::Chain(const TrainingInput& input, const AnnealPlan& plan)
    : input_(input), state_(input.architecture, input.data.train, grid_margin(input), plan.start) {
  unit_ = 1 / output_step(input.architecture);
  if (input.architecture.loss == Loss::squared_hinge) unit_ /= state_.margin();
  loss_ = input.grid.group.all_sum(state_.loss());
}

bool Chain::accept(const BitPlane& plane, int input, std::int64_t change, const ProposalKey& key, double temperature) const {
  const std::uint32_t place =
      static_cast<std::uint32_t>(input) * 32U + (plane.is_bias ? 16U : 0U) + static_cast<std::uint32_t>(plane.bit);
  const auto chain = static_cast<std::uint32_t>(input_.grid.group_index);
  const double u = uniform(draw(input_.config.seed, Stream::anneal, chain, key.sweep, key.layer_unit, place)[0]);
  // Moves that change nothing are refused: they would let weights without influence drift, which costs a new evaluation
  // each and was measured to generalise worse.
  if (change == 0) return false;
  return unit_ * pass_.change_unit() * static_cast<double>(change) <= -temperature * std::log(u);
}

/// One plane of one unit. The batch of flips evaluated ahead grows while nothing is accepted and shrinks after an
/// accepted flip: that changes how much is evaluated in vain, never the chain.
void Chain::sweep_plane(const BitPlane& plane, const ProposalKey& key, double temperature) {
  const int inputs = pass_.inputs(plane);
  for (int first = 0; first < inputs;) {
    changes_.assign(static_cast<std::size_t>(std::min(batch_, inputs - first)), 0);
    pass_.evaluate(plane, first, changes_);
    input_.grid.group.all_sum(changes_);
    std::size_t at = 0;
    while (at < changes_.size() && !accept(plane, first + static_cast<int>(at), changes_[at], key, temperature)) ++at;
    if (at == changes_.size()) {
      first += static_cast<int>(at);
      batch_ = std::min(largest_batch, 2 * batch_);
      continue;
    }
    pass_.apply(plane, first + static_cast<int>(at));
    first += static_cast<int>(at) + 1;
    batch_ = std::clamp(2 * static_cast<int>(at), smallest_batch, largest_batch);
  }
}

void Chain::sweep(int number, double temperature, double window) {
  const auto& layers = input_.architecture.layers;
  for (std::size_t l = 0; l < layers.size(); ++l)
    for (int unit = 0; unit < layers[l].units; ++unit) {
      pass_.begin(l, unit, static_cast<int>(std::lround(window * layers[l].rms)));
      const ProposalKey key{static_cast<std::uint32_t>(number),
                            static_cast<std::uint32_t>(l << 24) | static_cast<std::uint32_t>(unit)};
      for (const BitPlane& plane : bit_planes(layers[l])) sweep_plane(plane, key, temperature);
    }
  loss_ = input_.grid.group.all_sum(state_.loss());
}

HistoryRow row_of(const AnnealPlan& plan, int sweep, double seconds, const Chain& chain, const Incumbent& incumbent) {
  HistoryRow row;
  row.phase = plan.phase;
  row.iteration = sweep;
  row.wall_seconds = seconds;
  row.energy = chain.objective();
  row.objective = chain.objective();
  row.incumbent_objective = incumbent.objective();
  row.train_accuracy = incumbent.train_accuracy();
  row.validation_accuracy = incumbent.validation_accuracy();
  return row;
}

/// Temperature (loss of all samples) and window of one sweep: the first falls geometrically, the second linearly.
struct Heat {
  double temperature = 0, window = 0;
};

Heat heat_of(const TrainingInput& input, const AnnealPlan& plan, int sweep) {
  const AnnealConfig& config = input.config.anneal;
  const double part = plan.sweeps > 1 ? (sweep - 1.0) / (plan.sweeps - 1.0) : 1.0;
  const double a_sample = plan.hot_temperature * std::pow(config.cold_temperature / plan.hot_temperature, part);
  return {a_sample * static_cast<double>(input.data.train.global_size),
          config.window + (config.final_window - config.window) * part};
}

}  // namespace

SolveOutcome solve_anneal(const TrainingInput& input, const AnnealPlan& plan, std::vector<HistoryRow>& history) {
  const AnnealConfig& config = input.config.anneal;
  check_grid(input.architecture, propagate_intervals(input.architecture, input.data.train),
             std::max({config.output_margin, 2 * config.window, 2 * config.final_window}));
  Chain chain(input, plan);
  Incumbent incumbent(input);
  incumbent.offer(chain.bits(), chain.objective());
  for (int sweep = 1; sweep <= plan.sweeps; ++sweep) {
    const Heat heat = heat_of(input, plan, sweep);
    chain.sweep(sweep, heat.temperature, heat.window);
    incumbent.offer(chain.bits(), chain.objective());
    if (sweep % report_interval != 0 && sweep != plan.sweeps) continue;
    incumbent.settle();
    history.push_back(row_of(plan, sweep, input.seconds(), chain, incumbent));
    if (input.report) input.report(history.back());
  }
  incumbent.settle();
  return {incumbent.bits(), incumbent.objective(), fmt::format("all {} sweeps done", plan.sweeps), 0};
}

}  // namespace isinglass
