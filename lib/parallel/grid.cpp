#include "parallel/grid.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

namespace isinglass::parallel {

Grid make_grid(const Communicator& world, int groups) {
  if (groups < 1 || groups > world.size())
    throw InputError(
        fmt::format("parallel.replica_groups: {} groups need at least as many ranks, and there are {}: "
                    "start more ranks or set it to 1 .. {}",
                    groups, world.size(), world.size()));
  Grid grid;
  grid.world = world;
  grid.groups = groups;
  grid.group_index = static_cast<int>((static_cast<long>(world.rank()) * groups) / world.size());
  grid.group = world.split(grid.group_index);
  grid.group.share_memory();
  return grid;
}

}  // namespace isinglass::parallel
