#include "train/qat/batch_pass.hpp"

#include "network/forward.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace isinglass::train::qat {

namespace {

/// Distance to either side of a knot over which its jump is spread, in grid units.
double half_width(const network::Layer& layer, double window) {
  double gap = 0;
  for (std::size_t k = 1; k < layer.thresholds.size(); ++k)
    gap = std::max(gap, static_cast<double>(layer.thresholds[k] - layer.thresholds[k - 1]));
  return std::max(layer.thresholds.size() > 1 ? gap / 2 : window * layer.rms, 0.5);
}

/// Sum of the jumps whose window holds z. The jump at knot t is between the integers t - 1 and t.
double spread_jumps(const network::Layer& layer, int z, double width) {
  double sum = 0;
  for (std::size_t k = 0; k < layer.thresholds.size(); ++k)
    if (std::abs(z - (layer.thresholds[k] - 0.5)) <= width) sum += layer.values[k + 1] - layer.values[k];
  return sum;
}

/// Typical growth of a signal on its way back through a layer, a power of two so that scaling by it is exact.
double growth(const network::Layer& layer) {
  return std::exp2(std::floor(std::log2(std::sqrt(static_cast<double>(layer.units)) * layer.weights.rms())));
}

/// Predicts the class as predicted_class does, on outputs held in doubles.
int predicted(std::span<const double> outputs) {
  if (outputs.size() == 1) return outputs[0] >= 0 ? 1 : 0;
  return static_cast<int>(std::ranges::max_element(outputs) - outputs.begin());
}

}  // namespace

Surrogate::Surrogate(const network::Layer& layer, double window) {
  const double width = half_width(layer, window);
  const int first = layer.thresholds.front() - static_cast<int>(width) - 2;
  const int last = layer.thresholds.back() + static_cast<int>(width) + 2;
  for (int z = first; z <= last; ++z) {
    values_.push_back(layer.values[static_cast<std::size_t>(network::segment_of(layer.thresholds, z))]);
    slopes_.push_back(spread_jumps(layer, z, width));
  }
  // Adam does not see the scale of a layer's gradient; slopes of at most 1 keep the signals in range.
  auto slopes = vector_view(slopes_);
  slopes /= std::max(slopes.lpNorm<Eigen::Infinity>(), 1.0);
  lowest_ = first;
  highest_ = last;
}

BatchPass::BatchPass(const network::Architecture& architecture, const Layout& layout, double window,
                     std::unique_ptr<FilterPass> filters)
    : architecture_(architecture), layout_(layout), filters_(std::move(filters)), stages_(architecture.layers.size()) {
  for (const auto& layer : architecture.layers)
    if (!layer.is_output()) surrogates_.emplace_back(layer, window);
}

MatrixView<const double> BatchPass::weights_of(std::size_t layer, std::span<const double> values) const {
  const network::Layer& shape = architecture_.layers[layer];
  return {values.data() + layout_.layers[layer].weights.first, shape.units, shape.inputs};
}

void BatchPass::write_inputs(std::span<const double> values, const data::Samples& samples,
                             std::span<const std::uint32_t> rows) {
  RowMatrix<double>& inputs = stages_.front().inputs;
  if (filters_) return filters_->write_features(values, samples, rows, inputs);
  inputs.resize(std::ssize(rows), samples.features);
  for (std::size_t s = 0; s < rows.size(); ++s)
    inputs.row(static_cast<Eigen::Index>(s)) = vector_view(samples.row(rows[s])).transpose().cast<double>();
}

const RowMatrix<double>& BatchPass::forward(std::span<const double> values, const data::Samples& samples,
                                            std::span<const std::uint32_t> rows) {
  write_inputs(values, samples, rows);
  for (std::size_t l = 0; l < stages_.size(); ++l) {
    auto& [inputs, z, signals] = stages_[l];
    const Block& biases = layout_.layers[l].biases;
    z = vector_view(values.subspan(biases.first, biases.size)).transpose().replicate(inputs.rows(), 1);
    z.noalias() += inputs * weights_of(l, values).transpose();
    if (l + 1 == stages_.size()) break;
    stages_[l + 1].inputs = z.unaryExpr([&](double at) { return surrogates_[l].value(at); });
  }
  return stages_.back().z;
}

void BatchPass::backward(std::span<const double> values, const LossScale& loss, std::span<const std::uint8_t> labels,
                         std::span<std::int64_t> gradient, std::size_t turn) {
  auto& [inputs, z, signals] = stages_.back();
  signals.resize(z.rows(), z.cols());
  for (std::size_t s = 0; s < labels.size(); ++s) output_signals(loss, row_span(z, s), labels[s], row_span(signals, s));
  for (std::size_t l = stages_.size(); l-- > 0;) {
    add_gradient(l, gradient);
    if (l > 0) propagate_back(l, values);
  }
  if (filters_) filters_->add_gradient(signals_at_inputs(0, values), turn, gradient);
}

RowMatrix<double> BatchPass::signals_at_inputs(std::size_t layer, std::span<const double> values) const {
  return stages_[layer].signals * weights_of(layer, values) / growth(architecture_.layers[layer]);
}

void BatchPass::add_gradient(std::size_t layer, std::span<std::int64_t> gradient) {
  const auto& [inputs, z, signals] = stages_[layer];
  const auto& [weights, biases] = layout_.layers[layer];
  product_.noalias() = signals.transpose() * inputs;
  MatrixView<std::int64_t>(gradient.data() + weights.first, product_.rows(), product_.cols()) +=
      product_.cast<std::int64_t>();
  vector_view(gradient.subspan(biases.first, biases.size)) += signals.colwise().sum().transpose().cast<std::int64_t>();
}

void BatchPass::propagate_back(std::size_t layer, std::span<const double> values) {
  const Surrogate& surrogate = surrogates_[layer - 1];
  auto& [inputs, z, signals] = stages_[layer - 1];
  signals = signals_at_inputs(layer, values).binaryExpr(z, [&](double signal, double at) {
    return to_signal(signal * surrogate.slope(at));
  });
}

double Assessment::accuracy() const {
  if (total == 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(correct) / static_cast<double>(total);
}

Assessment assess(BatchPass& pass, std::span<const double> values, const LossScale& loss, const data::Samples& samples,
                  const parallel::Communicator& comm) {
  constexpr std::size_t chunk = 256;  // samples at a time: their inputs stay in cache
  std::array<std::int64_t, 3> sums{0, 0, static_cast<std::int64_t>(samples.size())};
  for (std::size_t first = 0; first < samples.size(); first += chunk) {
    std::vector<std::uint32_t> rows(std::min(chunk, samples.size() - first));
    std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(first));
    const RowMatrix<double>& z = pass.forward(values, samples, rows);
    for (std::size_t s = 0; s < rows.size(); ++s) {
      const int label = samples.labels[rows[s]];
      sums[0] += sample_loss(loss, row_span(z, s), label);
      sums[1] += predicted(row_span(z, s)) == label ? 1 : 0;
    }
  }
  comm.all_sum(sums);
  return {sums[0], sums[1], sums[2]};
}

}  // namespace isinglass::train::qat
