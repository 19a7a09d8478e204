#pragma once

#include "base/matrix.hpp"
#include "data/samples.hpp"
#include "network/architecture.hpp"
#include "parallel/communicator.hpp"
#include "train/qat/filter_pass.hpp"
#include "train/qat/latents.hpp"
#include "train/qat/loss.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace isinglass::train::qat {

/// A hidden layer's activation and the slope that stands in for its derivative, looked up by the integer z.
/// The slope is the derivative of the table's mean under uniform noise of z: each jump is spread evenly over
/// +-half_width, which for even knots is the straight line between them. Largest slope 1.
class Surrogate {
public:
  /// `window`: half-width for a single knot, in units of layer.rms; several knots are spread over half the widest gap.
  Surrogate(const network::Layer& layer, double window);

  [[nodiscard]] double value(double z) const { return values_[index(z)]; }
  [[nodiscard]] double slope(double z) const { return slopes_[index(z)]; }

private:
  // Outside the table z is beyond all knots and their windows: the end entries hold there too.
  [[nodiscard]] std::size_t index(double z) const {
    return static_cast<std::size_t>(std::clamp(z, lowest_, highest_) - lowest_);
  }

  double lowest_ = 0, highest_ = 0;
  std::vector<double> values_, slopes_;
};

/// Forward and backward pass of a batch as matrix products, with the memory they need. All numbers are
/// integers held in doubles and every sum stays below 2^53, so that the products are exact in any order.
class BatchPass {
public:
  /// `filters`: what makes the inputs of the first layer where filters are trained, else null.
  BatchPass(const network::Architecture& architecture, const Layout& layout, double window,
            std::unique_ptr<FilterPass> filters = nullptr);

  /// Outputs z [sample][output] of the samples `rows` of `samples`, valid until the next call.
  /// `values`: of all parameters, as from round_latents.
  const RowMatrix<double>& forward(std::span<const double> values, const data::Samples& samples,
                                   std::span<const std::uint32_t> rows);

  /// Adds the gradient of the last forward pass's samples, in units of the signals, to `gradient` [parameter]. `turn`:
  /// number of the batch, by which trained filters take turns.
  void backward(std::span<const double> values, const LossScale& loss, std::span<const std::uint8_t> labels,
                std::span<std::int64_t> gradient, std::size_t turn = 0);

private:
  /// One layer's part of a batch.
  struct Stage {
    RowMatrix<double> inputs, z, signals;  // [sample][input], [sample][unit], [sample][unit]
  };

  [[nodiscard]] MatrixView<const double> weights_of(std::size_t layer, std::span<const double> values) const;
  void add_gradient(std::size_t layer, std::span<std::int64_t> gradient);
  void propagate_back(std::size_t layer, std::span<const double> values);

  void write_inputs(std::span<const double> values, const data::Samples& samples, std::span<const std::uint32_t> rows);
  /// Signals at the inputs of a layer before the slope of what made them, [sample][input].
  [[nodiscard]] RowMatrix<double> signals_at_inputs(std::size_t layer, std::span<const double> values) const;

  const network::Architecture& architecture_;
  const Layout& layout_;
  std::unique_ptr<FilterPass> filters_;
  std::vector<Surrogate> surrogates_;  // [hidden layer]
  std::vector<Stage> stages_;          // [layer]
  RowMatrix<double> product_;          // [unit][input], a layer's weight gradient
};

/// The exact loss and accuracy of the quantized network on a split.
struct Assessment {
  std::int64_t loss = 0;     ///< sum over the samples, as sample_loss
  std::int64_t correct = 0;  ///< samples whose predicted class is their label
  std::int64_t total = 0;
  [[nodiscard]] double accuracy() const;  ///< fraction; NaN for an empty split
};

/// Runs all samples of a split through the network. Collective over `comm`.
[[nodiscard]] Assessment assess(BatchPass& pass, std::span<const double> values, const LossScale& loss,
                                const data::Samples& samples, const parallel::Communicator& comm);

}  // namespace isinglass::train::qat
