#include "cgal/cgal.hpp"
#include "oracles/annealing/sweeps.hpp"
#include "oracles/oracle.hpp"
#include "train/anneal/chain.hpp"
#include "train/phase.hpp"
#include "train/qcgd/duals.hpp"

#include <fmt/format.h>

#include <limits>
#include <optional>

namespace isinglass::train {

namespace {

/// Quantum conditional gradient descent on the augmented Lagrangian of the lifted QCBO (lib/cgal): at iteration t the
/// oracle minimises loss + sum_c (y_c + beta_t v_c) P_c, and its atom moves images and multipliers. Every atom is
/// completed by a forward pass; the best completed one is the incumbent.
class Qcgd final : public Phase {
public:
  Qcgd(TrainingContext& context, std::int64_t steps);
  void start(const network::NetworkBits& network) override;
  [[nodiscard]] PhaseStep step() override;
  [[nodiscard]] PhaseEnd finish() override;
  [[nodiscard]] bool is_done() const override { return has_converged_ || Phase::is_done(); }

private:
  /// An oracle answer: its weights, the penalised energy with the best segments found for them, and its completion.
  struct Atom {
    network::NetworkBits bits, completed;
    double energy = std::numeric_limits<double>::infinity();
    double objective = 0;  ///< exact loss of the forward pass of `bits`
  };

  void load(const TrainingState& state) override;
  void store(TrainingState& state) const override;
  [[nodiscard]] std::optional<Atom> call_oracle();
  [[nodiscard]] std::optional<Atom> ask_replica(int replica);
  [[nodiscard]] std::optional<network::NetworkBits> complete(const network::NetworkBits& bits);
  void set_start();
  /// The iteration under way, from 1.
  [[nodiscard]] std::int64_t iteration() const { return steps_done_ + 1; }
  void turn_to(Atom& atom);

