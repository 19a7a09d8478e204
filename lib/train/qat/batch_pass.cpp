#include "train/qat/batch_pass.hpp"

#include <cblas.h>

#include <cmath>

namespace isinglass::qat {

namespace {

/// A row-major matrix for BLAS: `transposed` says how it enters the product, not how it is stored.
struct Factor {
  const double* data;
  int columns;
  CBLAS_TRANSPOSE transposed = CblasNoTrans;
};

/// c [rows][columns] = a b + keep c.
void gemm(int rows, int columns, int inner, Factor a, Factor b, double keep, double* c) {
  cblas_dgemm(CblasRowMajor, a.transposed, b.transposed, rows, columns, inner, 1.0, a.data, a.columns, b.data, b.columns, keep,
              c, columns);
}

/// Typical growth of a signal on its way back through a layer, a power of two so that scaling by it is exact.
double growth(const Layer& layer) {
  return std::exp2(std::floor(std::log2(std::sqrt(static_cast<double>(layer.units)) * layer.weights.rms())));
}

}  // namespace

BatchPass::BatchPass(const Architecture& architecture, const Layout& layout, double window)
    : architecture_(architecture), layout_(layout), stages_(architecture.layers.size()) {
  for (const auto& layer : architecture.layers)
    if (!layer.is_output()) surrogates_.emplace_back(layer, window);
}

std::span<const double> BatchPass::forward(std::span<const double> values, const Samples& samples,
                                           std::span<const std::uint32_t> rows) {
  load_inputs(samples, rows);
  for (std::size_t l = 0; l < stages_.size(); ++l) {
    multiply(l, values);
    if (l + 1 < stages_.size()) activate(l);
  }
  return stages_.back().z;
}

void BatchPass::backward(std::span<const double> values, const LossScale& loss, std::span<const std::uint8_t> labels,
                         std::span<std::int64_t> gradient) {
  auto& last = stages_.back();
  last.signals.resize(last.z.size());
  const auto outputs = static_cast<std::size_t>(architecture_.outputs());
  for (std::size_t s = 0; s < count_; ++s)
    output_signals(loss, std::span(last.z).subspan(s * outputs, outputs), labels[s],
                   std::span(last.signals).subspan(s * outputs, outputs));
  for (std::size_t l = stages_.size(); l-- > 0;) {
    add_gradient(l, gradient);
    if (l > 0) propagate_back(l, values);
  }
}

void BatchPass::load_inputs(const Samples& samples, std::span<const std::uint32_t> rows) {
  count_ = rows.size();
  auto& inputs = stages_.front().inputs;
  inputs.resize(count_ * static_cast<std::size_t>(samples.features));
  auto* target = inputs.data();
  for (const auto row : rows)
    for (const auto value : samples.row(row)) *target++ = value;
}

void BatchPass::multiply(std::size_t layer, std::span<const double> values) {
  const auto& shape = architecture_.layers[layer];
  const auto& blocks = layout_.layers[layer];
  auto& stage = stages_[layer];
  stage.z.clear();
  const auto biases = values.subspan(blocks.biases.first, blocks.biases.size);
  for (std::size_t s = 0; s < count_; ++s) stage.z.insert(stage.z.end(), biases.begin(), biases.end());
  if (count_ == 0) return;
  gemm(static_cast<int>(count_), shape.units, shape.inputs, {stage.inputs.data(), shape.inputs},
       {values.data() + blocks.weights.first, shape.inputs, CblasTrans}, 1.0, stage.z.data());
}

void BatchPass::activate(std::size_t layer) {
  const auto& z = stages_[layer].z;
  auto& next = stages_[layer + 1].inputs;
  next.resize(z.size());
  for (std::size_t i = 0; i < z.size(); ++i) next[i] = surrogates_[layer].value(z[i]);
}

void BatchPass::add_gradient(std::size_t layer, std::span<std::int64_t> gradient) {
  if (count_ == 0) return;
  const auto& shape = architecture_.layers[layer];
  const auto& blocks = layout_.layers[layer];
  const auto& stage = stages_[layer];
  product_.resize(blocks.weights.size);
  gemm(shape.units, shape.inputs, static_cast<int>(count_), {stage.signals.data(), shape.units, CblasTrans},
       {stage.inputs.data(), shape.inputs}, 0.0, product_.data());
  for (std::size_t i = 0; i < product_.size(); ++i)
    gradient[blocks.weights.first + i] += static_cast<std::int64_t>(product_[i]);
  const auto units = blocks.biases.size;
  for (std::size_t i = 0; i < stage.signals.size(); ++i)
    gradient[blocks.biases.first + i % units] += static_cast<std::int64_t>(stage.signals[i]);
}

void BatchPass::propagate_back(std::size_t layer, std::span<const double> values) {
  const auto& shape = architecture_.layers[layer];
  auto& below = stages_[layer - 1];
  below.signals.resize(below.z.size());
  if (count_ == 0) return;
  gemm(static_cast<int>(count_), shape.inputs, shape.units, {stages_[layer].signals.data(), shape.units},
       {values.data() + layout_.layers[layer].weights.first, shape.inputs}, 0.0, below.signals.data());
  const double scale = 1 / growth(shape);
  for (std::size_t i = 0; i < below.z.size(); ++i)
    below.signals[i] = to_signal(below.signals[i] * scale * surrogates_[layer - 1].slope(below.z[i]));
}

}  // namespace isinglass::qat
