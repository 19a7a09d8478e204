#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

/// Plain structs with every parameter of a run. One field list (fields.hpp) drives parsing, printed
/// defaults, the resolved copy in the run folder and in HDF5, and the error messages.
namespace isinglass {

/// Where the samples come from and how they become integer inputs.
struct DataConfig {
  std::string dataset = "fashion-mnist";  ///< "fashion-mnist", or "idx" for four files in `directory`
  std::string directory;                  ///< folder of the IDX files (.gz or plain); empty: the Debian package's folder
  std::vector<std::string> classes;       ///< class numbers or names; empty: all classes
  std::int64_t train_samples = 0;         ///< training plus validation samples, a stratified subset; 0: all
  double validation_fraction = 0.1;       ///< part of train_samples held out of training
  int pool = 2;                           ///< average pooling window, pixels
  int levels = 16;                        ///< input grid: 0 .. levels-1 before centring
};

/// One dense hidden layer.
struct LayerConfig {
  int units = 16;
  std::string activation = "sign";  ///< sign, relu, leaky_relu, hard_tanh, tanh, sigmoid, softplus, gelu, table
  int segments = 2;                 ///< pieces of the activation's spline (sign always has 2)
  double range = 2.0;            ///< knots lie within +-range, in units of the layer's pre-activation rms; 0: what is reachable
  std::string weights = "1bit";  ///< codebook: 1bit .. 8bit, ternary
  std::string bias = "6bit";
  int degree = 0;                               ///< of the pieces: 0 or 1
  std::string knots = "uniform";                ///< uniform, equalized: all pieces have the same error
  std::vector<std::array<double, 2>> points{};  ///< of activation table: x in units of the pre-activation rms, and y
};

/// The linear output layer and its loss.
struct OutputLayerConfig {
  std::string weights = "1bit";
  std::string bias = "4bit";
  std::string loss = "hinge";  ///< hinge, squared_hinge, squared, logistic, cross_entropy (the same as logistic)
  int loss_segments = 8;       ///< pieces of the spline of a loss that is not piecewise polynomial
  int loss_degree = 1;         ///< of these pieces: 0, 1 or 2
};

struct NetworkConfig {
  std::vector<LayerConfig> hidden{LayerConfig{}};
  OutputLayerConfig output;
};

/// Quantum conditional gradient descent: the outer loop.
struct QcgdConfig {
  int iterations = 40;
  double beta0 = 0.02;                   ///< penalty scale: beta_t = beta0 sqrt(t+1)
  double initial_multiplier = 0.25;      ///< y of every constraint before the first iteration
  double margin = 1.0;                   ///< each segment is shrunk by this from its knots, in units of the pre-activation rms
  double output_margin = 1.0;            ///< margin of the loss, in units of the rms of a random network's output
  double multiplier_cap = 1e6;           ///< a dual step that would take the norm of y past this is rejected
  double gap_tolerance = 0.0;            ///< stop when the surrogate gap, relative to the objective, is below; 0: never
  double infeasibility_tolerance = 0.0;  ///< ... and the rms violation is below
  int descent_sweeps = 1;  ///< single-flip descent on the exact loss that ends a completion, at anneal.final_window
  bool polish = false;     ///< finish with FIP-consistent annealing from the incumbent (section `anneal`)
};

/// An oracle call as many small dense Ising problems, for machines of few spins.
struct SubproblemConfig {
  std::string blocks = "none";  ///< none: the whole problem at once; neurons: the bits of one neuron given the rest
  int rounds = 2;               ///< passes over all neurons an oracle call
  int reads = 4;                ///< of each problem; the best by the true energy counts
};

/// The whole problem at once by the dynamics of bsb, dsb, cim or cac.
struct WholeConfig {
  double time_step = 0;     ///< 0: by kind
  double strength = 0;      ///< of the forces, which are normalised layer by layer; 0: by kind
  int sample_interval = 5;  ///< steps between two looks at the energy of the signs
};

/// Simulated annealing of Ising problems (not of the structured oracle).
struct SaConfig {
  int sweeps = 1000;           ///< of a read that does not say how many
  double hot_temperature = 0;  ///< in units of energy; 0: from the quantiles of the fields
  double cold_temperature = 0;
  std::string cooling = "geometric";  ///< geometric; linear: in T
};

/// Simulated bifurcation. The defaults are the ballistic form's.
struct BifurcationConfig {
  int steps = 200;               ///< full field evaluations a read
  double time_step = 0.7;        ///< dt
  double strength = 0.7;         ///< xi, in units of one over the rms local field
  double strength_spread = 0.3;  ///< each read's xi is drawn within this share of it
  int sample_interval = 10;      ///< steps between two looks at the signs; of the ballistic form
};

/// Coherent Ising machine: mean field, measurement feedback.
struct CimConfig {
  int steps = 200;               ///< round trips a read
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
  int steps = 1000;              ///< round trips a read
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
  std::string command;             ///< with {problem} {spins} {reads} {sweeps} {seed}
  std::string format = "ising";    ///< of the problem file: ising, qubo
  double time_limit_seconds = 60;  ///< of one call
  int reads_per_call = 16;         ///< at most
  int sweeps = 100;                ///< what {sweeps} stands for unless the request says otherwise
  bool descent = true;             ///< end each answer by single-flip descent
};

/// What a real machine does to a problem, around any machine.
struct HardwareConfig {
  int coefficient_bits = 0;        ///< signed, of couplings and fields; 0: exact
  std::string fields = "ancilla";  ///< ancilla: couplings to one more spin; direct
  double field_noise = 0;          ///< sigma, relative to the largest coefficient
  int spin_budget = 0;             ///< most spins of one call, the ancilla included; 0: any number
  int rounds = 0;                  ///< sub-problems a read; 0: eight times what covers the spins once
  int reads_per_subproblem = 1;    ///< of which the best is taken
};

/// Tabu search with restarts and path relinking.
struct TabuConfig {
  std::int64_t sweeps = 50'000;  ///< iterations a read, each of which looks at all moves
  int tenure = 0;                ///< iterations for which a flipped spin stays, plus 1 to 10 at random; 0: spins / 100
  std::int64_t patience = 0;     ///< iterations without improvement that end a search; 0: 5 spins
  int elite = 10;                ///< states that are linked with each other
};

/// Parallel tempering.
struct TemperingConfig {
  std::int64_t sweeps = 1000;          ///< of each replica a read
  int temperatures = 24;               ///< of the ladder
  double hot_temperature = 0;          ///< 0: from the costs of moves
  double cold_temperature = 0;         ///< 0: likewise
  bool adapt = true;                   ///< temperatures move until all neighbours exchange equally often
  std::string cluster_moves = "auto";  ///< isoenergetic clusters: auto, on, off
};

/// Moves of one-hot groups in annealing and tempering.
struct GroupConfig {
  bool swaps = false;  ///< also exchange the values of two groups of one size
};

/// The oracle that minimises the penalised energy.
struct MachineConfig {
  std::string kind = "sa";       ///< sa: structured simulated annealing
  int sweeps = 30;               ///< sweeps a read
  int replicas = 1;              ///< reads an oracle call
  double hot_temperature = 0.5;  ///< of segment moves, in units of one step of the output
  double cold_temperature = 0.02;
  double weight_temperature_ratio = 10.0;  ///< weight moves see the segment temperature times this
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

/// FIP-consistent annealing: flip a parameter bit, propagate, accept on the loss.
struct AnnealConfig {
  int sweeps = 150;
  double hot_temperature = 0.005;  ///< per training sample, in units of one output step
  double cold_temperature = 0.00005;
  std::string loss = "multiclass_hinge";  ///< that moves are judged by: multiclass_hinge, or network (its own loss)
  double output_margin = 1.0;             ///< in units of the rms of a random network's output
  double window = 0.5;        ///< the loss that accepts is averaged over a shift of the unit's z by up to +-window rms ...
  double final_window = 0.3;  ///< ... which shrinks linearly to this; 0 and 0: the exact loss
  int swap_neighbours = 4;    ///< similar inputs that each input is paired with for swaps; 0: no swaps
  int polish_sweeps = 150;    ///< sweeps when it polishes a QCGD incumbent
  double polish_hot_temperature = 0.001;
};

/// Quantization-aware training: straight-through estimator and Adam, the baseline.
struct QatConfig {
  int epochs = 30;
  int batch = 100;                     ///< samples a step
  double learning_rate = 0.02;         ///< decays to zero along a cosine
  std::string loss = "cross_entropy";  ///< what the gradient comes from: cross_entropy, or network (its own loss)
  double output_margin = 0.75;         ///< in units of the rms of a random network's output; cross_entropy: divides the outputs
  double window = 0.75;                ///< the surrogate slope of sign is 1 within +-window, in units of the pre-activation rms
  double initial_scale = 0.1;          ///< latent weights start uniform in +-initial_scale; they are clipped to +-1
};

struct ParallelConfig {
  int replica_groups = 1;  ///< groups of ranks that anneal different replicas; the ranks of a group share the samples
};

/// When a run saves its state, and how many states it keeps.
struct CheckpointConfig {
  int every_iterations = 0;   ///< iterations, sweeps or epochs between two checkpoints; 0: only by time
  double every_minutes = 10;  ///< minutes between two checkpoints; 0: only by iterations
  int keep = 2;               ///< the newest ones that stay
};

struct OutputConfig {
  std::string directory = "results/run";
};

/// Everything that determines a run.
struct Config {
  int schema = 1;
  std::uint64_t seed = 1;
  std::string method = "qcgd";  ///< qcgd, anneal, qat
  DataConfig data;
  NetworkConfig network;
  QcgdConfig qcgd;
  MachineConfig machine;
  AnnealConfig anneal;
  QatConfig qat;
  ParallelConfig parallel;
  CheckpointConfig checkpoint;
  OutputConfig output;
};

}  // namespace isinglass
