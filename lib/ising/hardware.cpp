#include "ising/hardware.hpp"

#include "base/error.hpp"
#include "base/random.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace isinglass {

namespace {

/// A standard normal number for one coupling.
double normal(std::uint64_t seed, std::size_t i, std::size_t j) {
  const auto words = draw(seed, Stream::noise, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(j), 0);
  return std::sqrt(-2 * std::log(uniform(words[0]))) * std::cos(2 * std::numbers::pi * uniform(words[1]));
}

double largest_of(std::span<const double> values) {
  double largest = 0;
  for (const double v : values) largest = std::max(largest, std::abs(v));
  return largest;
}

/// Adds an error to each coupling, symmetric, in units of the largest.
void add_errors(IsingProblem& problem, double size, std::uint64_t seed) {
  auto& value = std::get<DenseCouplings>(problem.couplings).value;
  const std::size_t n = problem.spins;
  const double unit = size * largest_of(value);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i + 1; j < n; ++j) {
      value[i * n + j] += unit * normal(seed, i, j);
      value[j * n + i] = value[i * n + j];
    }
}

class ProgrammedHardware : public ProgrammedCopy {
public:
  ProgrammedHardware(const IsingProblem& problem, const Machine& inner, const HardwareConfig& config)
      : ProgrammedCopy(problem), inner_(inner), config_(config) {
    reprogrammed();
  }
  [[nodiscard]] ReadSet read(const ReadRequest& request) override;

private:
  void reprogrammed() override { programmed_ = as_programmed(problem(), config_); }
  [[nodiscard]] Spins without_ancilla(const Spins& spins) const;

  const Machine& inner_;
  HardwareConfig config_;
  IsingProblem programmed_;
};

/// The ancilla stands for +1: a state and its mirror image are the same answer.
Spins ProgrammedHardware::without_ancilla(const Spins& spins) const {
  Spins own(spins.begin(), spins.begin() + static_cast<std::ptrdiff_t>(problem().spins));
  if (spins.size() > own.size() && spins.back() < 0)
    for (std::int8_t& s : own) s = static_cast<std::int8_t>(-s);
  return own;
}

ReadSet ProgrammedHardware::read(const ReadRequest& request) {
  IsingProblem disturbed = programmed_;
  if (config_.coefficient_noise > 0) add_errors(disturbed, config_.coefficient_noise, request.seed);
  ReadRequest inner_request = request;
  Spins start(request.warm_start.begin(), request.warm_start.end());
  if (!start.empty()) start.resize(disturbed.spins, 1);
  inner_request.warm_start = start;
  inner_request.target.reset();  // energies there are others than here
  ReadSet set = inner_.program(disturbed)->read(inner_request);
  for (Read& read : set.reads) {
    read.spins = without_ancilla(read.spins);
    read.energy = energy(problem(), read.spins);
    const double seconds = read.history.empty() ? 0 : read.history.back().seconds;
    read.history = {{seconds, read.energy}};
  }
  return set;
}

}  // namespace

bool is_limited(const HardwareConfig& config) {
  return config.spins > 0 || config.coefficient_bits > 0 || config.coefficient_noise > 0;
}

std::size_t programmed_spins(std::size_t spins, const HardwareConfig& config) { return is_limited(config) ? spins + 1 : spins; }

IsingProblem as_programmed(const IsingProblem& problem, const HardwareConfig& config) {
  const DenseCouplings given = to_dense(problem);
  const std::size_t n = problem.spins, all = n + 1;
  IsingProblem programmed;
  programmed.spins = all;
  programmed.fields.assign(all, 0);
  programmed.offset = problem.offset;
  DenseCouplings couplings;
  couplings.value.resize(all * all);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) couplings.value[i * all + j] = given.value[i * n + j];
    couplings.value[i * all + n] = couplings.value[n * all + i] = problem.fields[i];
  }
  const double largest = largest_of(couplings.value);
  if (config.coefficient_bits > 0 && largest > 0) {
    const double unit = largest / ((1 << (config.coefficient_bits - 1)) - 1);
    for (double& v : couplings.value) v = std::round(v / unit) * unit;
  }
  programmed.couplings = std::move(couplings);
  return programmed;
}

std::unique_ptr<ProgrammedMachine> Hardware::program(const IsingProblem& problem) const {
  if (!problem.groups.empty()) throw InputError("machine.hardware: one-hot groups have to be penalties there");
  const std::size_t needed = programmed_spins(problem.spins, config_);
  if (config_.spins > 0 && needed > static_cast<std::size_t>(config_.spins))
    throw InputError(fmt::format("machine.hardware.spins: the problem needs {} spins, fields included, and there are {}", needed,
                                 config_.spins));
  return std::make_unique<ProgrammedHardware>(problem, *inner_, config_);
}

}  // namespace isinglass
