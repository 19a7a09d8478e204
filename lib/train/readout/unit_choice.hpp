#pragma once

#include "data/samples.hpp"
#include "filters/draw.hpp"
#include "parallel/communicator.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace isinglass::train {

/// Chooses a candidate for each unit by the loss of lib/readout on the training images of all ranks. The network grows
/// by a unit at a time: of its candidates the one is taken with which the loss is lowest once the weights that read it
/// are fitted by descent; all weights are fitted again after every few units. Then, in rounds, the quarter of the units
/// that the loss needs least is taken out and chosen anew, and a round that raises the loss is undone.
///
/// Of many images a fixed part is taken, so that the features of all candidates take 1 GiB or less over all ranks.
/// `candidates` have centers. Returns [unit] the number of its candidate, the same for any number of ranks; all 0 where
/// there is but one of each. Collective.
[[nodiscard]] std::vector<std::size_t> choose_units(const filters::Candidates& candidates, const data::DataSplits& data,
                                                    std::uint64_t seed, const parallel::Communicator& ranks);

}  // namespace isinglass::train
