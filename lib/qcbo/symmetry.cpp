#include "qcbo/symmetry.hpp"

#include "qcbo/problem_plan.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace isinglass {

namespace {

/// `count` groups of `size` values each, group g of the result being group order[g].
std::vector<std::uint8_t> permuted(std::span<const std::uint8_t> values, const std::vector<std::size_t>& order,
                                   std::size_t size) {
  std::vector<std::uint8_t> result;
  for (const std::size_t g : order) {
    const auto group = values.subspan(g * size, size);
    result.insert(result.end(), group.begin(), group.end());
  }
  return result;
}

void permute_units(LayerBits& bits, const Layer& layer, const std::vector<std::size_t>& order) {
  bits.weights = permuted(bits.weights, order, static_cast<std::size_t>(layer.inputs * layer.weights.bits()));
  bits.biases = permuted(bits.biases, order, static_cast<std::size_t>(layer.bias.bits()));
}

void permute_inputs(LayerBits& bits, const Layer& layer, const std::vector<std::size_t>& order) {
  const auto row = static_cast<std::size_t>(layer.inputs * layer.weights.bits());
  std::vector<std::uint8_t> weights;
  for (std::size_t at = 0; at < bits.weights.size(); at += row) {
    const auto one = permuted(std::span<const std::uint8_t>(bits.weights).subspan(at, row), order,
                              static_cast<std::size_t>(layer.weights.bits()));
    weights.insert(weights.end(), one.begin(), one.end());
  }
  bits.weights = std::move(weights);
}

/// The row of units j and j + 1, whose slack begins at variable `slack`.
void add_row(const Layer& layer, std::int64_t weights, int j, std::int64_t slack, Rows& rows) {
  const int bits = code_bits(layer);
  const std::int64_t unit = static_cast<std::int64_t>(layer.inputs) * layer.weights.bits();
  const auto add = [&](std::int64_t first, std::int64_t sign) {
    for (int b = 0; b < bits; ++b) rows.add(first + b, sign * (std::int64_t{1} << b));
  };
  add(weights + j * unit, -1);
  add(weights + (j + 1) * unit, 1);
  add(slack, -1);  // 0 .. 2^bits - 1: the powers of two are exact
  rows.finish(RowKind::symmetry, 0, -1);
}

}  // namespace

int code_bits(const Layer& layer) { return std::min(symmetry_bits, layer.inputs * layer.weights.bits()); }

std::int64_t symmetry_row_count(const Architecture& architecture) {
  std::int64_t rows = 0;
  for (std::size_t l = 0; l + 1 < architecture.layers.size(); ++l) rows += architecture.layers[l].units - 1;
  return rows;
}

std::int64_t symmetry_variables(const Architecture& architecture) {
  std::int64_t bits = 0;
  for (std::size_t l = 0; l + 1 < architecture.layers.size(); ++l)
    bits += static_cast<std::int64_t>(architecture.layers[l].units - 1) * code_bits(architecture.layers[l]);
  return bits;
}

void add_symmetry_rows(const Architecture& architecture, std::int64_t first, Qcbo& out) {
  const std::vector<ParameterLayout> parameters = parameter_layout(architecture);
  for (std::size_t l = 0; l + 1 < architecture.layers.size(); ++l) {
    const Layer& layer = architecture.layers[l];
    for (int j = 0; j + 1 < layer.units; ++j) {
      add_row(layer, parameters[l].weights, j, first, out.rows);
      Variable v;
      v.kind = VariableKind::slack;
      v.layer = static_cast<int>(l);
      v.unit = j;
      for (v.bit = 0; v.bit < code_bits(layer); ++v.bit, ++first) out.variables.push_back(v);
    }
  }
}

std::vector<int> unit_codes(const Layer& layer, const LayerBits& bits) {
  std::vector<int> codes(static_cast<std::size_t>(layer.units));
  const auto row = static_cast<std::size_t>(layer.inputs * layer.weights.bits());
  for (std::size_t j = 0; j < codes.size(); ++j)
    for (int b = 0; b < code_bits(layer); ++b) codes[j] += bits.weights[j * row + static_cast<std::size_t>(b)] << b;
  return codes;
}

NetworkBits sorted_units(const Architecture& architecture, NetworkBits bits) {
  for (std::size_t l = 0; l + 1 < architecture.layers.size(); ++l) {
    const std::vector<int> codes = unit_codes(architecture.layers[l], bits[l]);
    std::vector<std::size_t> order(codes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return codes[a] < codes[b]; });
    permute_units(bits[l], architecture.layers[l], order);
    permute_inputs(bits[l + 1], architecture.layers[l + 1], order);
  }
  return bits;
}

}  // namespace isinglass
