#include "train/qcgd/qcgd.hpp"

#include "oracles/annealing/annealing_oracle.hpp"
#include "oracles/dynamics/dynamics_oracle.hpp"
#include "oracles/subproblems/subproblem_oracle.hpp"
#include "qcbo/fip.hpp"
#include "train/anneal/anneal.hpp"
#include "train/incumbent.hpp"
#include "train/qcgd/multipliers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace isinglass {

namespace {

/// The loop's state and the fixed things it works on. Iterations count from t = 1.
class Qcgd {
public:
  Qcgd(const TrainingInput& input, std::vector<HistoryRow>& history);
  SolveOutcome solve();

private:
  /// An oracle answer: its weights, the penalised energy with the best segments found for them, and its completion.
  struct Atom {
    NetworkBits bits, completed;
    double energy = std::numeric_limits<double>::infinity();
  };
  /// What a step measured.
  struct StepReport {
    double objective = 0, gap = 0;
  };

  [[nodiscard]] std::optional<Atom> call_oracle(int t);
  [[nodiscard]] bool answer(const SweepKey& key);
  [[nodiscard]] std::optional<NetworkBits> complete(const NetworkBits& bits);
  [[nodiscard]] StepReport step(int t, const Atom& atom);
  void move_duals(int t, double eta);
  void move_atoms(const NetworkBits& bits, double eta);
  void record(int t, const Atom& atom, const StepReport& report);
  [[nodiscard]] TrainingState checkpoint(int t) const;
  void resume(const TrainingState& checkpoint);
  [[nodiscard]] bool converged(const StepReport& report) const;
  [[nodiscard]] double beta(int t) const { return settings_.beta0 * std::sqrt(t + 1.0); }

