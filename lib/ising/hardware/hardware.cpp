#include "ising/hardware/hardware.hpp"

#include "base/error.hpp"
#include "base/random.hpp"
#include "ising/hardware/transform.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace isinglass::ising::hardware {

namespace {

/// A seed for one call of the inner machine.
std::uint64_t call_seed(std::uint64_t seed, std::int64_t read, std::uint32_t call) {
  const auto index = static_cast<std::uint64_t>(read);
  const auto words =
      draw(seed, Stream::read, static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32), call);
  return words[0] | static_cast<std::uint64_t>(words[1]) << 32;
}

class ProgrammedHardware : public ProgrammedCopy {
public:
  ProgrammedHardware(const IsingProblem& problem, std::shared_ptr<const Machine> inner,
                     const config::HardwareConfig& config)
      : ProgrammedCopy(problem), inner_(std::move(inner)), config_(config) {
    load();
  }

  [[nodiscard]] ReadSet read(const ReadRequest& request) override {
    if (fits() && config_.field_noise == 0) return read_whole(request);
    ReadSet set;
    for (std::int64_t r = request.first; r < request.first + request.count && !set.was_cut; ++r) {
      Read answer = fits() ? read_noisy(request, r, set) : read_assembled(request, r, set);
      if (answer.spins.empty()) continue;
      set.was_cut = set.was_cut || StopRule(request).reached(answer.energy);
      set.reads.push_back(std::move(answer));
    }
    return set;
  }

protected:
  void reprogrammed() override { load(); }

private:
  void load() {
    whole_.reset();
    seen_.reset();
    true_ = problem();
    true_.couplings = to_sparse(problem());
    if (fits() && config_.field_noise == 0) {
      seen_.emplace(seen(true_, std::nullopt));
      whole_ = inner_->program(*seen_);
    }
  }

  [[nodiscard]] bool has_ancilla() const { return config_.fields == config::HardwareFields::ancilla; }
  [[nodiscard]] std::size_t extra() const { return has_ancilla() ? 1 : 0; }
  [[nodiscard]] bool fits() const {
    return config_.spin_budget == 0 || true_.spins + extra() <= static_cast<std::size_t>(config_.spin_budget);
  }

  /// Whose noise is drawn: a read and a call of it.
  struct Draw {
    std::uint64_t seed = 0;
    std::int64_t read = 0;
    std::uint32_t call = 0;
  };

  /// Problem that the machine makes of `problem`: rounding is what is sent to it, noise what happens inside.
  [[nodiscard]] IsingProblem seen(const IsingProblem& problem, std::optional<Draw> noise) const {
    const double sigma = noise ? config_.field_noise * largest_coefficient(problem) : 0;
    IsingProblem result = config_.coefficient_bits > 0 ? rounded(problem, config_.coefficient_bits) : problem;
    if (sigma > 0) add_field_noise(result, sigma, noise->seed, noise->read, noise->call);
    return has_ancilla() ? with_ancilla(result) : result;
  }

  [[nodiscard]] Spins unseen(const Spins& spins) const { return has_ancilla() ? without_ancilla(spins) : spins; }

  [[nodiscard]] Spins warm_of(std::span<const std::int8_t> spins) const {
    Spins warm(spins.begin(), spins.end());
    if (!warm.empty() && has_ancilla()) warm.push_back(1);
    return warm;
  }

  /// The request for one call of the inner machine, whose energies are not the true ones.
  [[nodiscard]] static ReadRequest inner_request(const ReadRequest& request, std::span<const std::int8_t> warm) {
    ReadRequest inner = request;
    inner.target.reset();
    inner.warm_start = warm;
    return inner;
  }

  static void count(ReadSet& set, const ReadSet& cost) {
    set.spin_updates += cost.spin_updates;
    set.field_evaluations += cost.field_evaluations;
    set.was_cut = set.was_cut || cost.was_cut;
  }

  /// All reads by one call: nothing differs between them but the inner machine's own chance.
  ReadSet read_whole(const ReadRequest& request) {
    const Spins warm = warm_of(request.warm_start);
    ReadSet set = whole_->read(inner_request(request, warm));
    const StopRule stop(request);
    for (Read& read : set.reads) {
      read.spins = unseen(read.spins);
      read.energy = energy(true_, read.spins);
      read.history = {{stop.seconds(), read.energy}};
      set.was_cut = set.was_cut || stop.reached(read.energy);
    }
    return set;
  }

