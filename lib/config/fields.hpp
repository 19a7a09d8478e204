#pragma once

#include "config/config.hpp"
#include "config/rule.hpp"

#include <concepts>
#include <type_traits>

/// The one list of configuration keys. Reading, unknown-key errors, printed defaults, the resolved copy and
/// the comparison of two runs are all visitors of it: a new parameter is a struct member and a line here.
///
/// A visitor has three members: field(key, value, rule, help) for a single value, section(key, structure, help)
/// and list(key, structures, help) for nested structures, in which it calls visit_fields again.
namespace isinglass {

/// A structure of type T, or a constant one.
template <class S, class T>
concept Structure = std::same_as<std::remove_const_t<S>, T>;

template <class V, Structure<DataConfig> S>
void visit_fields(V& v, S& s) {
  v.field("dataset", s.dataset, one_of({"fashion-mnist", "idx"}), "idx: the four files of the MNIST layout in `directory`");
  v.field("directory", s.directory, anything(),
          "folder of the IDX files, plain or .gz; empty: where the Debian package puts them");
  v.field("classes", s.classes, anything().or_word("all"), "list of class numbers or names");
  v.field("train_samples", s.train_samples, at_least(2).or_word("all"), "training plus validation samples, a balanced subset");
  v.field("validation_fraction", s.validation_fraction, between(0, 0.9), "part of train_samples held out of training");
  v.field("pool", s.pool, between(1, 28), "average pooling window, pixels");
  v.field("levels", s.levels, between(2, 128), "integer levels of an input");
}

template <class V, Structure<LayerConfig> S>
void visit_fields(V& v, S& s) {
  v.field("units", s.units, between(1, 65536), "neurons");
  v.field("activation", s.activation, one_of(activation_names()), "table: the user's own, from `points`");
  v.field("segments", s.segments, between(2, 64),
          "pieces of the activation's spline; sign has 2; hard_tanh with 3 has 3 levels");
  v.field("range", s.range, above(0).or_word("reachable"),
          "knots lie within +-range and what is reachable, in units of the pre-activation rms");
  v.field("degree", s.degree, between(0, 1), "of the spline's pieces: 0 constant, 1 linear");
  v.field("knots", s.knots, one_of({"uniform", "equalized"}), "equalized: all pieces have the same error");
  v.field("points", s.points, anything(),
          "of activation table: list of [x, y], x ascending in units of the pre-activation rms");
  v.field("weights", s.weights, one_of(codebook_names()), "values a weight may take");
  v.field("bias", s.bias, one_of(codebook_names()), "values a bias may take");
}

template <class V, Structure<OutputLayerConfig> S>
void visit_fields(V& v, S& s) {
  v.field("weights", s.weights, one_of(codebook_names()), "values a weight may take");
  v.field("bias", s.bias, one_of(codebook_names()), "values a bias may take");
  v.field("loss", s.loss, one_of(loss_names()), "cross_entropy: of each output against the others, the same as logistic");
  v.field("loss_segments", s.loss_segments, between(2, 64), "pieces of the spline of logistic and cross_entropy");
  v.field("loss_degree", s.loss_degree, between(0, 2), "of these pieces");
}

template <class V, Structure<NetworkConfig> S>
void visit_fields(V& v, S& s) {
  v.list("hidden", s.hidden, "one entry a hidden layer");
  v.section("output", s.output, "the linear output layer: one output for two classes, else one a class");
}

template <class V, Structure<QcgdConfig> S>
void visit_fields(V& v, S& s) {
  v.field("iterations", s.iterations, at_least(1).may_grow(),
          "outer iterations, one oracle call each; a continued run may raise it");
  v.field("beta0", s.beta0, above(0), "penalty scale: beta_t = beta0 sqrt(t+1)");
  v.field("initial_multiplier", s.initial_multiplier, at_least(0),
          "y of every constraint at the start: a price on rows that no atom has violated yet");
  v.field("margin", s.margin, above(0), "segments are shrunk by this from their knots, in units of the pre-activation rms");
  v.field("output_margin", s.output_margin, above(0), "margin of the loss, in units of a random network's output rms");
  v.field("multiplier_cap", s.multiplier_cap, above(0), "a dual step that takes the norm of y past this is rejected");
  v.field("gap_tolerance", s.gap_tolerance, at_least(0),
          "stop when the surrogate gap relative to the objective is below; 0: never");
  v.field("infeasibility_tolerance", s.infeasibility_tolerance, at_least(0), "... and the rms violation is below");
  v.field("descent_sweeps", s.descent_sweeps, at_least(0),
          "single-flip descent on the network's own loss (at anneal.final_window) that completes an oracle's answer; 0: "
          "forward pass alone");
  v.field("polish", s.polish, anything(), "finish with FIP-consistent annealing (section anneal) from the best network");
}

template <class V, Structure<SubproblemConfig> S>
void visit_fields(V& v, S& s) {
  v.field("blocks", s.blocks, one_of({"none", "neurons"}),
          "none: an oracle call is one problem; neurons: many, of the bits of one neuron given the rest");
  v.field("rounds", s.rounds, at_least(1), "passes over all neurons an oracle call");
  v.field("reads", s.reads, at_least(1), "of each problem; the best by the true energy counts");
}

template <class V, Structure<WholeConfig> S>
void visit_fields(V& v, S& s) {
  v.field("time_step", s.time_step, at_least(0).or_word("auto"), "dt of a step; auto: by kind");
  v.field("strength", s.strength, at_least(0).or_word("auto"),
          "of the forces, which are normalised layer by layer; auto: by kind");
  v.field("sample_interval", s.sample_interval, at_least(1), "steps between two looks at the energy of the signs");
}

template <class V, Structure<SaConfig> S>
void visit_fields(V& v, S& s) {
  v.field("sweeps", s.sweeps, at_least(1), "sweeps of a read that does not say how many");
  v.field("hot_temperature", s.hot_temperature, above(0).or_word("automatic"),
          "first temperature, in units of energy; automatic: from the quantiles of the local fields");
  v.field("cold_temperature", s.cold_temperature, above(0).or_word("automatic"), "last temperature, same units");
  v.field("cooling", s.cooling, one_of({"geometric", "linear"}), "from hot to cold; linear: in T");
}

template <class V, Structure<BifurcationConfig> S>
void visit_fields(V& v, S& s) {
  v.field("steps", s.steps, at_least(1), "full field evaluations a read");
  v.field("time_step", s.time_step, above(0), "dt");
  v.field("strength", s.strength, above(0), "of the couplings, in units of one over the rms local field of random spins");
  v.field("strength_spread", s.strength_spread, between(0, 1), "each read draws its strength within this share of it");
  v.field("sample_interval", s.sample_interval, at_least(1), "steps between two looks at the signs; dsb looks at every step");
}

template <class V, Structure<CimConfig> S>
void visit_fields(V& v, S& s) {
  v.field("steps", s.steps, at_least(1), "round trips a read");
  v.field("time_step", s.time_step, above(0), "dt of a round trip");
  v.field("first_gain", s.first_gain, anything(), "pump minus loss at the start");
  v.field("last_gain", s.last_gain, anything(), "... and at the end; linear between");
  v.field("coupling", s.coupling, above(0), "feedback, in units of one over the rms local field of random spins");
  v.field("coupling_spread", s.coupling_spread, between(0, 1), "each read draws its coupling within this share of it");
  v.field("noise", s.noise, at_least(0), "sigma of a measured amplitude");
  v.field("limit", s.limit, above(0), "amplitudes are clipped here");
  v.field("sample_interval", s.sample_interval, at_least(1), "steps between two looks at the signs");
}

template <class V, Structure<CacConfig> S>
void visit_fields(V& v, S& s) {
  v.field("steps", s.steps, at_least(1), "round trips a read");
  v.field("time_step", s.time_step, above(0), "dt of a round trip");
  v.field("gain", s.gain, anything(), "pump minus loss");
  v.field("coupling", s.coupling, above(0), "feedback, in units of one over the rms local field of random spins");
  v.field("coupling_spread", s.coupling_spread, between(0, 1), "each read draws its coupling within this share of it");
  v.field("saturation", s.saturation, at_least(0), "mu, of the cubic term");
  v.field("target", s.target, above(0), "alpha: squared amplitude at the best energy");
  v.field("target_swing", s.target_swing, at_least(0), "rho: more squared amplitude far above the best energy");
  v.field("sensitivity", s.sensitivity, at_least(0), "delta, per rms coupling above the best energy");
  v.field("rate_growth", s.rate_growth, at_least(0), "gamma: growth of xi, the rate of the error variables");
  v.field("patience", s.patience, above(0), "tau: time without improvement after which xi starts from 0");
  v.field("noise", s.noise, at_least(0), "sigma of a measured amplitude");
  v.field("sample_interval", s.sample_interval, at_least(1), "steps between two looks at the signs");
}

template <class V, Structure<TabuConfig> S>
void visit_fields(V& v, S& s) {
  v.field("sweeps", s.sweeps, at_least(1), "iterations a read, each of which looks at all moves");
  v.field("tenure", s.tenure, at_least(0).or_word("auto"),
          "iterations for which a flipped spin stays as it is, plus 1 to 10 at random; auto: spins / 100");
  v.field("patience", s.patience, at_least(0).or_word("auto"),
          "iterations without improvement that end a search; auto: 5 times the spins");
  v.field("elite", s.elite, between(1, 1000), "best states that path relinking links with each other; 1: restarts alone");
}

template <class V, Structure<TemperingConfig> S>
void visit_fields(V& v, S& s) {
  v.field("sweeps", s.sweeps, at_least(1), "sweeps of each replica a read");
  v.field("temperatures", s.temperatures, between(1, 1000), "replicas at falling temperatures (twice as many with clusters)");
  v.field("hot_temperature", s.hot_temperature, at_least(0).or_word("auto"), "of the first replica, in units of the energy");
  v.field("cold_temperature", s.cold_temperature, at_least(0).or_word("auto"), "of the last replica, same units");
  v.field("adapt", s.adapt, anything(), "move the temperatures in a read's first half so that all neighbours exchange alike");
  v.field("cluster_moves", s.cluster_moves, one_of({"auto", "on", "off"}),
          "isoenergetic cluster moves between two sets of replicas; auto: up to 4 couplings a spin");
}

template <class V, Structure<GroupConfig> S>
void visit_fields(V& v, S& s) {
  v.field("swaps", s.swaps, anything(), "annealing and tempering also exchange the values of two groups of one size");
}

template <class V, Structure<ExternalConfig> S>
void visit_fields(V& v, S& s) {
  v.field("command", s.command, anything(), "run by /bin/sh; {problem}, {spins}, {reads}, {sweeps}, {seed} are filled in");
  v.field("format", s.format, one_of({"ising", "qubo"}), "of the problem file, both in COO lines: docs/machines.md");
  v.field("time_limit_seconds", s.time_limit_seconds, above(0), "of one call; then its process group is killed");
  v.field("reads_per_call", s.reads_per_call, at_least(1), "at most");
  v.field("sweeps", s.sweeps, at_least(1), "what {sweeps} stands for");
  v.field("descent", s.descent, anything(), "end each answer by single-flip descent");
}

template <class V, Structure<HardwareConfig> S>
void visit_fields(V& v, S& s) {
  v.field("coefficient_bits", s.coefficient_bits, between(0, 24).or_word("exact"),
          "signed, of couplings and fields, scaled to the largest one; 1 is refused");
  v.field("fields", s.fields, one_of({"ancilla", "direct"}), "ancilla: as couplings to one more spin");
  v.field("field_noise", s.field_noise, at_least(0),
          "sigma of each read's noise on fields, relative to the largest coefficient");
  v.field("spin_budget", s.spin_budget, at_least(0).or_word("unlimited"),
          "most spins of one call, the ancilla included; larger problems are solved by sub-problems");
  v.field("rounds", s.rounds, at_least(0).or_word("auto"), "sub-problems a read; auto: eight times what covers the spins once");
  v.field("reads_per_subproblem", s.reads_per_subproblem, at_least(1), "of which the best is taken");
}

template <class V, Structure<MachineConfig> S>
void visit_fields(V& v, S& s) {
  v.field("kind", s.kind, one_of({"sa", "bsb", "dsb", "cim", "cac", "tabu", "pt", "enumeration", "external"}),
          "sa, bsb, dsb, cim, cac: the whole problem or sub-problems; the others: sub-problems");
  v.field("sweeps", s.sweeps, at_least(1), "sweeps a read");
  v.field("replicas", s.replicas, at_least(1), "reads an oracle call");
  v.field("hot_temperature", s.hot_temperature, above(0), "first temperature of segment moves, in units of one output step");
  v.field("cold_temperature", s.cold_temperature, above(0), "last temperature, same units");
  v.field("weight_temperature_ratio", s.weight_temperature_ratio, above(0), "weight moves see the temperature times this");
  v.section("subproblems", s.subproblems, "oracle calls as many small dense Ising problems, for machines of few spins");
  v.section("whole", s.whole,
            "oracle calls as one problem, by the dynamics of bsb, dsb, cim and cac; machine.sweeps counts the steps");
  v.section("sa", s.sa, "simulated annealing of Ising problems");
  v.section("bsb", s.bsb, "ballistic simulated bifurcation");
  v.section("dsb", s.dsb, "discrete simulated bifurcation");
  v.section("cim", s.cim, "coherent Ising machine, mean field with measurement noise");
  v.section("cac", s.cac, "coherent Ising machine with chaotic amplitude control");
  v.section("groups", s.groups, "moves of one-hot groups");
  v.section("pt", s.pt, "parallel tempering");
  v.section("tabu", s.tabu, "tabu search with restarts and path relinking");
  v.section("external", s.external, "a machine behind a command");
  v.section("hardware", s.hardware, "limits of real machines, put on any machine");
}

template <class V, Structure<AnnealConfig> S>
void visit_fields(V& v, S& s) {
  v.field("sweeps", s.sweeps, at_least(1), "sweeps of `method: anneal`");
  v.field("hot_temperature", s.hot_temperature, above(0), "first temperature a training sample, in output grid units");
  v.field("cold_temperature", s.cold_temperature, above(0), "last temperature, same units");
  v.field(
      "loss", s.loss, one_of({"multiclass_hinge", "network"}),
      "what moves are judged by: hinge of the lead over the best wrong output (of one output: its own loss); network: its own");
  v.field("output_margin", s.output_margin, above(0), "margin of the loss, in units of a random network's output rms");
  v.field("window", s.window, at_least(0), "shift of z that the accepting loss is averaged over, first; pre-activation rms");
  v.field("final_window", s.final_window, at_least(0), "the same in the last sweep; 0 and 0: the exact loss");
  v.field("swap_neighbours", s.swap_neighbours, between(0, 16),
          "swaps exchange opposite weights of two similar inputs: how many each input is paired with; also of descent_sweeps; "
          "0: none");
  v.field("polish_sweeps", s.polish_sweeps, at_least(1), "sweeps when it polishes a QCGD result");
  v.field("polish_hot_temperature", s.polish_hot_temperature, above(0), "first temperature of polishing, same units");
}

template <class V, Structure<QatConfig> S>
void visit_fields(V& v, S& s) {
  v.field("epochs", s.epochs, at_least(1), "passes over the training samples");
  v.field("batch", s.batch, between(1, 524288), "samples a step");
  v.field("learning_rate", s.learning_rate, above(0), "of Adam; decays to zero along a cosine");
  v.field("loss", s.loss, one_of({"cross_entropy", "network"}), "what the gradient comes from; network: its own loss");
  v.field("output_margin", s.output_margin, above(0),
          "margin in units of a random network's output rms; divides logits of cross_entropy");
  v.field("window", s.window, between(0.01, 100), "half-width of sign's surrogate slope, in units of the pre-activation rms");
  v.field("initial_scale", s.initial_scale, between(0.001, 1), "latent weights start uniform in +-this");
}

template <class V, Structure<ParallelConfig> S>
void visit_fields(V& v, S& s) {
  v.field("replica_groups", s.replica_groups, at_least(1),
          "groups of ranks; each anneals its own replicas, its ranks share the samples");
}

template <class V, Structure<CheckpointConfig> S>
void visit_fields(V& v, S& s) {
  v.field("every_iterations", s.every_iterations, at_least(0).may_change(),
          "iterations, sweeps or epochs between two checkpoints; 0: only by time");
  v.field("every_minutes", s.every_minutes, at_least(0).may_change(), "minutes between two checkpoints; 0: only by iterations");
  v.field("keep", s.keep, at_least(1).may_change(), "the newest checkpoints that stay");
}

template <class V, Structure<OutputConfig> S>
void visit_fields(V& v, S& s) {
  v.field("directory", s.directory, anything().may_change(), "run folder: resolved configuration, log, trace, results");
}

template <class V, Structure<Config> S>
void visit_fields(V& v, S& s) {
  v.field("schema", s.schema, between(1, 1), "version of this file's layout");
  v.field("seed", s.seed, anything(), "of every random choice: same seed, same result");
  v.field("method", s.method, one_of({"qcgd", "anneal", "qat"}),
          "how to train: quantum conditional gradient descent or a companion");
  v.section("data", s.data, "where the samples come from and how they become integer inputs");
  v.section("network", s.network, "the quantized network; codebooks: 1bit .. 8bit, ternary");
  v.section("qcgd", s.qcgd, "quantum conditional gradient descent: the outer loop");
  v.section("machine", s.machine, "the oracle: an emulated Ising machine");
  v.section("anneal", s.anneal, "FIP-consistent annealing: move a parameter, propagate, accept on the loss");
  v.section("qat", s.qat, "quantization-aware training: the baseline");
  v.section("parallel", s.parallel, "how the ranks share the work");
  v.section("checkpoint", s.checkpoint, "saved states, from which the same command continues; may change on restart");
  v.section("output", s.output, "what is written");
}

}  // namespace isinglass