  const TrainingInput& input_;
  const QcgdConfig& settings_;
  const Communicator& group_;
  std::vector<HistoryRow>& history_;
  std::vector<InputPair> pairs_;  // of the descents' swaps
  StructuredState state_;
  std::vector<LayerDuals> duals_;
  double image_diameter_square_ = 0;  // sum_c (largest P_c)^2
  double constraints_ = 0;
  std::vector<WeightedAtom> atoms_;  // X, their convex combination
  double objective_image_ = 0;       // f(X): the weighted mean of the atoms' losses
  double violation_ = 0;             // rms of v
  Incumbent incumbent_;
  int iterations_done_ = 0;  // before this start
  NetworkBits start_;        // weights from which the next oracle call starts: the last completed atom
};

Qcgd::Qcgd(const TrainingInput& input, std::vector<HistoryRow>& history)
    : input_(input),
      settings_(input.config.qcgd),
      group_(input.grid.group),
      history_(history),
      pairs_(similar_inputs(input.data.train, input.config.anneal.swap_neighbours, input.grid.group)),
      state_(make_state(input.architecture, input.data.train, propagate_intervals(input.architecture, input.data.train),
                        {settings_.margin, settings_.output_margin}, group_)),
      duals_(make_duals(state_, settings_.initial_multiplier)),
      incumbent_(input),
      start_(starting_bits(input.architecture, input.config.seed)) {
  for (std::size_t l = 0; l < duals_.size(); ++l) {
    const LayerState& layer = state_.layers[l];
    const double count = layer.layer->units * static_cast<double>(input.data.train.global_size);
    image_diameter_square_ += count * std::pow(layer.range.largest_distance / layer.layer->rms, 4);
    constraints_ += count;
  }
  if (input.resume != nullptr) resume(*input.resume);
}

/// What iteration t + 1 starts from. The state of the oracle follows from it.
TrainingState Qcgd::checkpoint(int t) const {
  TrainingState checkpoint;
  checkpoint.phase = "qcgd";
  checkpoint.iteration = t;
  checkpoint.incumbent = incumbent_.bits();
  checkpoint.incumbent_objective = incumbent_.objective();
  checkpoint.current = {start_};
  checkpoint.atoms = atoms_;
  checkpoint.objective_image = objective_image_;
  checkpoint.duals = to_records(duals_, state_, input_.data.train);
  checkpoint.history = history_;
  return checkpoint;
}

void Qcgd::resume(const TrainingState& checkpoint) {
  iterations_done_ = static_cast<int>(checkpoint.iteration);
  incumbent_.offer(checkpoint.incumbent, checkpoint.incumbent_objective);
  start_ = checkpoint.current.front();
  atoms_ = checkpoint.atoms;
  objective_image_ = checkpoint.objective_image;
  duals_ = from_records(checkpoint.duals, state_);
}

/// The forward pass makes any weights a feasible point with an exact loss. The oracle chose the weights for the segments
/// it wanted, so a short descent then fits them to the segments that really come out. Nothing if a rank was asked to stop.
std::optional<NetworkBits> Qcgd::complete(const NetworkBits& bits) {
  set_forward(state_, bits);
  incumbent_.offer(bits, output_loss(state_, group_));
  if (settings_.descent_sweeps == 0) return bits;
  std::optional<Descent> descent = descend(input_, bits, settings_.output_margin, settings_.descent_sweeps, pairs_);
  if (!descent) return std::nullopt;
  incumbent_.offer(descent->bits, descent->objective);
  return std::move(descent->bits);
}

/// Asks the machine, with the whole problem or with small ones; false if a rank was asked to stop.
bool Qcgd::answer(const SweepKey& key) {
  const MachineConfig& machine = input_.config.machine;
  const auto& stop_is_asked = input_.control.stop_is_asked;
  if (machine.subproblems.blocks != "none")
    return SubproblemOracle(input_.config, state_, group_).answer(state_, key.call, stop_is_asked);
  if (has_dynamics(machine)) return answer_by_dynamics(state_, machine, key, group_, stop_is_asked);
  return anneal_structured(state_, machine, key, group_, stop_is_asked);
}

/// The replicas of this group one after the other, each from the same start; then the best of all groups. Nothing if a rank was
/// asked to stop meanwhile: the incumbent is then what it was.
std::optional<Qcgd::Atom> Qcgd::call_oracle(int t) {
  const Incumbent before = incumbent_;
  bool was_interrupted = false;
  // The first call starts from random weights, which the full price on all rows would hold where they are.
  load_multipliers(state_, duals_, t == 1 ? settings_.beta0 : beta(t), t == 1, group_);
  Atom best{start_, start_};
  const int replicas = input_.config.machine.replicas;
  for (int replica = input_.grid.group_index; replica < replicas; replica += input_.grid.groups) {
    set_forward(state_, start_);
    const SweepKey key{
        input_.config.seed,
        static_cast<std::uint32_t>(t) * static_cast<std::uint32_t>(replicas) + static_cast<std::uint32_t>(replica), 0};
    was_interrupted = !answer(key);
    if (was_interrupted) break;
    const NetworkBits bits = state_.bits();
    const std::optional<NetworkBits> completed = complete(bits);
    was_interrupted = !completed;
    if (was_interrupted) break;
    set_forward(state_, bits);
    descend_segments(state_, input_.config.seed);
    const double energy = total_energy(state_, group_);
    if (energy < best.energy) best = {bits, *completed, energy};
  }
  if (input_.grid.world.all_max(was_interrupted ? 1.0 : 0.0) > 0) {
    incumbent_ = before;
    return std::nullopt;
  }
  share_best(input_.grid, best.energy, {&best.bits, &best.completed});
  incumbent_.settle();
  return best;
}

/// Moves X and its images towards the atom, and the multipliers along the images.
Qcgd::StepReport Qcgd::step(int t, const Atom& atom) {
  StepReport report;
  set_forward(state_, atom.bits);
  report.objective = output_loss(state_, group_);
  descend_segments(state_, input_.config.seed);
  const double loss = output_loss(state_, group_), eta = 2.0 / (t + 1.0);
  report.gap = objective_image_ - loss + constraint_gap(state_, duals_, beta(t), group_);
  objective_image_ += eta * (loss - objective_image_);
  move_atoms(atom.bits, eta);
  move_duals(t, eta);
  start_ = atom.completed;
  return report;
}

/// sigma = min(beta0, CGAL's bound sigma ||v||^2 <= beta_t eta_t^2 D^2); a step past the cap on ||y|| is rejected.
void Qcgd::move_duals(int t, double eta) {
  move_images(duals_, state_, eta);
  const double square = image_square(duals_, group_);
  violation_ = std::sqrt(square / constraints_);
  double sigma = settings_.beta0;
  if (square > 0) sigma = std::min(sigma, beta(t) * eta * eta * image_diameter_square_ / square);
  const double cap = settings_.multiplier_cap;
  if (multiplier_square(duals_, sigma, group_) <= cap * cap) move_multipliers(duals_, sigma);
}

/// X <- X + eta (x - X).
void Qcgd::move_atoms(const NetworkBits& bits, double eta) {
  for (WeightedAtom& atom : atoms_) atom.weight *= 1 - eta;
  atoms_.push_back({bits, eta});
}

void Qcgd::record(int t, const Atom& atom, const StepReport& report) {
  HistoryRow row;
  row.phase = "qcgd";
  row.iteration = t;
  row.wall_seconds = input_.seconds();
  row.energy = atom.energy;
  row.objective = report.objective;
  row.incumbent_objective = incumbent_.objective();
  row.violation = violation_;
  row.gap = report.gap;
  row.train_accuracy = incumbent_.train_accuracy();
  row.validation_accuracy = incumbent_.validation_accuracy();
  history_.push_back(row);
  if (input_.report) input_.report(row);
}

bool Qcgd::converged(const StepReport& report) const {
  const double scale = std::max(1.0, std::abs(objective_image_));
  return settings_.gap_tolerance > 0 && report.gap <= settings_.gap_tolerance * scale &&
         violation_ <= settings_.infeasibility_tolerance;
}

SolveOutcome Qcgd::solve() {
  SolveOutcome outcome;
  outcome.stop_reason = fmt::format("all {} iterations done", settings_.iterations);
  for (int t = iterations_done_ + 1; t <= settings_.iterations; ++t) {
    const std::optional<Atom> atom = call_oracle(t);
    if (!atom) {
      input_.control.interrupted([&] { return checkpoint(t - 1); });
      return stopped_outcome();
    }
    const StepReport report = step(t, *atom);
    record(t, *atom, report);
    if (converged(report)) {
      outcome.stop_reason = fmt::format("surrogate gap and violation are within their tolerances after {} iterations", t);
      break;
    }
    const Keep keep = t == settings_.iterations && !settings_.polish ? Keep::always : Keep::when_due;
    if (input_.control.iteration_done([&] { return checkpoint(t); }, keep)) return stopped_outcome();
  }
  outcome.incumbent = incumbent_.bits();
  outcome.objective = incumbent_.objective();
  outcome.constraint_bytes = group_.all_sum(constraint_bytes(state_, duals_));
  return outcome;
}

}  // namespace

SolveOutcome solve_qcgd(const TrainingInput& input, std::vector<HistoryRow>& history) { return Qcgd(input, history).solve(); }

}  // namespace isinglass
