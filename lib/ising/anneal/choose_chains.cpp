#include "ising/anneal/choose_chains.hpp"

#include "ising/anneal/lane_chains.hpp"
#include "ising/anneal/real_chains.hpp"

namespace isinglass {

namespace {

std::unique_ptr<Chains> sparse_chains(const IsingProblem& problem, SimdLevel level) {
  const auto form = integer_form(std::get<SparseCouplings>(problem.couplings), problem.fields);
  if (!form) return std::make_unique<RealChains<SparseCouplings>>(problem);
  if (form->largest_sum <= INT8_MAX) return std::make_unique<LaneChains<std::int8_t>>(problem, *form, level);
  if (form->largest_sum <= INT16_MAX) return std::make_unique<LaneChains<std::int16_t>>(problem, *form, level);
  return std::make_unique<LaneChains<std::int32_t>>(problem, *form, level);
}

}  // namespace

ChosenChains::ChosenChains(const IsingProblem& problem, SimdLevel level) {
  if (const auto* sparse = std::get_if<SparseCouplings>(&problem.couplings)) {
    range_ = automatic_range(*sparse, problem.fields);
    chains_ = sparse_chains(problem, level);
    return;
  }
  IsingProblem dense{problem.spins, to_dense(problem), problem.fields, problem.offset};
  range_ = automatic_range(std::get<DenseCouplings>(dense.couplings), problem.fields);
  chains_ = std::make_unique<RealChains<DenseCouplings>>(dense);
}

bool ChosenChains::set_fields(std::span<const double>) { return false; }

}  // namespace isinglass
