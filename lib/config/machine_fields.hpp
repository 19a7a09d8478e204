#pragma once

#include "config/machine_config.hpp"
#include "config/rule.hpp"

/// The keys of the section `machine`, for the one list in fields.hpp.
namespace isinglass::config {

template <class V, Structure<SubproblemConfig> S>
void visit_fields(V& v, S& s) {
  v.field("blocks", s.blocks, one_of<Blocks>(),
          "none: an oracle call is one problem; neurons: many, of the bits of one neuron given the rest; "
          "neurons_and_samples: "
          "also of the segments of some samples given the weights");
  v.field("rounds", s.rounds, at_least(1), "passes over all blocks per oracle call");
  v.field("reads", s.reads, at_least(1), "of each problem; the best by the true energy counts");
}

template <class V, Structure<WholeConfig> S>
void visit_fields(V& v, S& s) {
  v.field("sweeps", s.sweeps, at_least(1), "sweeps per read; of bsb, dsb, cim and cac, steps");
  v.field("hot_temperature", s.hot_temperature, above(0),
          "sa: first temperature of segment moves, in units of one output step");
  v.field("cold_temperature", s.cold_temperature, above(0), "sa: last temperature, same units");
  v.field("weight_temperature_ratio", s.weight_temperature_ratio, above(0),
          "sa: weight moves see the temperature times this");
  v.field("time_step", s.time_step, at_least(0).or_word("auto"), "dt of a step of dynamics; auto: by kind");
  v.field("strength", s.strength, at_least(0).or_word("auto"),
          "dynamics: of the forces, which are normalised layer by layer; auto: by kind");
  v.field("sample_interval", s.sample_interval, at_least(1),
          "dynamics: steps between two looks at the energy of the signs");
}

template <class V, Structure<SaConfig> S>
void visit_fields(V& v, S& s) {
  v.field("sweeps", s.sweeps, at_least(1), "sweeps of a read that does not say how many");
  v.field("hot_temperature", s.hot_temperature, above(0).or_word("automatic"),
          "first temperature, in units of energy; automatic: from the quantiles of the local fields");
  v.field("cold_temperature", s.cold_temperature, above(0).or_word("automatic"), "last temperature, same units");
  v.field("cooling", s.cooling, one_of<Cooling>(), "from hot to cold; linear: in T");
}

template <class V, Structure<BifurcationConfig> S>
void visit_fields(V& v, S& s) {
  v.field("steps", s.steps, at_least(1), "full field evaluations per read");
  v.field("time_step", s.time_step, above(0), "dt");
  v.field("strength", s.strength, above(0),
          "of the couplings, in units of one over the rms local field of random spins");
  v.field("strength_spread", s.strength_spread, between(0, 1), "each read draws its strength within this share of it");
  v.field("sample_interval", s.sample_interval, at_least(1),
          "steps between two looks at the signs; dsb looks at every step");
}

template <class V, Structure<CimConfig> S>
void visit_fields(V& v, S& s) {
  v.field("steps", s.steps, at_least(1), "round trips per read");
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
  v.field("steps", s.steps, at_least(1), "round trips per read");
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
  v.field("sweeps", s.sweeps, at_least(1), "iterations per read, each of which looks at all moves");
  v.field("tenure", s.tenure, at_least(0).or_word("auto"),
          "iterations for which a flipped spin stays as it is, plus 1 to 10 at random; auto: spins / 100");
  v.field("patience", s.patience, at_least(0).or_word("auto"),
          "iterations without improvement that end a search; auto: 5 times the spins");
  v.field("elite", s.elite, between(1, 1000),
          "best states that path relinking links with each other; 1: restarts alone");
}

template <class V, Structure<TemperingConfig> S>
void visit_fields(V& v, S& s) {
  v.field("sweeps", s.sweeps, at_least(1), "sweeps of each replica per read");
  v.field("temperatures", s.temperatures, between(1, 1000),
          "replicas at falling temperatures (twice as many with clusters)");
  v.field("hot_temperature", s.hot_temperature, at_least(0).or_word("auto"),
          "of the first replica, in units of the energy");
  v.field("cold_temperature", s.cold_temperature, at_least(0).or_word("auto"), "of the last replica, same units");
  v.field("adapt", s.adapt, anything(),
          "move the temperatures in a read's first half so that all neighbours exchange alike");
  v.field("cluster_moves", s.cluster_moves, one_of<ClusterChoice>(),
          "isoenergetic cluster moves between two sets of replicas; auto: up to 4 couplings per spin");
}

template <class V, Structure<GroupConfig> S>
void visit_fields(V& v, S& s) {
  v.field("swaps", s.swaps, anything(), "annealing and tempering also exchange the values of two groups of one size");
}

template <class V, Structure<ExternalConfig> S>
void visit_fields(V& v, S& s) {
  v.field("command", s.command, anything(),
          "run by /bin/sh; {problem}, {spins}, {reads}, {sweeps}, {seed} are filled in");
  v.field("format", s.format, one_of<TextForm>(), "of the problem file, both in COO lines: docs/machines.md");
  v.field("time_limit_seconds", s.time_limit_seconds, above(0), "of one call; then its process group is killed");
  v.field("reads_per_call", s.reads_per_call, at_least(1), "at most");
  v.field("sweeps", s.sweeps, at_least(1), "what {sweeps} stands for");
  v.field("descent", s.descent, anything(), "end each answer by single-flip descent");
}

template <class V, Structure<HardwareConfig> S>
void visit_fields(V& v, S& s) {
  v.field("coefficient_bits", s.coefficient_bits, between(0, 24).or_word("exact"),
          "signed, of couplings and fields, scaled to the largest one; 1 is refused");
  v.field("fields", s.fields, one_of<HardwareFields>(), "ancilla: as couplings to one more spin");
  v.field("field_noise", s.field_noise, at_least(0),
          "sigma of each read's noise on fields, relative to the largest coefficient");
  v.field("spin_budget", s.spin_budget, at_least(0).or_word("unlimited"),
          "most spins of one call, the ancilla included; larger problems are solved by sub-problems");
  v.field("rounds", s.rounds, at_least(0).or_word("auto"),
          "sub-problems per read; auto: eight times what covers the spins once");
  v.field("reads_per_subproblem", s.reads_per_subproblem, at_least(1), "of which the best is taken");
}

template <class V, Structure<MachineConfig> S>
void visit_fields(V& v, S& s) {
  v.field("kind", s.kind, one_of<MachineKind>(),
          "sa, bsb, dsb, cim, cac: the whole problem or sub-problems; the others: sub-problems");
  v.field("replicas", s.replicas, at_least(1), "reads per oracle call");
  v.section("subproblems", s.subproblems, "oracle calls as many small Ising problems, for machines of few spins");
  v.section("whole", s.whole,
            "oracle calls as one problem: by annealing (sa), or by the dynamics of bsb, dsb, cim and cac");
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

}  // namespace isinglass::config
