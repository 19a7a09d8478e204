#pragma once

#include "parallel/communicator.hpp"

namespace isinglass::parallel {

/// The ranks as replica groups x sample shards. The ranks of a group hold one shard of the samples each and
/// anneal the same replica together; different groups anneal different replicas. Groups are contiguous ranks.
struct Grid {
  Communicator world;  ///< all ranks; rank 0 coordinates
  Communicator group;  ///< the ranks of this rank's group: its rank is the shard
  int groups = 1;
  int group_index = 0;  ///< which group this rank is in

  [[nodiscard]] bool is_coordinator() const { return world.is_root(); }
};

/// Splits `world` into `groups` groups. InputError unless 1 <= groups <= ranks. When the number of ranks is
/// not a multiple, some groups have one rank more. Collective.
[[nodiscard]] Grid make_grid(const Communicator& world, int groups);

}  // namespace isinglass::parallel
