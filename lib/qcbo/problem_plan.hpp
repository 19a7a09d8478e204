#pragma once

#include "data/samples.hpp"
#include "network/architecture.hpp"
#include "network/loss.hpp"
#include "parallel/communicator.hpp"
#include "qcbo/unit_plan.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace isinglass::qcbo {

struct CompileOptions {
  double margin = 0;  ///< each cell is shrunk by this from its knots, units of the layer's rms; 0: the exact problem
  bool break_symmetry = false;  ///< orders the hidden units of each layer by their first weight bits
  /// Registers in steps of one although z may lie on a coarser grid, at a bit more for each: then the distances of z to
  /// the registers are those of the structured energy at infeasible points too.
  bool unit_steps = false;
};

/// Where the parameter bits of one layer are.
struct ParameterLayout {
  std::int64_t weights = 0, biases = 0, end = 0;
};

/// First variables of each layer. [layer]
[[nodiscard]] std::vector<ParameterLayout> parameter_layout(const network::Architecture& architecture);

/// Inputs of a layer for one sample: constants (data, or the reference value of an activation), and the same variables
/// of the previous layer's block for every input.
struct LayerInput {
  std::span<const std::int8_t> data;            ///< layer 1; empty for later ones
  std::int64_t constant = 0;                    ///< later layers: of every input
  std::span<const LocalTerm> active;            ///< later layers: the variables of the activation
  int block = 0;                                ///< variables of one unit of the previous layer
  [[nodiscard]] std::int64_t at(int i) const {  ///< constant part of input i
    return data.empty() ? constant : data[static_cast<std::size_t>(i)];
  }
};

/// First variables of one layer's part of one sample's block: products with its weights, then the blocks of its units.
struct LayerBlock {
  std::int64_t products = 0, units = 0;
};

/// Decisions of compiling and counting about every sample of a shard before anything is built: FIP on the exact grids
/// of z. All units of a layer share their plan, and so do samples with the same range of z.
class ProblemPlan {
public:
  /// Keeps references to all but the communicator. Collective: margins see the widest reach of all ranks.
  ProblemPlan(const network::Architecture& architecture, const network::LossSpline& loss, const data::Samples& shard,
              const CompileOptions& options, const parallel::Communicator& comm);

  [[nodiscard]] const network::Architecture& architecture() const { return architecture_; }
  [[nodiscard]] const network::Layer& layer(std::size_t l) const { return architecture_.layers[l]; }
  [[nodiscard]] std::size_t layers() const { return architecture_.layers.size(); }
  [[nodiscard]] const network::LossSpline& loss() const { return loss_; }
  [[nodiscard]] const data::Samples& samples() const { return samples_; }
  [[nodiscard]] const CompileOptions& options() const { return options_; }

  [[nodiscard]] const UnitPlan& unit(std::size_t sample, std::size_t l) const { return *units_[sample * layers() + l]; }
  /// False if nothing that is built for the sample depends on this layer.
  [[nodiscard]] bool is_built(std::size_t sample, std::size_t l) const { return built_[sample * layers() + l] != 0; }
  [[nodiscard]] LayerInput input(std::size_t sample, std::size_t l) const;

  /// Products of this layer's weight bits with the activations of the layer before.
  [[nodiscard]] std::int64_t weight_products(std::size_t sample, std::size_t l) const;
  /// Variables of one sample's block.
  [[nodiscard]] std::int64_t variables(std::size_t sample) const;
  /// Where the parts of one sample's block begin, if the block begins at `first`. [layer]
  [[nodiscard]] std::vector<LayerBlock> blocks(std::size_t sample, std::int64_t first) const;

private:
  struct Key {
    std::size_t layer = 0;
    ZRange range;
    auto operator<=>(const Key&) const = default;  // NOLINT(modernize-use-nullptr)
  };
  const UnitPlan& plan(Key key);
  [[nodiscard]] ZRange range_of(std::size_t sample, std::size_t l) const;
  void set_built(std::size_t sample);

  const network::Architecture& architecture_;
  const network::LossSpline& loss_;
  const data::Samples& samples_;
  CompileOptions options_;
  std::vector<std::vector<Interval>> wanted_;  // [hidden layer][cell]
  std::map<Key, UnitPlan> plans_;
  std::vector<const UnitPlan*> units_;  // [sample][layer]
  std::vector<std::uint8_t> built_;     // [sample][layer]
};

}  // namespace isinglass::qcbo
