#pragma once

#include "network/architecture.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace isinglass::train::qat {

/// A run of parameters with one codebook, and its place in the flat vectors of all parameters.
struct Block {
  std::size_t first = 0, size = 0;
  int levels = 2;     ///< distinct codebook values
  int largest = 1;    ///< largest codebook value
  int spacing = 2;    ///< between neighbouring codebook values
  int grid_unit = 1;  ///< grid units of z (biases) or of the weight, per codebook unit
};

/// The two blocks of a layer.
struct LayerBlocks {
  Block weights;  ///< [unit][input]
  Block biases;   ///< [unit]
};

/// Where each layer's parameters are in the flat vectors.
struct Layout {
  std::vector<LayerBlocks> layers;
  std::vector<LayerBlocks> banks;  ///< where filters are trained: weights [filter][row][column], thresholds [filter]
  std::size_t parameters = 0;

  /// The place in the flat vectors from which on parameters are of filters.
  [[nodiscard]] std::size_t first_filter() const { return banks.empty() ? parameters : banks.front().weights.first; }
};
[[nodiscard]] Layout make_layout(const network::Architecture& architecture);

/// Start of training: weights uniform in +-scale (wider where the codebook has a zero), biases near their middle; a
/// function of the seed. Latents lie in [-1, 1].
[[nodiscard]] std::vector<double> initial_latents(const Layout& layout, double scale, std::uint64_t seed);

/// Puts the latents of filters where the banks have them: thresholds in the middle of their cells, weights as far from
/// 0 as they are, on the side of the drawn ones.
void start_at_filters(const network::Architecture& architecture, const Layout& layout, std::span<double> latents);

/// Puts the latents of layers where `network` has their values: of two values, as far from 0 as they are, on its side;
/// of more, in the middle of the cell.
void start_at_network(const network::Architecture& architecture, const Layout& layout,
                      const network::NetworkBits& network, std::span<double> latents);

/// Codebook value of a latent: [-1, 1] is cut into cells of equal width, one a value.
[[nodiscard]] int rounded(const Block& block, double latent);

/// Values of all parameters on the grid of z, as doubles that hold integers.
void round_latents(const Layout& layout, std::span<const double> latents, std::span<double> values);

/// The bits of a bank's filters by their values.
[[nodiscard]] network::LayerBits filter_bits(const LayerBlocks& blocks, std::span<const double> values);

/// The parameter bits that a network with these latents has.
[[nodiscard]] network::NetworkBits to_bits(const network::Architecture& architecture, const Layout& layout,
                                           std::span<const double> latents);

/// Adam (Kingma and Ba, arXiv 1412.6980, algorithm 1) on latents that are clipped to [-1, 1].
class Adam {
public:
  explicit Adam(std::size_t parameters) : state_{std::vector<double>(parameters), std::vector<double>(parameters), 0} {}

  /// Learning rates of the layers' parameters, and of those from `first_filter` on, which are of filters.
  struct Rates {
    double layers, filters;
    std::size_t first_filter;
  };

  /// One step. `gradient` is the exact sum over a batch; `unit` turns it into a mean of real numbers.
  void step(std::span<double> latents, std::span<const std::int64_t> gradient, double unit, const Rates& rates);

  /// The two moments of each parameter, and the steps they were taken over: all that the next step needs.
  struct State {
    std::vector<double> mean, square;
    std::int64_t steps = 0;
  };
  [[nodiscard]] const State& state() const { return state_; }
  void set_state(State state) { state_ = std::move(state); }

private:
  State state_;
};

/// Decay from `peak` to 0 along half a cosine, for step `step` of `steps`.
[[nodiscard]] double cosine_rate(double peak, std::int64_t step, std::int64_t steps);

}  // namespace isinglass::train::qat
