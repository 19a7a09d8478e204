#pragma once

#include "config/config.hpp"
#include "config/machine_fields.hpp"
#include "config/rule.hpp"

/// The one list of configuration keys. Reading, unknown-key errors, printed defaults, the resolved copy and
/// the comparison of two runs are all visitors of it: a new parameter is a struct member and a line here.
///
/// A visitor has three members: field(key, value, rule, help) for a single value, section(key, structure, help)
/// and list(key, structures, help) for nested structures, in which it calls visit_fields again.
namespace isinglass::config {

/// The largest margin or window, in units of an rms: none reaches as far, and products with integer grids fit an int.
inline constexpr double largest_width = 1000;

template <class V, Structure<DataConfig> S>
void visit_fields(V& v, S& s) {
  v.field("dataset", s.dataset, one_of<DataSource>(), "idx: the four files of the MNIST layout in `directory`");
  v.field("directory", s.directory, anything(),
          "folder of the IDX files, plain or .gz; empty: where the Debian package puts them");
  v.field("classes", s.classes, anything().or_word("all"), "list of class numbers or names");
  v.field("train_samples", s.train_samples, at_least(2).or_word("all"),
          "training plus validation samples, a balanced subset");
  v.field("validation_fraction", s.validation_fraction, between(0, 0.9), "part of train_samples held out of training");
  v.field("pool", s.pool, between(1, 28), "average pooling window, pixels");
  v.field("levels", s.levels, between(2, 128), "integer levels of an input");
  v.field("copies", s.copies, between(0, 64), "affine copies of each training image that are trained on beside it");
  v.field("copy_scale", s.copy_scale, between(0, 0.5), "copies are scaled by up to 1 +- this, each way on its own");
  v.field("copy_shear", s.copy_shear, between(0, 0.5), "and sheared and rotated, pixels across per pixel along");
  v.field("copy_shift", s.copy_shift, between(0, 64), "and shifted, pixels each way");
}

/// Whether a visitor wants keys that this structure does not use: all do but writers of resolved configurations.
template <class V>
[[nodiscard]] bool wants(const V& visitor, bool is_used) {
  if constexpr (requires { visitor.skips_unused(); }) {
    return is_used || !visitor.skips_unused();
  } else {
    return true;
  }
}

template <class V, Structure<FilterKindConfig> S>
void visit_fields(V& v, S& s) {
  v.field("channel", s.channel, one_of<FilterChannel>(), "what the filter looks at");
  v.field("side", s.side, between(1, 32), "weights in a row and in a column");
  v.field("dilation", s.dilation, between(1, 32), "pixels from one weight to the next");
  v.field("share", s.share, between(0, 1), "of the filters of a stage; shares need not sum to 1");
}

template <class V, Structure<FiltersConfig> S>
void visit_fields(V& v, S& s) {
  v.field("stages", s.stages, between(1, 64),
          "layers like this side by side, each with filters and units of its own; outputs add");
  v.field("count", s.count, between(1, 4096), "filters of a stage, of one-bit weights, drawn from training images");
  v.field("candidates", s.candidates, between(1, 64),
          "drawn for each unit; kept is the one with which the refitted output layer has the lowest loss");
  v.list("kinds", s.kinds, "which filters are drawn");
  v.field("literal_shares", s.literal_shares, between(0, 1),
          "shares of the units that are conjunctions of 1, 2, ... filter bits, up to 8");
  v.field("reach", s.reach, between(0, 16),
          "pixels between the bits that a unit joins, each way; less where the image is smaller");
  v.field("negated_share", s.negated_share, between(0, 1), "of the bits after a unit's first");
  v.field("widened_share", s.widened_share, between(0, 1), "of the bits: true where any of the 3x3 around is");
  v.field("cells", s.cells, between(1, 32), "pooling: cells x cells overlapping windows, a feature for each and unit");
  v.field("mirror", s.mirror, anything(), "features sum over the image and its mirror image");
  v.field("views", s.views, between(1, 7),
          "features sum over so many of: the image, smaller, larger, turned either way, narrower, wider");
  v.field("threshold_bits", s.threshold_bits, between(1, 16), "of a filter's threshold");
  v.field("copies", s.copies, between(0, 64), "affine copies of each training image; only with an annealed output");
  v.field("copy_scale", s.copy_scale, between(0, 0.5), "copies are scaled by up to 1 +- this, each way on its own");
  v.field("copy_shear", s.copy_shear, between(0, 0.5), "and sheared and rotated, pixels across per pixel along");
  v.field("copy_shift", s.copy_shift, between(0, 64), "and shifted, pixels each way");
}

template <class V, Structure<LayerConfig> S>
void visit_fields(V& v, S& s) {
  v.field("kind", s.kind, one_of<LayerKind>(), "filters: only the first layer; reads images of 8 bits as they are");
  v.field("units", s.units, between(1, 65536), "neurons; of filters: conjunctions of a stage");
  if (wants(v, s.kind == LayerKind::filters)) v.section("filters", s.filters, "of kind filters");
  if (!wants(v, s.kind == LayerKind::dense)) return;
  v.field("activation", s.activation, one_of<Activation>(), "table: the user's own, from `points`");
  v.field("segments", s.segments, between(2, 64),
          "pieces of the activation's spline; sign has 2; hard_tanh with 3 has 3 levels");
  v.field("range", s.range, above(0).or_word("reachable"),
          "knots lie within +-range and what is reachable, in units of the pre-activation rms");
  v.field("degree", s.degree, between(0, 1), "of the spline's pieces: 0 constant, 1 linear");
  v.field("knots", s.knots, one_of<Knots>(), "equalized: all pieces have the same error");
  v.field("points", s.points, anything(),
          "of activation table: list of [x, y], x ascending in units of the pre-activation rms");
  v.field("weights", s.weights, one_of(codebook_names()), "values a weight may take");
  v.field("bias", s.bias, one_of(codebook_names()), "values a bias may take");
}

template <class V, Structure<OutputLayerConfig> S>
void visit_fields(V& v, S& s) {
  v.field("weights", s.weights, one_of(codebook_names()), "values a weight may take");
  v.field("bias", s.bias, one_of(codebook_names()), "values a bias may take");
  v.field("loss", s.loss, one_of<OutputLoss>(),
          "cross_entropy: of each output against the others, the same as logistic");
  v.field("loss_segments", s.loss_segments, between(2, 64), "pieces of the spline of logistic and cross_entropy");
  v.field("loss_degree", s.loss_degree, between(0, 2), "of these pieces");
}

template <class V, Structure<NetworkConfig> S>
void visit_fields(V& v, S& s) {
  v.list("hidden", s.hidden, "one entry per hidden layer");
  v.section("output", s.output, "the linear output layer: one output for two classes, else one per class");
}

template <class V, Structure<QcgdConfig> S>
void visit_fields(V& v, S& s) {
  v.field("iterations", s.iterations, at_least(1).may_grow(),
          "outer iterations, one oracle call each; a continued run may raise it");
  v.field("beta0", s.beta0, above(0), "penalty scale: beta_t = beta0 sqrt(t+1)");
  v.field("initial_multiplier", s.initial_multiplier, at_least(0),
          "y of every constraint at the start: a price on rows that no atom has violated yet");
  v.field("margin", s.margin, above(0).up_to(largest_width),
          "segments are shrunk by this from their knots, in units of the pre-activation rms");
  v.field("output_margin", s.output_margin, above(0).up_to(largest_width),
          "margin of the loss, in units of a random network's output rms");
  v.field("multiplier_cap", s.multiplier_cap, above(0), "a dual step that takes the norm of y past this is rejected");
  v.field("gap_tolerance", s.gap_tolerance, at_least(0),
          "stop when the surrogate gap relative to the objective is below; 0: never");
  v.field("infeasibility_tolerance", s.infeasibility_tolerance, at_least(0), "... and the rms violation is below");
  v.field(
      "descent_sweeps", s.descent_sweeps, at_least(0),
      "single-flip descent on the network's own loss (at anneal.final_window) that completes an oracle's answer; 0: "
      "forward pass alone");
  v.field("polish", s.polish, anything(),
          "finish with FIP-consistent annealing (section anneal) from the best network");
}

template <class V, Structure<AnnealConfig> S>
void visit_fields(V& v, S& s) {
  v.field("sweeps", s.sweeps, at_least(1), "sweeps of `method: anneal`");
  v.field("hot_temperature", s.hot_temperature, above(0),
          "first temperature per training sample, in output grid units");
  v.field("cold_temperature", s.cold_temperature, above(0), "last temperature, same units");
  v.field("loss", s.loss, one_of<MoveLoss>(),
          "what moves are judged by: hinge of the lead over the best wrong output (of one output: its own loss); "
          "network: its own");
  v.field("output_margin", s.output_margin, above(0).up_to(largest_width),
          "margin of the loss, in units of a random network's output rms");
  v.field("window", s.window, between(0, largest_width),
          "shift of z that the accepting loss is averaged over, first; pre-activation rms");
  v.field("final_window", s.final_window, between(0, largest_width),
          "the same in the last sweep; 0 and 0: the exact loss");
  v.field("swap_neighbours", s.swap_neighbours, between(0, 16),
          "swaps exchange opposite weights of two similar inputs: how many each input is paired with; also of "
          "descent_sweeps; "
          "0: none");
  v.field("polish_sweeps", s.polish_sweeps, at_least(1), "sweeps when it polishes a QCGD result");
  v.field("polish_hot_temperature", s.polish_hot_temperature, above(0), "first temperature of polishing, same units");
}

template <class V, Structure<ReadoutConfig> S>
void visit_fields(V& v, S& s) {
  v.field("margin", s.margin, at_least(0).up_to(largest_width).or_word("automatic"),
          "of the lead, in units of the rms of a random output layer's scores; grows by stage^0.2; "
          "automatic: by the numbers of features and of images per class");
  v.field("sweeps", s.sweeps, at_least(0).or_word("automatic"), "of each stage of filters");
  v.field("hot_temperature", s.hot_temperature, between(0, 1).or_word("automatic"),
          "first temperature, in units of the loss of images whose lead is 0");
  v.field("cold_temperature", s.cold_temperature, between(0, 1).or_word("automatic"), "last temperature, same units");
}

template <class V, Structure<QatConfig> S>
void visit_fields(V& v, S& s) {
  v.field("epochs", s.epochs, at_least(1), "passes over the training samples");
  v.field("batch", s.batch, between(1, 524288), "samples per step");
  v.field("learning_rate", s.learning_rate, above(0), "of Adam; decays to zero along a cosine");
  v.field("loss", s.loss, one_of<GradientLoss>(), "what the gradient comes from; network: its own loss");
  v.field("output_margin", s.output_margin, above(0).up_to(largest_width),
          "margin in units of a random network's output rms; divides logits of cross_entropy");
  v.field("window", s.window, between(0.01, 100),
          "half-width of sign's surrogate slope, in units of the pre-activation rms");
  v.field("initial_scale", s.initial_scale, between(0.001, 1), "latent weights start uniform in +-this");
  v.field("filters", s.filters, one_of<FilterUse>(),
          "weights and thresholds of filters: left where they are drawn, or trained from there");
  v.field("filter_rate", s.filter_rate, above(0).up_to(1), "learning rate of filters, as a part of the others' rate");
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
  v.field("every_minutes", s.every_minutes, at_least(0).may_change(),
          "minutes between two checkpoints; 0: only by iterations");
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
  v.field("method", s.method, one_of<Method>(), "how to train: quantum conditional gradient descent or a companion");
  v.field("initial", s.initial, anything(),
          "network to start from: random, qat (a first phase), or a file or run folder that holds one");
  v.section("data", s.data, "where the samples come from and how they become integer inputs");
  v.section("network", s.network, "the quantized network; codebooks: 1bit .. 8bit, ternary");
  v.section("qcgd", s.qcgd, "quantum conditional gradient descent: the outer loop");
  v.section("machine", s.machine, "the oracle: an emulated Ising machine");
  v.section("anneal", s.anneal, "FIP-consistent annealing: move a parameter, propagate, accept on the loss");
  v.section("readout", s.readout, "annealing of an output layer that reads filters (method anneal)");
  v.section("qat", s.qat, "quantization-aware training: the baseline");
  v.section("parallel", s.parallel, "how the ranks share the work");
  v.section("checkpoint", s.checkpoint, "saved states, from which the same command continues; may change on restart");
  v.section("output", s.output, "what is written");
}

}  // namespace isinglass::config
