#pragma once

#include "data/samples.hpp"
#include "network/architecture.hpp"
#include "parallel/communicator.hpp"

#include <cstdint>
#include <vector>

/// Moves that FIP-consistent annealing proposes: small steps of a parameter's *value*. Flips of single bits would not
/// do: from 31 to 32 all bits of a bias change at once.
namespace isinglass::train {

enum class MoveKind : std::uint8_t {
  weight,  ///< one weight takes a step
  swap,    ///< one weight takes a step and the weight of a similar input the opposite one
  bias     ///< the bias takes a step
};

/// One step for every input (or pair of inputs) of a unit.
struct MovePlane {
  MoveKind kind = MoveKind::weight;
  int size = 0;       ///< codebook units
  int direction = 0;  ///< -1, +1; 0: towards the other value of a codebook of two
  bool operator==(const MovePlane&) const = default;
};

/// Two inputs of the first layer that swaps pair; a < b.
struct InputPair {
  int a = 0, b = 0;
  bool operator==(const InputPair&) const = default;
};

/// All planes of a layer's units, in proposal order: weights, swaps, bias. Sizes are the steps of the codebook's bits.
[[nodiscard]] std::vector<MovePlane> move_planes(const network::Layer& layer, bool with_swaps);

/// Each input with the `neighbours` inputs nearest to it, by the summed squared difference over the first samples of
/// the split (up to 2,048). Single flips shift z by whole inputs; a swap shifts it by the difference of two that nearly
/// agree, a far finer step. Ascending, without duplicates, and without pairs whose difference leaves 8 bits on any
/// sample. The same for any sharding. Collective over `group`.
[[nodiscard]] std::vector<InputPair> similar_inputs(const data::Samples& samples, int neighbours,
                                                    const parallel::Communicator& group);

}  // namespace isinglass::train
