#pragma once

#include "base/clock.hpp"
#include "ising/problem.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// The one interface of all Ising machines, emulated or real: a problem is programmed once and read many times.
namespace isinglass::ising {

/// One improvement of a read's best energy.
struct Improvement {
  double seconds = 0;  ///< since the request began
  double energy = 0;
};

/// One answer: the best state of its whole trajectory, ended by single-flip descent.
struct Read {
  std::int64_t index = 0;
  Spins spins;
  double energy = 0;  ///< E(spins) of the problem as it was given, offset included
  std::vector<Improvement> history;
};

/// Request of reads, and when to stop. A read is determined by the problem, the machine's settings, `seed`, `sweeps`
/// and its index, as long as neither target nor deadline nor stop_is_asked cuts it short.
struct ReadRequest {
  std::int64_t first = 0;   ///< index of the first read
  std::int64_t count = 1;   ///< how many
  std::int64_t sweeps = 0;  ///< proposals per spin, or full field evaluations of dynamics; 0: the machine's default
  std::uint64_t seed = 1;
  std::optional<double> target;  ///< stop as soon as an energy at or below this is found
  std::optional<Clock::time_point> deadline;
  std::span<const std::int8_t> warm_start;                     ///< [spins]: where every read begins; empty: at random
  std::function<bool()> stop_is_asked = [] { return false; };  ///< cheap; polled about every millisecond
  Clock::time_point begin = Clock::now();                      ///< time 0 of histories
};

/// The answers, in the order of their indices, and what they cost.
struct ReadSet {
  std::vector<Read> reads;
  std::int64_t spin_updates = 0;       ///< proposed flips, or spins times steps
  std::int64_t field_evaluations = 0;  ///< hardware-neutral cost: spin_updates / spins
  bool was_cut = false;                ///< target, deadline or stop_is_asked ended it early

  /// The read of least energy, the first of several; nullptr without reads.
  [[nodiscard]] const Read* best() const;
};

/// A machine with the couplings of one problem loaded.
class ProgrammedMachine {
public:
  virtual ~ProgrammedMachine() = default;
  /// Answers request.first .. first + count - 1. A read that was cut short counts if it has any state.
  [[nodiscard]] virtual ReadSet read(const ReadRequest& request) = 0;
  /// New fields h with the same couplings, as between calls that move only linear terms.
  virtual void set_fields(std::span<const double> fields) = 0;
  /// New values of sparse couplings with the same pattern: row after row. InputError if the form is another one.
  virtual void set_couplings(std::span<const double> values) = 0;
};

/// A kind of machine with its settings.
class Machine {
public:
  virtual ~Machine() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  /// Reads that it makes together: indices are handed out in whole blocks, so that what is packed with what never
  /// depends on the number of ranks.
  [[nodiscard]] virtual std::int64_t block() const { return 1; }
  /// Whether it keeps one-hot groups by its own moves; else they must be penalties (with_group_penalties).
  [[nodiscard]] virtual bool keeps_groups() const { return false; }
  /// Whether all its reads are the same, so that more than one is waste (enumeration).
  [[nodiscard]] virtual bool is_exact() const { return false; }
  /// Loads a copy of the problem. InputError if the machine cannot take it, with the way out.
  [[nodiscard]] virtual std::unique_ptr<ProgrammedMachine> program(const IsingProblem& problem) const = 0;
};

/// When a read has to end early.
class StopRule {
public:
  explicit StopRule(const ReadRequest& request) : request_(&request) {}
  [[nodiscard]] bool reached(double energy) const { return request_->target && energy <= *request_->target; }
  /// Deadline passed or stop asked: reads the clock, to be polled about every millisecond.
  [[nodiscard]] bool is_over() const {
    return (request_->deadline && Clock::now() >= *request_->deadline) || request_->stop_is_asked();
  }
  /// Now, as histories count it.
  [[nodiscard]] double seconds() const { return seconds_since(request_->begin); }

private:
  const ReadRequest* request_;
};

/// The best state of a read's trajectory with its history, and whether the read is to end.
class BestState {
public:
  explicit BestState(const StopRule& stop) : stop_(stop) {}
  /// A state on the trajectory; kept if its energy is the least yet.
  void offer(double energy, std::span<const std::int8_t> spins) {
    if (energy >= energy_) return;
    energy_ = energy;
    spins_.assign(spins.begin(), spins.end());
    history_.push_back({stop_.seconds(), energy});
    is_over_ = is_over_ || stop_.reached(energy);
  }
  [[nodiscard]] bool improves(double energy) const { return energy < energy_; }
  /// Looks at the clock.
  void poll() { is_over_ = is_over_ || stop_.is_over(); }
  /// Target, deadline or stop_is_asked.
  [[nodiscard]] bool is_over() const { return is_over_; }
  [[nodiscard]] double energy() const { return energy_; }
  /// The best state as a read.
  [[nodiscard]] Read take(std::int64_t index) { return {index, std::move(spins_), energy_, std::move(history_)}; }

private:
  StopRule stop_;
  double energy_ = std::numeric_limits<double>::infinity();
  Spins spins_;
  std::vector<Improvement> history_;
  bool is_over_ = false;
};

/// Programmed state that every machine can use: a copy of the problem whose fields and sparse values can change.
class ProgrammedCopy : public ProgrammedMachine {
public:
  explicit ProgrammedCopy(IsingProblem problem) : problem_(std::move(problem)) {}
  void set_fields(std::span<const double> fields) override;
  void set_couplings(std::span<const double> values) override;

protected:
  [[nodiscard]] const IsingProblem& problem() const { return problem_; }
  /// Something of problem() has changed: kernels' own copies are stale.
  virtual void reprogrammed() {}

private:
  IsingProblem problem_;
};

}  // namespace isinglass::ising
