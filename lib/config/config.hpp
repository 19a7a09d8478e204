#pragma once

#include "config/machine_config.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Plain structs with every parameter of a run. One field list (fields.hpp) drives parsing, printed
/// defaults, the resolved copy in the run folder and in HDF5, and the error messages.
namespace isinglass::config {

/// Where the samples come from and how they become integer inputs.
struct DataConfig {
  DataSource dataset = DataSource::fashion_mnist;  ///< idx: four files in `directory`
  std::string directory;             ///< folder of the IDX files (.gz or plain); empty: the Debian package's folder
  std::vector<std::string> classes;  ///< class numbers or names; empty: all classes
  std::int64_t train_samples = 0;    ///< training plus validation samples, a stratified subset; 0: all
  double validation_fraction = 0.1;  ///< part of train_samples held out of training
  int pool = 2;                      ///< average pooling window, pixels
  int levels = 16;                   ///< input grid: 0 .. levels-1 before centring
  int copies = 0;                    ///< affine copies of each training image, trained on beside it
  double copy_scale = 0.06, copy_shear = 0.035, copy_shift = 0.6;  ///< ranges of their maps, as filters::AffineRanges
};

/// A kind of filter, and its share of a stage's filters.
struct FilterKindConfig {
  FilterChannel channel = FilterChannel::pixels;
  int side = 4, dilation = 1;
  double share = 1;  ///< shares need not sum to 1
};

/// Hidden layer of kind filters: 1-bit convolution filters, conjunctions of their bits as units, pooled in windows.
struct FiltersConfig {
  int stages = 1;      ///< each with filters and units of its own; an annealed output layer is trained stage by stage
  int count = 64;      ///< filters of a stage
  int candidates = 1;  ///< drawn for each unit, of which the one that suits the training images best is kept
  std::vector<FilterKindConfig> kinds{{FilterChannel::pixels, 4, 1, 0.30},
                                      {FilterChannel::box, 4, 2, 0.25},
                                      {FilterChannel::contrast, 4, 1, 0.15},
                                      {FilterChannel::contrast, 4, 2, 0.15},
                                      {FilterChannel::square_root, 4, 1, 0.15}};
  std::vector<double> literal_shares{0.05, 0.30, 0.35, 0.30};  ///< of units that join 1, 2, ... filter bits
  int reach = 8;  ///< pixels between the bits that a unit joins, each way; less where maps are smaller
  double negated_share = 0.5, widened_share = 0.3;
  int cells = 5;       ///< pooling: cells x cells overlapping windows
  bool mirror = true;  ///< a feature sums the image and its mirror image
  int views = 1;       ///< and so many affine views of it
  int threshold_bits = 8;
  int copies = 0;  ///< affine copies of each training image, to train on
  double copy_scale = 0.06, copy_shear = 0.035, copy_shift = 0.6;
};

/// One hidden layer.
struct LayerConfig {
  LayerKind kind = LayerKind::dense;
  int units = 16;
  Activation activation = Activation::sign;
  int segments = 2;    ///< pieces of the activation's spline (sign always has 2)
  double range = 2.0;  ///< knots lie within +-range, in units of the layer's pre-activation rms; 0: what is reachable
  std::string weights = "1bit";  ///< codebook: 1bit .. 8bit, ternary
  std::string bias = "6bit";
  int degree = 0;  ///< of the pieces: 0 or 1
  Knots knots = Knots::uniform;
  std::vector<std::array<double, 2>> points{};  ///< of activation table: x in units of the pre-activation rms, and y
  FiltersConfig filters{};                      ///< of kind filters
};

/// The linear output layer and its loss.
struct OutputLayerConfig {
  std::string weights = "1bit";
  std::string bias = "4bit";
  OutputLoss loss = OutputLoss::hinge;
  int loss_segments = 8;  ///< pieces of the spline of a loss that is not piecewise polynomial
  int loss_degree = 1;    ///< of these pieces: 0, 1 or 2
};

struct NetworkConfig {
  std::vector<LayerConfig> hidden{LayerConfig{}};
  OutputLayerConfig output;
};

/// Quantum conditional gradient descent: the outer loop.
struct QcgdConfig {
  int iterations = 40;
  double beta0 = 0.02;               ///< penalty scale: beta_t = beta0 sqrt(t+1)
  double initial_multiplier = 0.25;  ///< y of every constraint before the first iteration
  double margin = 1.0;          ///< each segment is shrunk by this from its knots, in units of the pre-activation rms
  double output_margin = 1.0;   ///< margin of the loss, in units of the rms of a random network's output
  double multiplier_cap = 1e6;  ///< a dual step that would take the norm of y past this is rejected
  double gap_tolerance = 0.0;   ///< stop when the surrogate gap, relative to the objective, is below; 0: never
  double infeasibility_tolerance = 0.0;  ///< ... and the rms violation is below
  int descent_sweeps = 1;  ///< single-flip descent on the exact loss that ends a completion, at anneal.final_window
  bool polish = false;     ///< finish with FIP-consistent annealing from the incumbent (section `anneal`)
};

/// FIP-consistent annealing: flip a parameter bit, propagate, accept on the loss.
struct AnnealConfig {
  int sweeps = 150;
  double hot_temperature = 0.005;  ///< per training sample, in units of one output step
  double cold_temperature = 0.00005;
  MoveLoss loss = MoveLoss::lead;  ///< that moves are judged by
  double output_margin = 1.0;      ///< in units of the rms of a random network's output
  double window = 0.5;  ///< the loss that accepts is averaged over a shift of the unit's z by up to +-window rms ...
  double final_window = 0.3;  ///< ... which shrinks linearly to this; 0 and 0: the exact loss
  int swap_neighbours = 4;    ///< similar inputs that each input is paired with for swaps; 0: no swaps
  int polish_sweeps = 150;    ///< sweeps when it polishes a QCGD incumbent
  double polish_hot_temperature = 0.001;
};

/// Annealing of the output layer on filters, by the hinge of the lead over the best wrong class. 0: chosen by the
/// number of features and images.
struct ReadoutConfig {
  double margin = 0;            ///< of the lead, in units of the rms of a random output layer's scores
  int sweeps = 0;               ///< of each stage
  double hot_temperature = 0;   ///< first one, in units of the loss of images whose lead is 0
  double cold_temperature = 0;  ///< last one, same units
};

/// Quantization-aware training: straight-through estimator and Adam, the baseline.
struct QatConfig {
  int epochs = 30;
  int batch = 100;                                  ///< samples per step
  double learning_rate = 0.02;                      ///< decays to zero along a cosine
  GradientLoss loss = GradientLoss::cross_entropy;  ///< what the gradient comes from
  double output_margin =
      0.75;                    ///< in units of the rms of a random network's output; cross_entropy: divides the outputs
  double window = 0.75;        ///< the surrogate slope of sign is 1 within +-window, in units of the pre-activation rms
  double initial_scale = 0.1;  ///< latent weights start uniform in +-initial_scale; they are clipped to +-1
  FilterUse filters = FilterUse::drawn;  ///< of a first layer of filters
  double filter_rate = 0.003;            ///< learning rate of the parameters of filters, by that of the others
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

/// Words of Config::initial; anything else names a file.
inline constexpr std::string_view initial_random = "random", initial_qat = "qat";

/// Whether the first hidden layer is of filters.
[[nodiscard]] inline bool has_filters(const NetworkConfig& network) {
  return !network.hidden.empty() && network.hidden.front().kind == LayerKind::filters;
}

/// The hidden layers behind the filters.
[[nodiscard]] inline std::span<const LayerConfig> dense_layers(const NetworkConfig& network) {
  return std::span(network.hidden).subspan(has_filters(network) ? 1 : 0);
}

/// Everything that determines a run.
struct Config {
  int schema = 1;
  std::uint64_t seed = 1;
  Method method = Method::qcgd;
  std::string initial{initial_random};  ///< network to start from: random, qat, or the file or run folder that has it
  DataConfig data;
  NetworkConfig network;
  QcgdConfig qcgd;
  MachineConfig machine;
  AnnealConfig anneal;
  ReadoutConfig readout;
  QatConfig qat;
  ParallelConfig parallel;
  CheckpointConfig checkpoint;
  OutputConfig output;
};

/// Whether the training is the annealing of an output layer on filters.
[[nodiscard]] inline bool anneals_readout(const Config& config) {
  return config.method == Method::anneal && has_filters(config.network) && config.network.hidden.size() == 1;
}

/// Whether the training begins at a network that is better than a random one.
[[nodiscard]] inline bool has_initial(const Config& config) { return config.initial != initial_random; }

/// Whether that network is made by a first phase of quantization-aware training.
[[nodiscard]] inline bool begins_with_qat(const Config& config) { return config.initial == initial_qat; }

/// Whether it is read from a file.
[[nodiscard]] inline bool begins_with_file(const Config& config) {
  return has_initial(config) && !begins_with_qat(config);
}

/// Whether quantization-aware training is a phase of the training.
[[nodiscard]] inline bool has_qat_phase(const Config& config) {
  return config.method == Method::qat || begins_with_qat(config);
}

/// Whether the weights and thresholds of filters are trained, and so are among the bits of the network.
[[nodiscard]] inline bool trains_filters(const Config& config) {
  return config.method == Method::qat && has_filters(config.network) && config.qat.filters == FilterUse::trained;
}

}  // namespace isinglass::config
