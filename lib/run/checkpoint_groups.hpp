#pragma once

#include "base/error.hpp"
#include "files/h5.hpp"
#include "network/bit_packing.hpp"
#include "train/state.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>

namespace isinglass::run {

/// The groups of all that the ranks share: everything but the duals and the configuration.
void write_shared_groups(const h5::Group& root, const train::TrainingState& checkpoint);

/// Reads what write_shared_groups wrote. Throws InputError or SystemError where anything is missing, is not finite, or
/// does not fit `bits` or the rest.
[[nodiscard]] train::TrainingState read_shared_groups(const h5::Group& root, const network::BitCounts& bits);

/// Throws InputError "`where`: holds a number that is not finite" if one is not.
template <class T>
void expect_finite(std::span<const T> values, const std::string& where) {
  if (!std::ranges::all_of(values, [](T value) { return std::isfinite(value); }))
    throw InputError(where + ": holds a number that is not finite");
}

}  // namespace isinglass::run
