#include "qcbo/symmetry.hpp"

#include "qcbo/problem_plan.hpp"

#include <algorithm>
#include <cstddef>

namespace isinglass::qcbo {

namespace {

/// The row of units j and j + 1, whose slack begins at variable `slack`.
void add_row(const network::Layer& layer, std::int64_t weights, int j, std::int64_t slack, Rows& rows) {
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

int code_bits(const network::Layer& layer) { return std::min(symmetry_bits, layer.inputs * layer.weights.bits()); }

std::int64_t symmetry_row_count(const network::Architecture& architecture) {
  std::int64_t rows = 0;
  for (std::size_t l = 0; l + 1 < architecture.layers.size(); ++l) rows += architecture.layers[l].units - 1;
  return rows;
}

std::int64_t symmetry_variables(const network::Architecture& architecture) {
  std::int64_t bits = 0;
  for (std::size_t l = 0; l + 1 < architecture.layers.size(); ++l)
    bits += static_cast<std::int64_t>(architecture.layers[l].units - 1) * code_bits(architecture.layers[l]);
  return bits;
}

void add_symmetry_rows(const network::Architecture& architecture, std::int64_t first, Qcbo& out) {
  const std::vector<ParameterLayout> parameters = parameter_layout(architecture);
  for (std::size_t l = 0; l + 1 < architecture.layers.size(); ++l) {
    const network::Layer& layer = architecture.layers[l];
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

std::vector<int> unit_codes(const network::Layer& layer, const network::LayerBits& bits) {
  std::vector<int> codes(static_cast<std::size_t>(layer.units));
  const auto row = static_cast<std::size_t>(layer.inputs * layer.weights.bits());
  for (std::size_t j = 0; j < codes.size(); ++j)
    for (int b = 0; b < code_bits(layer); ++b) codes[j] += bits.weights[j * row + static_cast<std::size_t>(b)] << b;
  return codes;
}

}  // namespace isinglass::qcbo
