#include "bounds/bounds_table.hpp"

#include "bounds/qcgd_bound.hpp"
#include "bounds/sample_complexity.hpp"
#include "bounds/spin_formula.hpp"
#include "bounds/spline_error.hpp"
#include "network/loss.hpp"
#include "qcbo/counts.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

namespace isinglass::bounds {

namespace {

/// Collects the lines, section by section.
class LinesTable {
public:
  LinesTable(const BoundsSubject& subject, const BoundsAssumptions& assume, const parallel::Communicator& world)
      : subject_(subject), config_(subject.config), assume_(assume), world_(world) {}

  void add_spline_error(const network::NetworkBits* trained);
  void add_spins();
  void add_samples();
  void add_qcgd();
  void add_reads();
  std::vector<BoundsLine> lines;

private:
  template <class Number>
  void add(const std::string& key, std::string text, Number value, const char* formula) {
    using Stored = std::conditional_t<std::is_integral_v<Number>, std::int64_t, double>;
    lines.push_back({key, std::move(text), static_cast<Stored>(value), formula});
  }
  void add_measured(const network::NetworkValues& values, const IdealNetwork& ideal, double bound);
  void add_spins_of(const char* key, const char* explicit_key, const char* what, double samples);

  [[nodiscard]] double failure() const { return 1 - assume_.confidence; }
  [[nodiscard]] const network::Architecture& network() const { return subject_.architecture; }
  [[nodiscard]] double train_samples() const { return static_cast<double>(subject_.samples.global_size); }

