#include "ising/machine.hpp"

#include "base/error.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace isinglass::ising {

const Read* ReadSet::best() const {
  if (reads.empty()) return nullptr;
  return &*std::ranges::min_element(reads, {}, &Read::energy);
}

void ProgrammedCopy::set_fields(std::span<const double> fields) {
  if (fields.size() != problem_.spins)
    throw InputError(fmt::format("{} new fields for {} spins", fields.size(), problem_.spins));
  problem_.fields.assign(fields.begin(), fields.end());
  reprogrammed();
}

void ProgrammedCopy::set_couplings(std::span<const double> values) {
  auto* sparse = std::get_if<SparseCouplings>(&problem_.couplings);
  if (sparse == nullptr || values.size() != sparse->values().size())
    throw InputError("new couplings must be the values of the same sparse pattern");
  std::ranges::copy(values, sparse->values().begin());
  reprogrammed();
}

}  // namespace isinglass::ising
