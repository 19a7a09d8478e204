#pragma once

#include "data/samples.hpp"
#include "network/architecture.hpp"
#include "train/qat/latents.hpp"
#include "train/qat/loss.hpp"
#include "train/qat/surrogate.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::qat {

/// Forward and backward pass of a batch as matrix products, with the memory they need. All numbers are
/// integers held in doubles and every sum stays below 2^53, so that the products are exact in any order.
class BatchPass {
public:
  BatchPass(const Architecture& architecture, const Layout& layout, double window);

  /// Outputs z [sample][output] of the samples `rows` of `samples`, valid until the next call.
  /// `values`: of all parameters, as from round_latents.
  std::span<const double> forward(std::span<const double> values, const Samples& samples, std::span<const std::uint32_t> rows);

  /// Adds the gradient of the last forward pass's samples, in units of the signals, to `gradient` [parameter].
  void backward(std::span<const double> values, const LossScale& loss, std::span<const std::uint8_t> labels,
                std::span<std::int64_t> gradient);

private:
  /// One layer's part of a batch.
  struct Stage {
    std::vector<double> inputs, z, signals;  // [sample][input], [sample][unit], [sample][unit]
  };

  void load_inputs(const Samples& samples, std::span<const std::uint32_t> rows);
  void multiply(std::size_t layer, std::span<const double> values);
  void activate(std::size_t layer);
  void add_gradient(std::size_t layer, std::span<std::int64_t> gradient);
  void propagate_back(std::size_t layer, std::span<const double> values);

  const Architecture& architecture_;
  const Layout& layout_;
  std::vector<Surrogate> surrogates_;  // [hidden layer]
  std::vector<Stage> stages_;          // [layer]
  std::vector<double> product_;        // [unit][input], a layer's weight gradient
  std::size_t count_ = 0;              // samples of the last forward pass
};

}  // namespace isinglass::qat
