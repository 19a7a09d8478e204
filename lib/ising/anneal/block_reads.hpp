#pragma once

#include "ising/anneal/chains.hpp"
#include "ising/anneal/temperatures.hpp"

#include <cstddef>
#include <span>

namespace isinglass {

/// Anneals every chunk of lanes that has reads of the request, with one temperature a sweep, descends, and returns the reads.
[[nodiscard]] ReadSet anneal_reads(Chains& chains, std::size_t spins, const Schedule& schedule, const ReadRequest& request);

}  // namespace isinglass
