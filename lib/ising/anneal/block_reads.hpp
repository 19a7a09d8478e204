#pragma once

#include "ising/anneal/chains.hpp"

#include <cstddef>
#include <span>

namespace isinglass {

/// Anneals every chunk of lanes that has reads of the request, with one temperature a sweep, descends, and returns the reads.
[[nodiscard]] ReadSet anneal_reads(Chains& chains, std::size_t spins, std::span<const double> temperatures,
                                   const ReadRequest& request);

}  // namespace isinglass
