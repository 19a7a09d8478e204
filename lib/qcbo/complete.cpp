#include "network/forward.hpp"
#include "qcbo/point.hpp"
#include "qcbo/symmetry.hpp"

#include <algorithm>
#include <cstddef>

namespace isinglass::qcbo {

namespace {

/// Exact z of every unit of a layer.
std::vector<int> z_of(const network::Layer& layer, const network::LayerValues& values, std::span<const int> inputs) {
  std::vector<int> z(values.biases);
  const auto width = static_cast<std::size_t>(layer.inputs);
  for (std::size_t j = 0; j < z.size(); ++j)
    for (std::size_t i = 0; i < width; ++i) z[j] += values.weights[j * width + i] * inputs[i];
  return z;
}

/// Index of the last piece that does not begin behind `segment`.
std::size_t piece_with(const UnitPlan& unit, int segment) {
  std::size_t k = 0;
  while (k + 1 < unit.pieces.size() && unit.pieces[k + 1].segment <= segment) ++k;
  return k;
}

int loss_piece_of(const network::LossSpline& loss, int t) {
  int p = 0;
  while (p + 1 < static_cast<int>(loss.pieces.size()) && loss.pieces[static_cast<std::size_t>(p) + 1].from <= t) ++p;
  return p;
}

/// Writes indicators and slack of one unit whose z (or t = y z) lies in segment `segment`.
void set_unit(const UnitPlan& unit, int segment, int z, std::span<std::uint8_t> own) {
  const std::size_t k = piece_with(unit, segment);
  const ReachablePiece& piece = unit.pieces[k];
  if (unit.indicators > 0) own[k] = 1;
  const int cell = piece.cells > 1 ? segment - piece.segment : 0;
  const std::vector<std::uint8_t> slack = piece.bits(cell, z - piece.first - cell * piece.cell_width);
  std::copy(slack.begin(), slack.end(), own.begin() + unit.indicators);
}

/// Slack of the symmetry rows, in their order; 0 where the codes are not sorted.
std::vector<std::uint8_t> symmetry_slack(const network::Architecture& architecture, const network::NetworkBits& bits) {
  std::vector<std::uint8_t> slack;
  for (std::size_t l = 0; l + 1 < architecture.layers.size(); ++l) {
    const std::vector<int> codes = unit_codes(architecture.layers[l], bits[l]);
    for (std::size_t j = 0; j + 1 < codes.size(); ++j)
      for (int b = 0; b < code_bits(architecture.layers[l]); ++b)
        slack.push_back(static_cast<std::uint8_t>((std::max(0, codes[j + 1] - codes[j]) >> b) & 1));
  }
  return slack;
}

/// Indicators and slack bits of one sample.
void set_sample(const Compiler& compiler, std::size_t s, const network::NetworkValues& values, BinaryPoint& point) {
  const ProblemPlan& plan = compiler.plan();
  const std::vector<LayerBlock> blocks = plan.blocks(s, compiler.starts()[s]);
  const auto row = plan.samples().row(s);
  std::vector<int> inputs(row.begin(), row.end());
  for (std::size_t l = 0; l < plan.layers(); ++l) {
    const network::Layer& layer = plan.layer(l);
    const UnitPlan& unit = plan.unit(s, l);
    std::vector<int> z = z_of(layer, values[l], inputs), next;
    const auto count = static_cast<std::size_t>(unit.variables());
    for (std::size_t j = 0; j < z.size(); ++j) {
      const auto start = static_cast<std::size_t>(blocks[l].units - point.first) + j * count;
      int segment = layer.is_output() ? 0 : network::segment_of(layer.thresholds, z[j]);
      if (layer.is_output()) {
        z[j] *= network::target_sign(plan.architecture().outputs(), static_cast<int>(j), plan.samples().labels[s]);
        segment = loss_piece_of(plan.loss(), z[j]);
      } else {
        next.push_back(layer.values[static_cast<std::size_t>(segment)]);
      }
      if (plan.is_built(s, l) && count > 0) set_unit(unit, segment, z[j], std::span(point.own).subspan(start, count));
    }
    inputs = std::move(next);
  }
}

}  // namespace

BinaryPoint complete(const Compiler& compiler, const Qcbo& block, std::size_t first, std::size_t last,
                     const network::NetworkBits& bits) {
  BinaryPoint point{parameter_bits(bits), std::vector<std::uint8_t>(block.variables.size()), block.first_variable};
  if (compiler.has_symmetry_rows() && first == 0) {
    const auto slack = symmetry_slack(compiler.plan().architecture(), bits);
    std::copy(slack.begin(), slack.end(), point.own.begin());
  }
  const network::NetworkValues values = network::decode(compiler.plan().architecture(), bits);
  for (std::size_t s = first; s < last; ++s) set_sample(compiler, s, values, point);
  complete_products(block, point);
  return point;
}

}  // namespace isinglass::qcbo
