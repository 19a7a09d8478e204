#include "ising/anneal/annealing.hpp"

#include "base/error.hpp"
#include "ising/anneal/chains.hpp"
#include "ising/anneal/choose_chains.hpp"
#include "ising/anneal/temperatures.hpp"
#include "ising/descent.hpp"
#include "ising/groups/group_annealer.hpp"
#include "ising/rounding.hpp"

#include <fmt/format.h>

namespace isinglass::ising {

namespace {

class ProgrammedAnnealing : public ProgrammedCopy {
public:
  ProgrammedAnnealing(const IsingProblem& problem, config::SaConfig config, simd::Width width)
      : ProgrammedCopy(problem), config_(config), width_(width) {}
  [[nodiscard]] ReadSet read(const ReadRequest& request) override;
  void set_fields(std::span<const double> fields) override;

private:
  void reprogrammed() override { chains_.reset(); }

  config::SaConfig config_;
  simd::Width width_;
  std::unique_ptr<ChosenChains> chains_;
};

void ProgrammedAnnealing::set_fields(std::span<const double> fields) {
  std::unique_ptr<ChosenChains> kept = std::move(chains_);
  ProgrammedCopy::set_fields(fields);
  if (kept && kept->set_fields(fields)) chains_ = std::move(kept);
}

ReadSet ProgrammedAnnealing::read(const ReadRequest& request) {
  if (!request.warm_start.empty() && request.warm_start.size() != problem().spins)
    throw InputError(fmt::format("a warm start of {} spins for {}", request.warm_start.size(), problem().spins));
  if (!chains_) chains_ = std::make_unique<ChosenChains>(in_suitable_form(problem()), width_);
  const std::int64_t sweeps = request.sweeps > 0 ? request.sweeps : config_.sweeps;
  ReadSet set = anneal_reads(chains_->chains(), problem().spins, Schedule(config_, chains_->range(), sweeps), request);
  if (!has_exact_kernels(problem()))
    for (Read& read : set.reads) end_by_descent(problem(), read, StopRule(request).seconds());
  return set;
}

}  // namespace

std::unique_ptr<ProgrammedMachine> SimulatedAnnealing::program(const IsingProblem& problem) const {
  check(problem);
  if (!problem.groups.empty()) return program_group_annealer(problem, config_, groups_);
  return std::make_unique<ProgrammedAnnealing>(problem, config_, width_);
}

}  // namespace isinglass::ising