  const BoundsSubject& subject_;
  const config::Config& config_;
  const BoundsAssumptions& assume_;
  const parallel::Communicator& world_;
  SpinLine spins_;
};

void LinesTable::add_spline_error(const network::NetworkBits* trained) {
  const IdealNetwork ideal = make_ideal_network(config_.network, network(), subject_.activations);
  const double rms = network().layers.back().rms;
  const SplineErrorBound all = bound_spline_error(network(), ideal, subject_.reach, world_);
  for (std::size_t l = 0; l < all.hidden.size(); ++l) {
    const double scale = ideal[l].scale;  // back to the function's own units
    add(fmt::format("layer_{}_spline_error", l + 1),
        fmt::format("{}, hidden layer {}: largest error on the reachable grid",
                    name_of(config::dense_layers(config_.network)[l].activation), l + 1),
        all.hidden[l].spline_error / scale, "(2)");
    add(fmt::format("layer_{}_activation_error", l + 1),
        fmt::format("{}, hidden layer {}: with the error of its inputs",
                    name_of(config::dense_layers(config_.network)[l].activation), l + 1),
        all.hidden[l].activation_error / scale, "(4)");
  }
  add("spline_error_bound", "outputs of spline and ideal network, any weights, output rms", all.output_error / rms,
      "(5)");
  if (trained == nullptr) {
    add_measured(network::decode(network(), network::random_bits(network(), config_.seed)), ideal, all.output_error);
    return;
  }
  const network::NetworkValues values = network::decode(network(), *trained);
  const SplineErrorBound own = bound_spline_error(network(), ideal, values, subject_.samples, world_);
  add("model_spline_error_bound", "the same for the model's weights, output rms", own.output_error / rms, "(6)");
  add_measured(values, ideal, own.output_error);
}

void LinesTable::add_measured(const network::NetworkValues& values, const IdealNetwork& ideal, double bound) {
  const SplineErrorMeasured measured = measure_spline_error(network(), ideal, values, subject_.samples, bound, world_);
  add("spline_error_measured", "its size on the training samples (no model: random weights), output rms",
      measured.output_error / network().layers.back().rms, "");
  add("same_class_fraction", "training samples that both networks put in the same class", measured.same_class, "");
  add("certified_fraction", "training samples for which the bound proves it", measured.certified_fraction, "(7)");
}

void LinesTable::add_spins() {
  const int margin = network::margin_on_grid(network().layers.back(), config_.qcgd.output_margin);
  const network::LossSpline loss = network::make_loss_spline(network(), margin, network::output_limit(network()));
  const qcbo::ProblemPlan plan(network(), loss, subject_.samples, {}, world_);
  const qcbo::StructuredCounts structured = qcbo::count_structured(network(), subject_.reach, world_);
  const qcbo::QcboCounts counts = qcbo::count_qcbo(plan, world_);
  const SpinLine formula = spin_formula(network(), largest_reach(subject_.reach, world_), loss.pieces.size());
  const double samples = train_samples();
  spins_ = mean_spins(structured, counts, static_cast<std::int64_t>(subject_.samples.global_size));
  add("spins", "spins of the structured form, these samples", structured.spins(), "(8)");
  add("spins_formula", "spins of the structured form, widths and segments", formula.structured_spins(samples), "(9)");
  add("explicit_spins", "spins of the explicit form, these samples", counts.spins(), "(8)");
  add("explicit_spins_formula", "spins of the explicit form, widths, segments and bits",
      formula.explicit_spins(samples), "(9)");
}

void LinesTable::add_spins_of(const char* key, const char* explicit_key, const char* what, double samples) {
  add(key, fmt::format("spins of the structured form for {}", what), spins_.structured_spins(samples), "(16)");
  add(explicit_key, fmt::format("spins of the explicit form for {}", what), spins_.explicit_spins(samples), "(16)");
}

void LinesTable::add_samples() {
  const double size = log_class_size(network()), error = assume_.error;
  const ThresholdCounts thresholds = count_thresholds(network());
  const double finite = samples_finite_class(size, error, failure()), vc = samples_vc(thresholds, error, failure());
  const std::string within = fmt::format("training and true error within {:g}", error);
  add("class_bits", "log2 of the number of networks", size / std::log(2.0), "(10)");
  add("samples_finite_class", fmt::format("samples for {}, finite class", within), finite, "(11)");
  add("samples_realizable", fmt::format("samples for true error {:g} without training errors", error),
      samples_realizable(size, error, failure()), "(12)");
  add("train_samples_error", fmt::format("training and true error of these {:.0f} samples within", train_samples()),
      std::sqrt((size + std::log(2 / failure())) / (2 * train_samples())), "(11)");
  add("vc_dimension_bound", "Vapnik-Chervonenkis dimension, at most", vc_dimension_bound(thresholds, size), "(14)");
  add("samples_vc", fmt::format("samples for {}, growth function", within), vc, "(15)");
  add_spins_of("spins_finite_class", "explicit_spins_finite_class", "the samples of the finite class", finite);
  add_spins_of("spins_vc", "explicit_spins_vc", "the samples of the growth function", vc);
}

void LinesTable::add_qcgd() {
  const config::QcgdConfig& qcgd = config_.qcgd;
  const int margin = network::margin_on_grid(network().layers.back(), qcgd.output_margin);
  const LiftedConstants constants = structured_constants(network(), subject_.reach, margin, world_);
  QcgdBoundSettings settings;
  settings.iterations = qcgd.iterations;
  settings.beta0 = qcgd.beta0;
  settings.initial_multiplier = qcgd.initial_multiplier;
  settings.multiplier_cap = qcgd.multiplier_cap;
  settings.oracle_error = assume_.oracle_error;
  settings.oracle_deviation = assume_.oracle_deviation;
  settings.coefficient_bits = assume_.coefficient_bits;
  settings.failure = failure();
  const QcgdBound bound = last_qcgd_bound(constants, settings);
  const double zero_loss = output_loss_at(network(), margin, 0) * network().outputs() * train_samples();
  const double rows = std::max(1.0, static_cast<double>(constants.constraints));
  const std::string after = fmt::format("after {} iterations", qcgd.iterations);
  add("constraints", "constraints that carry multipliers", constants.constraints, "(23)");
  add("image_diameter", "diameter D of the constraints' images", constants.image_diameter, "(23)");
  add("qcgd_gap_bound", fmt::format("objective above the optimum {}, output steps", after), bound.gap, "(18)");
  add("qcgd_gap_bound_relative", "the same relative to the loss of outputs that are all 0", bound.gap / zero_loss,
      "(18)");
  add("qcgd_violation_bound", fmt::format("rms violation of the rows {}", after), bound.infeasibility / std::sqrt(rows),
      "(21)");
  add("qcgd_rounding_error", "energy that rounded multipliers may cost in the last call, output steps",
      bound.rounding_error, "(26)");
  add("qcgd_iterations_for_error",
      fmt::format("iterations for a relative gap of {:g}, exact coefficients", assume_.error),
      iterations_for_gap(constants, qcgd.beta0, assume_.oracle_error, assume_.error * zero_loss), "(28)");
}

void LinesTable::add_reads() {
  const double calls = config_.qcgd.iterations;
  const double reads = reads_per_call(assume_.read_success, calls, failure());
  const double success = run_success(assume_.read_success, calls, reads);
  add("reads_per_call", fmt::format("reads a call, if one succeeds with probability {:g}", assume_.read_success), reads,
      "(29)");
  add("run_success_probability", "all calls of a run succeed with probability", success, "(30)");
  add("tts99_reads", "time to solution of such runs, reads", tts99(calls * reads, success), "(31)");
  if (!assume_.read_seconds) return;
  add("tts99_seconds", "time to solution of such runs, seconds", tts99(calls * reads * *assume_.read_seconds, success),
      "(31)");
}

}  // namespace

std::vector<BoundsLine> bounds_table(const BoundsSubject& subject, const network::NetworkBits* trained,
                                     const BoundsAssumptions& assume, const parallel::Communicator& world) {
  LinesTable table(subject, assume, world);
  table.add_spline_error(trained);
  table.add_spins();
  table.add_samples();
  table.add_qcgd();
  table.add_reads();
  return std::move(table.lines);
}

}  // namespace isinglass::bounds
