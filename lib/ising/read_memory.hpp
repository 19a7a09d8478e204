#pragma once

#include <cstdint>
#include <string>

namespace isinglass {

/// Throws InputError, with `name` as what to lower, if `reads` answers of `spins` spins at once need more memory than there is.
void expect_read_memory(std::int64_t reads, std::int64_t spins, const std::string& name);

}  // namespace isinglass
