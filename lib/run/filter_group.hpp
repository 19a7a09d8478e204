#pragma once

#include "files/h5.hpp"
#include "filters/bank.hpp"

namespace isinglass::run {

/// A bank of filters in a group of its own, every number of it.
void write_bank(const h5::Group& group, const filters::Bank& bank);
/// The way back. Throws InputError or SystemError where anything is missing or does not fit.
[[nodiscard]] filters::Bank read_bank(const h5::Group& group);

}  // namespace isinglass::run
