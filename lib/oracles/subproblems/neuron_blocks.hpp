#pragma once

#include "energy/state.hpp"
#include "oracles/subproblems/budget.hpp"
#include "parallel/communicator.hpp"

#include <functional>
#include <span>
#include <vector>

namespace isinglass::oracles {

/// Improves one unit's parameter bits by an Ising machine, given everything else: the quadratic fit of the unit's cost
/// over a window is read, and the best of the reads by the true structured energy is taken if that energy falls. Units
/// with more bits than the budget are cut into random parts. What was refused makes the window smaller, what was taken
/// makes it larger.
class NeuronBlocks {
public:
  /// `machine` outlives this. Collective over `group`.
  NeuronBlocks(const energy::StructuredState& state, const BlockMachine& machine, const parallel::Communicator& group);
  /// The energy never rises. False if a rank was asked to stop. Collective.
  [[nodiscard]] bool improve(energy::StructuredState& state, std::size_t l, int unit, const SubproblemKey& key,
                             SubproblemCounts& counts, const std::function<bool()>& stop_is_asked);

private:
  /// One unit's caution, and the window of its fits in units of the layer's rms.
  struct Trust {
    double window, caution;
  };
  enum class Answer { taken, refused, cut };
  /// Improves one part; returns what came of its reads.
  [[nodiscard]] Answer improve_part(energy::StructuredState& state, std::size_t l, int unit,
                                    std::span<const int> inputs, const Trust& trust, const SubproblemKey& key,
                                    std::uint32_t part, SubproblemCounts& counts,
                                    const std::function<bool()>& stop_is_asked);
  [[nodiscard]] std::vector<std::vector<int>> parts_of(const network::Layer& layer, const SubproblemKey& key) const;

  const BlockMachine& machine_;
  parallel::Communicator group_;
  double largest_input_ = 1;
  std::vector<std::vector<Trust>> trust_;  // [layer][unit]
};

}  // namespace isinglass::oracles