  Read read_noisy(const ReadRequest& request, std::int64_t index, ReadSet& set) {
    const IsingProblem noisy = seen(true_, Draw{request.seed, index, 0});
    const Spins warm = warm_of(request.warm_start);
    ReadRequest inner = inner_request(request, warm);
    inner.first = index;
    inner.count = 1;
    const ReadSet answer = inner_->program(noisy)->read(inner);
    count(set, answer);
    Read read{index, {}, 0, {}};
    if (answer.reads.empty()) return read;
    read.spins = unseen(answer.reads.front().spins);
    read.energy = energy(true_, read.spins);
    read.history = {{StopRule(request).seconds(), read.energy}};
    return read;
  }

  /// A state improved round by round: each takes some spins, and the machine's answer if the true energy does not rise.
  Read read_assembled(const ReadRequest& request, std::int64_t index, ReadSet& set) {
    const StopRule stop(request);
    Read read{index, first_state(request, index), 0, {}};
    read.energy = energy(true_, read.spins);
    read.history = {{stop.seconds(), read.energy}};
    const std::uint32_t rounds = round_count();
    for (std::uint32_t round = 0; round < rounds && !stop.reached(read.energy); ++round) {
      if (stop.is_over()) set.was_cut = true;
      if (set.was_cut) break;
      const double before = read.energy;
      improve(request, round, read, set);
      if (read.energy < before) read.history.push_back({stop.seconds(), read.energy});
    }
    return read;
  }

  void improve(const ReadRequest& request, std::uint32_t round, Read& read, ReadSet& set) {
    const std::vector<double> local = local_fields(true_, read.spins);
    const std::size_t size = static_cast<std::size_t>(config_.spin_budget) - extra();
    const auto chosen = chosen_spins(true_, read.spins, local, size, request.seed, read.index, round);
    position_.assign(true_.spins, -1);
    const IsingProblem sub = conditioned(true_, chosen, read.spins, local, read.energy, position_);
    const IsingProblem sent = seen(sub, Draw{request.seed, read.index, round});
    ReadRequest inner = inner_request(request, {});
    inner.first = 0;
    inner.count = config_.reads_per_subproblem;
    inner.seed = call_seed(request.seed, read.index, round);
    const ReadSet answers = inner_->program(sent)->read(inner);
    count(set, answers);
    for (const Read& answer : answers.reads) {
      const Spins part = unseen(answer.spins);
      const double there = energy(sub, part);
      if (there > read.energy) continue;
      for (std::size_t a = 0; a < chosen.size(); ++a) read.spins[static_cast<std::size_t>(chosen[a])] = part[a];
      read.energy = there;
    }
    // Sums of differences drift.
    read.energy = energy(true_, read.spins);
  }

  [[nodiscard]] Spins first_state(const ReadRequest& request, std::int64_t index) const {
    if (!request.warm_start.empty()) return {request.warm_start.begin(), request.warm_start.end()};
    Spins spins(true_.spins);
    for (std::size_t i = 0; i < spins.size(); ++i)
      spins[i] =
          (draw(request.seed, Stream::initial, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(index), 0)[0] &
           1U) != 0
              ? std::int8_t{1}
              : std::int8_t{-1};
    return spins;
  }

  [[nodiscard]] std::uint32_t round_count() const {
    if (config_.rounds > 0) return static_cast<std::uint32_t>(config_.rounds);
    const std::size_t size = static_cast<std::size_t>(config_.spin_budget) - extra();
    return static_cast<std::uint32_t>(8 * ((true_.spins + size - 1) / size));
  }

  std::shared_ptr<const Machine> inner_;
  config::HardwareConfig config_;
  IsingProblem true_;                 ///< sparse
  std::optional<IsingProblem> seen_;  ///< of the whole problem, if one call can take it
  std::unique_ptr<ProgrammedMachine> whole_;
  std::vector<std::int32_t> position_;
};

}  // namespace

HardwareMachine::HardwareMachine(std::unique_ptr<Machine> inner, config::HardwareConfig config)
    : inner_(std::move(inner)), config_(config) {
  if (config_.coefficient_bits == 1)
    throw InputError("machine.hardware.coefficient_bits: signed coefficients need 2 bits or more");
  if (config_.spin_budget == 1) throw InputError("machine.hardware.spin_budget: a sub-problem needs 2 spins or more");
}

std::int64_t HardwareMachine::block() const { return inner_->block(); }

std::unique_ptr<ProgrammedMachine> HardwareMachine::program(const IsingProblem& problem) const {
  if (!problem.groups.empty())
    throw InputError("hardware's view: one-hot groups must be penalties, for hardware flips single spins");
  return std::make_unique<ProgrammedHardware>(problem, inner_, config_);
}

bool has_limits(const config::HardwareConfig& config) {
  return config.coefficient_bits > 0 || config.field_noise > 0 || config.spin_budget > 0;
}

}  // namespace isinglass::ising::hardware
