#include "ising/scaled.hpp"

#include "ising/coefficients.hpp"
#include "ising/descent.hpp"
#include "ising/groups/fold.hpp"
#include "ising/hardware/hardware.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

namespace isinglass::ising {

namespace {

/// Largest coefficients from 2^-most_exponent to 2^most_exponent are taken as they are: squares of them, sums of many,
/// and single precision have room.
constexpr int most_exponent = 50;

/// The exponent e with which the problem times 2^e has its largest coefficient in 1 .. 2; 0 where it need not be
/// scaled.
int exponent_for(const IsingProblem& problem) {
  const double largest = std::max(largest_magnitude(stored_values(problem)), largest_magnitude(problem.fields));
  if (largest == 0) return 0;
  const int exponent = std::ilogb(largest);
  return std::abs(exponent) <= most_exponent ? 0 : -exponent;
}

void scale(std::span<double> values, int exponent) {
  for (double& v : values) v = std::ldexp(v, exponent);
}

IsingProblem scaled(IsingProblem problem, int exponent) {
  scale(stored_values(problem), exponent);
  scale(problem.fields, exponent);
  problem.offset = 0;  // it may be far larger than all coefficients
  return problem;
}

/// A machine that holds the scaled problem.
class ProgrammedScaled : public ProgrammedCopy {
public:
  ProgrammedScaled(const IsingProblem& problem, int exponent, std::unique_ptr<Machine> machine, bool ends_reads)
      : ProgrammedCopy(problem), exponent_(exponent), machine_(std::move(machine)), ends_reads_(ends_reads) {
    reprogrammed();
  }

  [[nodiscard]] ReadSet read(const ReadRequest& request) override {
    ReadRequest inner = request;
    if (request.target) inner.target = std::ldexp(*request.target - problem().offset, exponent_);
    ReadSet set = programmed_->read(inner);
    for (Read& read : set.reads) restore(read, StopRule(request));
    return set;
  }

private:
  void reprogrammed() override {
    folded_ = problem().groups.empty() ? problem() : fold_groups(problem());
    programmed_ = machine_->program(scaled(problem(), exponent_));
  }

  void restore(Read& read, const StopRule& stop) const {
    for (Improvement& step : read.history) step.energy = problem().offset + std::ldexp(step.energy, -exponent_);
    if (ends_reads_)
      end_by_descent(folded_, read, stop.seconds());
    else
      read.energy = energy(problem(), read.spins);
  }

  int exponent_;
  std::unique_ptr<Machine> machine_;
  bool ends_reads_;
  IsingProblem folded_;
  std::unique_ptr<ProgrammedMachine> programmed_;
};

/// The settings that are in units of energy.
config::MachineConfig scaled(config::MachineConfig config, int exponent) {
  for (double* temperature : {&config.sa.hot_temperature, &config.sa.cold_temperature, &config.pt.hot_temperature,
                              &config.pt.cold_temperature})
    *temperature = std::ldexp(*temperature, exponent);
  return config;
}

}  // namespace

ScaledMachine::ScaledMachine(config::MachineConfig config, Maker make)
    : config_(std::move(config)), make_(std::move(make)), machine_(make_(config_)) {}

std::unique_ptr<ProgrammedMachine> ScaledMachine::program(const IsingProblem& problem) const {
  check(problem);
  const int exponent = exponent_for(problem);
  if (exponent == 0) return machine_->program(problem);
  // What hardware or a command answers is shown as it came.
  const bool ends_reads = config_.kind != config::MachineKind::external && !hardware::has_limits(config_.hardware);
  return std::make_unique<ProgrammedScaled>(problem, exponent, make_(scaled(config_, exponent)), ends_reads);
}

}  // namespace isinglass::ising