  const config::QcgdConfig& settings_;
  const parallel::Communicator& group_;
  energy::StructuredState state_;
  NetworkDuals duals_;
  std::unique_ptr<oracles::Oracle> oracle_;
  Chain chain_;                      // of the descents
  std::vector<WeightedAtom> atoms_;  // X, their convex combination
  double objective_image_ = 0;       // f(X): the weighted mean of the atoms' losses
  network::NetworkBits start_;       // weights from which the next oracle call starts: the last completed atom
  bool has_converged_ = false;
};

Qcgd::Qcgd(TrainingContext& context, std::int64_t steps)
    : Phase(context, config::PhaseName::qcgd, steps),
      settings_(input_.config.qcgd),
      group_(input_.grid.group),
      state_(energy::make_state(input_.architecture, input_.data.train, input_.reach,
                                {settings_.margin, settings_.output_margin}, group_)),
      duals_(state_, static_cast<double>(input_.data.train.global_size), settings_.initial_multiplier, group_),
      oracle_(oracles::make_oracle(input_.config, state_, group_)),
      chain_(input_, context.move_data(), settings_.output_margin, config::MoveLoss::own) {}

/// Offers an initial network, so that the answer is never worse; a random one is not worth its forward pass.
void Qcgd::start(const network::NetworkBits& network) {
  start_ = network;
  if (!config::has_initial(input_.config)) return;
  chain_.set(network);
  incumbent_.offer(network, chain_.objective(), chain_.correct());
}

/// State that the next iteration starts from. The state of the oracle follows from it.
void Qcgd::store(TrainingState& state) const {
  state.current = {start_};
  state.atoms = atoms_;
  state.objective_image = objective_image_;
  state.duals = duals_.to_records(state_, input_.data.train);
}

void Qcgd::load(const TrainingState& state) {
  incumbent_.offer(state.incumbent, state.incumbent_objective);
  start_ = state.current.front();
  atoms_ = state.atoms;
  objective_image_ = state.objective_image;
  duals_.load(state.duals, state_);
}

/// The state at the start's forward pass. Mostly the last descent has ended there, and the first layer need not be
/// summed again.
void Qcgd::set_start() {
  energy::set_forward(state_, start_,
                      chain_.bits() == start_ ? chain_.state().first_z() : std::span<const std::int16_t>());
}

/// The oracle chose the weights for the segments it wanted, so a short descent fits them to the segments that really
/// come out. The state is at the forward pass of `bits`. Returns nothing if a rank was asked to stop.
std::optional<network::NetworkBits> Qcgd::complete(const network::NetworkBits& bits) {
  if (settings_.descent_sweeps == 0) return bits;
  chain_.set(bits, energy::layer_z(state_.layers.front()));
  for (int sweep = 1; sweep <= settings_.descent_sweeps; ++sweep)
    if (!chain_.sweep(sweep, 0.0, input_.config.anneal.final_window)) return std::nullopt;
  if (incumbent_.would_take(chain_.objective())) incumbent_.offer(chain_.bits(), chain_.objective(), chain_.correct());
  return chain_.bits();
}

/// One answer of the oracle, from the start. The forward pass makes any weights a feasible point with an exact loss;
/// the energy is that of the best segments for the multipliers. Returns nothing if a rank was asked to stop.
std::optional<Qcgd::Atom> Qcgd::ask_replica(int replica) {
  set_start();
  const auto replicas = static_cast<std::uint32_t>(input_.config.machine.replicas);
  const oracles::OracleCall call{
      input_.config.seed, static_cast<std::uint32_t>(iteration()) * replicas + static_cast<std::uint32_t>(replica)};
  if (!oracle_->answer(state_, call, input_.control.stop_is_asked)) return std::nullopt;
  energy::complete_forward(state_);
  Atom atom{.bits = state_.bits(), .completed = {}};
  atom.objective = energy::output_loss(state_, group_);
  if (incumbent_.would_take(atom.objective))
    incumbent_.offer(atom.bits, atom.objective, energy::count_correct(state_, input_.data.train, group_));
  std::optional<network::NetworkBits> completed = complete(atom.bits);
  if (!completed) return std::nullopt;
  atom.completed = std::move(*completed);
  oracles::descend_segments(state_, input_.config.seed);
  atom.energy = energy::total_energy(state_, group_);
  return atom;
}

/// The replicas of this group one after the other; then the best of all groups, with the state at its segments. Returns
/// nothing if a rank was asked to stop meanwhile: the incumbent is then what it was.
std::optional<Qcgd::Atom> Qcgd::call_oracle() {
  const Incumbent before = incumbent_;
  const std::int64_t t = iteration();
  // The full price on all rows holds the weights where they are: from random ones, the first call must not have it.
  const bool is_from_nothing = t == 1 && !config::has_initial(input_.config);
  duals_.set_prices(state_, is_from_nothing ? settings_.beta0 : cgal::cgal_beta(settings_.beta0, t), is_from_nothing);
  Atom best{.bits = start_, .completed = start_};
  bool was_cut = false;
  for (int replica = input_.grid.group_index; replica < input_.config.machine.replicas; replica += input_.grid.groups) {
    std::optional<Atom> atom = ask_replica(replica);
    was_cut = !atom;
    if (was_cut) break;
    if (atom->energy < best.energy) best = std::move(*atom);
  }
  if (any_rank(was_cut)) {
    incumbent_ = before;
    return std::nullopt;
  }
  turn_to(best);
  incumbent_.settle();
  return best;
}

/// Makes the atom that of the best group, and the state its own.
void Qcgd::turn_to(Atom& atom) {
  if (input_.grid.groups == 1 && input_.config.machine.replicas == 1) return;
  if (input_.grid.groups > 1) {
    const int root = root_of_best(input_.grid, atom.energy);
    broadcast_network(input_.grid.world, atom.bits, root);
    broadcast_network(input_.grid.world, atom.completed, root);
  }
  energy::set_forward(state_, atom.bits);
  atom.objective = energy::output_loss(state_, group_);
  oracles::descend_segments(state_, input_.config.seed);
}

PhaseStep Qcgd::step() {
  const std::optional<Atom> atom = call_oracle();
  if (!atom) return {.was_cut = true};
  const std::int64_t t = ++steps_done_;
  duals_.set_atom(state_);
  const cgal::CgalStep moved = cgal::take_step(duals_, {settings_.beta0, settings_.multiplier_cap}, t,
                                               energy::output_loss(state_, group_), objective_image_);
  cgal::add_atom(atoms_, {atom->bits}, cgal::cgal_eta(t));
  start_ = atom->completed;
  has_converged_ =
      cgal::has_converged(moved, objective_image_, {settings_.gap_tolerance, settings_.infeasibility_tolerance});
  HistoryRow row = new_row();
  row.energy = atom->energy;
  row.objective = atom->objective;
  row.violation = moved.violation;
  row.gap = moved.gap;
  const bool is_last = Phase::is_done() && !settings_.polish;
  return {.row = row, .keep = has_converged_ ? Keep::never : is_last ? Keep::always : Keep::when_due};
}

PhaseEnd Qcgd::finish() {
  incumbent_.settle();
  const std::string reason =
      has_converged_
          ? fmt::format("surrogate gap and violation are within their tolerances after {} iterations", steps_done_)
          : fmt::format("all {} iterations done", steps_);
  return {incumbent_.objective(), reason, group_.all_sum(duals_.bytes())};
}

}  // namespace

std::unique_ptr<Phase> make_qcgd(TrainingContext& context, std::int64_t steps) {
  return std::make_unique<Qcgd>(context, steps);
}

}  // namespace isinglass::train
