#include "bounds/spin_formula.hpp"

#include <algorithm>
#include <bit>

namespace isinglass::bounds {

std::vector<int> largest_reach(std::span<const qcbo::LayerReach> reach, const parallel::Communicator& comm) {
  std::vector<int> largest;
  for (const qcbo::LayerReach& layer : reach) {
    const int here = layer.reach.empty() ? 0 : *std::max_element(layer.reach.begin(), layer.reach.end());
    largest.push_back(static_cast<int>(comm.all_max(here)));
  }
  return largest;
}

namespace {

/// Bits of the offset registers of a layer: plain ones reach over all of z, those of linear pieces have a fine and a
/// coarse part.
int register_bits(const network::Layer& layer, int reach) {
  const auto bits_of = [](int largest) { return static_cast<int>(std::bit_width(static_cast<unsigned>(largest))); };
  int bits = bits_of(2 * reach);
  for (const network::ActivationPiece& piece : layer.pieces)
    if (piece.cells > 1) bits = std::max(bits, bits_of(layer.cell_width - 1) + bits_of(piece.cells - 1));
  return bits;
}

/// Spins of one register and its indicators: the products are those of both.
double interval_spins(double pieces, double slack_bits) { return pieces + slack_bits + pieces * slack_bits; }

}  // namespace

SpinLine spin_formula(const network::Architecture& architecture, std::span<const int> reach, std::size_t loss_pieces) {
  SpinLine line;
  for (std::size_t l = 0; l < architecture.layers.size(); ++l) {
    const network::Layer& layer = architecture.layers[l];
    const double units = layer.units, slack_bits = register_bits(layer, reach[l]);
    line.parameter_bits += units * (layer.inputs * layer.weights.bits() + layer.bias.bits());
    if (layer.is_output()) {
      line.explicit_per_sample += units * interval_spins(static_cast<double>(loss_pieces), slack_bits);
      break;
    }
    const network::Layer& next = architecture.layers[l + 1];
    const auto pieces = static_cast<double>(layer.pieces.size());
    const bool is_linear =
        std::ranges::any_of(layer.pieces, [](const network::ActivationPiece& piece) { return piece.slope != 0; });
    const double active = pieces + (is_linear ? pieces * slack_bits : 0);  // variables that an activation is a sum of
    line.structured_per_sample += units * layer.cell_count();
    line.explicit_per_sample +=
        units * (interval_spins(pieces, slack_bits) + active * next.units * next.weights.bits());
  }
  return line;
}

SpinLine mean_spins(const qcbo::StructuredCounts& structured, const qcbo::QcboCounts& counts, std::int64_t samples) {
  const auto parameters = static_cast<double>(counts.parameter_bits), all = static_cast<double>(samples);
  return {parameters, static_cast<double>(structured.choices) / all,
          (static_cast<double>(counts.spins()) - parameters) / all};
}

}  // namespace isinglass::bounds
