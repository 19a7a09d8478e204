#pragma once

#include "config/choices.hpp"

#include <cstdint>
#include <string>

/// Settings of Ising machines, in training and in `isinglass solve`: the section `machine` of a configuration.
namespace isinglass::config {

/// An oracle call as many small Ising problems, for machines of few spins.
struct SubproblemConfig {
  Blocks blocks = Blocks::none;
  int rounds = 2;  ///< passes over all blocks per oracle call
  int reads = 4;   ///< of each problem; the best by the true energy counts
};

/// An oracle call as one problem: by structured annealing (sa), or by the dynamics of bsb, dsb, cim or cac.
struct WholeConfig {
  int sweeps = 30;               ///< sweeps per read; of dynamics, steps
  double hot_temperature = 0.5;  ///< sa: of segment moves, in units of one step of the output
  double cold_temperature = 0.02;
  double weight_temperature_ratio = 10.0;  ///< sa: weight moves see the segment temperature times this
  double time_step = 0;                    ///< of dynamics; 0: by kind
  double strength = 0;                     ///< of the forces, which are normalised layer by layer; 0: by kind
  int sample_interval = 5;                 ///< steps between two looks at the energy of the signs
};

/// Simulated annealing of Ising problems (not of the structured oracle).
struct SaConfig {
  int sweeps = 1000;           ///< of a read that does not say how many
  double hot_temperature = 0;  ///< in units of energy; 0: from the quantiles of the fields
  double cold_temperature = 0;
  Cooling cooling = Cooling::geometric;  ///< linear: in T
};

/// Simulated bifurcation. The defaults are the ballistic form's.
struct BifurcationConfig {
  int steps = 200;               ///< full field evaluations per read
  double time_step = 0.7;        ///< dt
  double strength = 0.7;         ///< xi, in units of one over the rms local field
  double strength_spread = 0.3;  ///< each read's xi is drawn within this share of it
  int sample_interval = 10;      ///< steps between two looks at the signs; of the ballistic form
};

/// Coherent Ising machine: mean field, measurement feedback.
struct CimConfig {
  int steps = 200;               ///< round trips per read
  double time_step = 0.2;        ///< dt of a round trip
  double first_gain = -4.0;      ///< pump minus loss at the start ...
  double last_gain = -1.0;       ///< ... and at the end
  double coupling = 3.0;         ///< of the feedback, in units of one over the rms local field
  double coupling_spread = 0.3;  ///< each read draws its coupling within this share of it
  double noise = 0.3;            ///< sigma of a measured amplitude
  double limit = 1.5;            ///< amplitudes are clipped here
  int sample_interval = 5;       ///< steps between two looks at the signs
};

/// Coherent Ising machine with chaotic amplitude control.
struct CacConfig {
  int steps = 1000;              ///< round trips per read
  double time_step = 0.15;       ///< dt of a round trip
  double gain = -2.0;            ///< pump minus loss
  double coupling = 2.0;         ///< of the feedback, in units of one over the rms local field
  double coupling_spread = 0.3;  ///< each read draws its coupling within this share of it
  double saturation = 0.8;       ///< mu
  double target = 0.7;           ///< alpha: squared amplitude at the best energy
  double target_swing = 1.2;     ///< rho: more of it far above the best energy
  double sensitivity = 12;       ///< delta, per rms coupling above the best energy
  double rate_growth = 0.02;     ///< gamma: of xi, the rate of the error variables
  double patience = 150;         ///< tau: time without improvement after which xi starts from 0
  double noise = 0.0;            ///< sigma of a measured amplitude
  int sample_interval = 4;       ///< steps between two looks at the signs
};

/// A machine behind a command.
struct ExternalConfig {
  std::string command;                ///< with {problem} {spins} {reads} {sweeps} {seed}
  TextForm format = TextForm::ising;  ///< of the problem file
  double time_limit_seconds = 60;     ///< of one call
  int reads_per_call = 16;            ///< at most
  int sweeps = 100;                   ///< what {sweeps} stands for unless the request says otherwise
  bool descent = true;                ///< end each answer by single-flip descent
};

/// Limits of real machines, put around any machine.
struct HardwareConfig {
  int coefficient_bits = 0;  ///< signed, of couplings and fields; 0: exact
  HardwareFields fields = HardwareFields::ancilla;
  double field_noise = 0;        ///< sigma, relative to the largest coefficient
  int spin_budget = 0;           ///< most spins of one call, the ancilla included; 0: any number
  int rounds = 0;                ///< sub-problems per read; 0: eight times what covers the spins once
  int reads_per_subproblem = 1;  ///< of which the best is taken
};

/// Tabu search with restarts and path relinking.
struct TabuConfig {
  std::int64_t sweeps = 50'000;  ///< iterations per read, each of which looks at all moves
  int tenure = 0;                ///< iterations for which a flipped spin stays, plus 1 to 10 at random; 0: spins / 100
  std::int64_t patience = 0;     ///< iterations without improvement that end a search; 0: 5 spins
  int elite = 10;                ///< states that are linked with each other
};

/// Parallel tempering.
struct TemperingConfig {
  std::int64_t sweeps = 1000;   ///< of each replica per read
  int temperatures = 24;        ///< of the ladder
  double hot_temperature = 0;   ///< 0: from the costs of moves
  double cold_temperature = 0;  ///< 0: likewise
  bool adapt = true;            ///< temperatures move until all neighbours exchange equally often
  ClusterChoice cluster_moves = ClusterChoice::automatic;  ///< isoenergetic clusters
};

/// Moves of one-hot groups in annealing and tempering.
struct GroupConfig {
  bool swaps = false;  ///< also exchange the values of two groups of one size
};

/// The oracle that minimises the penalised energy.
struct MachineConfig {
  MachineKind kind = MachineKind::sa;
  int replicas = 1;  ///< reads per oracle call
  SubproblemConfig subproblems{};
  WholeConfig whole{};
  SaConfig sa{};
  BifurcationConfig bsb;                       ///< ballistic simulated bifurcation
  BifurcationConfig dsb{500, 0.8, 0.6, 0, 1};  ///< discrete simulated bifurcation
  CimConfig cim;
  CacConfig cac;
  TabuConfig tabu;
  TemperingConfig pt;
  GroupConfig groups;
  ExternalConfig external;
  HardwareConfig hardware;
};

}  // namespace isinglass::config
