#include "qcbo/problem_plan.hpp"

#include "base/stop_signal.hpp"
#include "qcbo/fip.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>

namespace isinglass::qcbo {

namespace {

int step_of(const network::Codebook& codebook) {
  int step = 0;
  for (const int s : codebook.steps) step = std::gcd(step, s);
  return step;
}

/// The values that an activation can have: lowest + step Z, and the largest magnitude.
struct ValueGrid {
  int value = 0, step = 0, largest = 0;
};

ValueGrid values_of(const UnitPlan& plan) {
  ValueGrid grid;
  grid.value = plan.pieces.front().value;
  for (const ReachablePiece& piece : plan.pieces) {
    grid.step = std::gcd(grid.step, std::abs(piece.value - grid.value));
    if (piece.cells > 1) grid.step = std::gcd(grid.step, std::abs(piece.slope));
    grid.largest =
        std::max({grid.largest, std::abs(piece.value), std::abs(piece.value + piece.slope * (piece.cells - 1))});
  }
  return grid;
}

/// Range of z = sum_i w_i x_i + bias for data x. Flipping a weight bit changes z by a multiple of (step of w) x_i.
ZRange range_of_data(const network::Layer& layer, std::span<const std::int8_t> x) {
  int sum = 0, divisor = 0;
  for (const std::int8_t value : x) {
    sum += std::abs(static_cast<int>(value));
    divisor = std::gcd(divisor, static_cast<int>(value));
  }
  return {sum * layer.weights.largest() + layer.bias_unit * layer.bias.largest(),
          std::gcd(step_of(layer.weights) * divisor, layer.bias_unit * step_of(layer.bias))};
}

/// Step of the products with activations a = value + step n: (w0 + sw p)(value + step n) changes by multiples
/// of w0 step, sw value, sw step.
ZRange range_of_activations(const network::Layer& layer, const ValueGrid& a) {
  const int sw = step_of(layer.weights);
  const int divisor = std::gcd(std::gcd(layer.weights.offset * a.step, sw * a.value), sw * a.step);
  return {layer.inputs * a.largest * layer.weights.largest() + layer.bias_unit * layer.bias.largest(),
          std::gcd(divisor, layer.bias_unit * step_of(layer.bias))};
}

}  // namespace

std::vector<ParameterLayout> parameter_layout(const network::Architecture& architecture) {
  std::vector<ParameterLayout> layout;
  std::int64_t next = 0;
  for (const network::Layer& layer : architecture.layers) {
    ParameterLayout here;
    here.weights = next;
    here.biases = here.weights + static_cast<std::int64_t>(layer.units) * layer.inputs * layer.weights.bits();
    here.end = here.biases + static_cast<std::int64_t>(layer.units) * layer.bias.bits();
    next = here.end;
    layout.push_back(here);
  }
  return layout;
}

ProblemPlan::ProblemPlan(const network::Architecture& architecture, const network::LossSpline& loss,
                         const data::Samples& shard, const CompileOptions& options, const parallel::Communicator& comm)
    : architecture_(architecture), loss_(loss), samples_(shard), options_(options) {
  for (const LayerReach& reach : propagate_intervals(architecture, shard)) {
    const network::Layer& layer = architecture.layers[wanted_.size()];
    if (layer.is_output()) break;
    const int widest = reach.reach.empty() ? 0 : *std::max_element(reach.reach.begin(), reach.reach.end());
    wanted_.push_back(cell_intervals(layer, options.margin, static_cast<int>(comm.all_max(widest)) + 1));
  }
  units_.reserve(shard.size() * layers());
  built_.resize(shard.size() * layers());
  for (std::size_t s = 0; s < shard.size(); ++s) {
    throw_if_stopped();
    for (std::size_t l = 0; l < layers(); ++l) units_.push_back(&plan({l, range_of(s, l)}));
    set_built(s);
  }
}

const UnitPlan& ProblemPlan::plan(Key key) {
  const auto found = plans_.find(key);
  if (found != plans_.end()) return found->second;
  const network::Layer& layer = architecture_.layers[key.layer];
  return plans_[key] = layer.is_output() ? plan_output(loss_, key.range)
                                         : plan_hidden(layer, key.range, wanted_[key.layer], options_.margin == 0);
}

ZRange ProblemPlan::range_of(std::size_t sample, std::size_t l) const {
  ZRange range = l == 0 ? range_of_data(layer(0), samples_.row(sample))
                        : range_of_activations(layer(l), values_of(unit(sample, l - 1)));
  if (options_.unit_steps) range.step = 1;
  return range;
}

void ProblemPlan::set_built(std::size_t sample) {
  bool is_asked_for = true;  // the output: by the loss
  for (std::size_t l = layers(); l-- > 0;) {
    // With a margin a row is a demand of its own, whatever comes of the activation.
    const bool is_built = (is_asked_for || options_.margin != 0) && unit(sample, l).needs_z();
    built_[sample * layers() + l] = is_built ? 1 : 0;
    is_asked_for = is_built;
  }
}

LayerInput ProblemPlan::input(std::size_t sample, std::size_t l) const {
  if (l == 0) return {samples_.row(sample), 0, {}, 0};
  const UnitPlan& before = unit(sample, l - 1);
  return {{}, before.constant, before.activation, before.variables()};
}

std::int64_t ProblemPlan::weight_products(std::size_t sample, std::size_t l) const {
  if (l == 0 || !is_built(sample, l)) return 0;
  const auto active = static_cast<std::int64_t>(unit(sample, l - 1).activation.size());
  return active * layer(l).units * layer(l).inputs * layer(l).weights.bits();
}

std::int64_t ProblemPlan::variables(std::size_t sample) const {
  std::int64_t sum = 0;
  for (std::size_t l = 0; l < layers(); ++l)
    if (is_built(sample, l))
      sum += weight_products(sample, l) + static_cast<std::int64_t>(layer(l).units) * unit(sample, l).variables();
  return sum;
}

std::vector<LayerBlock> ProblemPlan::blocks(std::size_t sample, std::int64_t first) const {
  std::vector<LayerBlock> blocks;
  for (std::size_t l = 0; l < layers(); ++l) {
    const std::int64_t units = first + weight_products(sample, l);
    blocks.push_back({first, units});
    if (is_built(sample, l)) first = units + static_cast<std::int64_t>(layer(l).units) * unit(sample, l).variables();
  }
  return blocks;
}

}  // namespace isinglass::qcbo
