#include "solve/search.hpp"

#include "ising/read_all.hpp"
#include "ising/rounding.hpp"
#include "parallel/shared_counter.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <iterator>
#include <limits>

namespace isinglass::solve {

namespace {

/// Rounds grow until one takes this long, so that reports come often and ranks seldom wait for each other.
constexpr double round_seconds = 1;
/// Spins that are kept of all reads.
constexpr std::size_t kept_bytes = std::size_t{1} << 27;

double cpu_seconds() {
  std::timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// A programmed machine that tells the other ranks when everything is over, and counts its CPU time.
class SharedMachine : public ising::ProgrammedMachine {
public:
  SharedMachine(ising::ProgrammedMachine& machine, const ising::IsingProblem& problem, const SearchPlan& plan,
                parallel::SharedFlag& over)
      : machine_(machine), problem_(problem), plan_(plan), over_(over) {}

  [[nodiscard]] ising::ReadSet read(const ising::ReadRequest& request) override {
    const double begin = cpu_seconds();
    ising::ReadSet set = machine_.read(request);
    seconds_ += cpu_seconds() - begin;
    if (set.was_cut && (ising::StopRule(request).is_over() || has_target(set, request))) over_.raise();
    return set;
  }
  void set_fields(std::span<const double> fields) override { machine_.set_fields(fields); }
  void set_couplings(std::span<const double> values) override { machine_.set_couplings(values); }
  [[nodiscard]] double seconds() const { return seconds_; }

private:
  /// A machine that rounds may be wrong about its target: then the search goes on.
  [[nodiscard]] bool has_target(const ising::ReadSet& set, const ising::ReadRequest& request) const {
    return request.target && std::ranges::any_of(set.reads, [&](const ising::Read& read) {
             return ising::energy(problem_, read.spins) <= *request.target && plan_.is_solution(read.spins);
           });
  }

  ising::ProgrammedMachine& machine_;
  const ising::IsingProblem& problem_;
  const SearchPlan& plan_;
  parallel::SharedFlag& over_;
  double seconds_ = 0;
};

/// Sum over the ranks, in whole nanoseconds: the same on each.
double sum_seconds(double seconds, const parallel::Communicator& comm) {
  return 1e-9 * static_cast<double>(comm.all_sum(std::llround(1e9 * seconds)));
}

/// The improvements of all reads of a round, in time, that were better than everything before by more than rounding.
void extend_history(std::vector<ising::Improvement>& history, const std::vector<ising::Read>& reads,
                    const SearchPlan& plan, double now, double rounding) {
  std::vector<ising::Improvement> all;
  for (const ising::Read& read : reads) {
    if (!plan.is_solution(read.spins)) continue;
    std::ranges::copy(read.history, std::back_inserter(all));
    all.push_back({now, read.energy});  // a machine without a history, or that rounds its energies
  }
  std::ranges::stable_sort(all, {}, &ising::Improvement::seconds);
  double best = history.empty() ? std::numeric_limits<double>::infinity() : history.back().energy;
  for (const ising::Improvement& step : all) {
    if (step.energy >= best - rounding) continue;
    best = step.energy;
    history.push_back(step);
  }
}

/// The better half stays when memory is full; equal energies by index.
void keep_best(SearchResult& result, std::size_t spins) {
  if (result.reads.size() * std::max<std::size_t>(spins, 64) <= kept_bytes) return;
  std::ranges::stable_sort(result.reads, {}, &ising::Read::energy);
  const std::size_t half = result.reads.size() / 2;
  result.dropped += static_cast<std::int64_t>(result.reads.size() - half);
  result.reads.resize(half);
  std::ranges::sort(result.reads, {}, &ising::Read::index);
}

void add(SearchResult& result, ising::ReadSet&& set, const SearchPlan& plan, double now, double rounding) {
  extend_history(result.history, set.reads, plan, now, rounding);
  result.done += std::ssize(set.reads);
  result.was_cut = result.was_cut || set.was_cut;
  result.spin_updates += set.spin_updates;
  result.field_evaluations += set.field_evaluations;
  for (ising::Read& read : set.reads) {
    if (plan.is_solution(read.spins)) {
      ++result.solutions;
      if (plan.counted && read.energy <= *plan.counted) ++result.successes;
      if (!result.best || read.energy < result.best->energy) result.best = read;
    }
    read.history.clear();  // what matters of it is in the result's own
    read.history.shrink_to_fit();
    result.reads.push_back(std::move(read));
  }
  if (!result.reads.empty()) keep_best(result, result.reads.front().spins.size());
}

/// Why no further round starts; nothing: one does. The same on all ranks.
std::optional<SearchEnd> end_of(const SearchResult& result, const SearchPlan& plan, std::int64_t asked, bool is_exact,
                                const parallel::Communicator& comm) {
  if (plan.target && result.best && result.best->energy <= *plan.target) return SearchEnd::target;
  if (comm.any(plan.stop_is_asked())) return SearchEnd::stop;
  const bool is_late = plan.seconds && comm.all_max(seconds_since(plan.begin)) >= *plan.seconds;
  // Reads that the limit cut are not what was asked for.
  if ((plan.reads > 0 && asked >= plan.reads) || (is_exact && asked > 0))
    return result.was_cut && is_late ? SearchEnd::time : SearchEnd::all_reads;
  return is_late ? std::optional(SearchEnd::time) : std::nullopt;
}

/// Which reads come next, and of how many sweeps: the same on all ranks.
class Rounds {
public:
  Rounds(const SearchPlan& plan, const ising::Machine& machine, int ranks)
      : plan_(plan), block_(machine.block()), ranks_(ranks), is_exact_(machine.is_exact()), sweeps_(plan.sweeps) {}

  [[nodiscard]] std::int64_t asked() const { return asked_; }

  void fill(ising::ReadRequest& request) {
    request.first = asked_;
    request.sweeps = sweeps_;
    request.count = is_exact_ ? 1 : blocks_ * block_ * ranks_;
    if (plan_.reads > 0) request.count = std::min(request.count, plan_.reads - asked_);
    asked_ += request.count;
  }

  /// Sets the size of the next round by what this one took.
  void learn(double seconds, const ising::ReadSet& set) {
    blocks_of_effort_ += blocks_ * ranks_;
    const double a_block = seconds / static_cast<double>(blocks_);  // of a rank
    if (seconds < round_seconds / 2) blocks_ *= 2;
    if (plan_.effort == Effort::fixed || set.was_cut || set.reads.empty()) return;
    if (sweeps_ == 0) sweeps_ = std::max<std::int64_t>(1, set.field_evaluations / std::ssize(set.reads));
    if (blocks_of_effort_ < blocks_an_effort) return;
    if (plan_.seconds && 2 * a_block > largest_part * *plan_.seconds) return;
    sweeps_ *= 2;
    blocks_of_effort_ = 0;
    blocks_ = std::max<std::int64_t>(1, blocks_ / 2);
  }

private:
  static constexpr std::int64_t blocks_an_effort = 4;
  static constexpr double largest_part = 0.2;  // of the time limit that one block may take

  const SearchPlan& plan_;
  std::int64_t block_, ranks_;
  bool is_exact_;
  std::int64_t sweeps_, asked_ = 0, blocks_ = 1, blocks_of_effort_ = 0;
};

}  // namespace

double SearchResult::updates_per_second() const {
  return machine_seconds > 0 ? static_cast<double>(spin_updates) / machine_seconds : 0;
}

double relaxed_target(const ising::IsingProblem& problem, double target) {
  return target + ising::energy_rounding(problem);
}

SearchResult search(const ising::Machine& machine, ising::ProgrammedMachine& given, const ising::IsingProblem& problem,
                    const SearchPlan& plan, const parallel::Communicator& comm, const SearchReport& report) {
  parallel::SharedFlag over(comm);
  SharedMachine programmed(given, problem, plan, over);
  SearchResult result;
  ising::ReadRequest request;
  request.seed = plan.seed;
  request.target = plan.target;
  request.begin = plan.begin;
  if (plan.seconds) request.deadline = time_after(plan.begin, *plan.seconds);
  request.stop_is_asked = [&] { return plan.stop_is_asked() || over.is_raised(); };
  Rounds rounds(plan, machine, comm.size());
  const double rounding = ising::energy_rounding(problem);
  for (;;) {
    if (const auto end = end_of(result, plan, rounds.asked(), machine.is_exact(), comm)) {
      result.end = *end;
      break;
    }
    rounds.fill(request);
    const double begin = seconds_since(plan.begin);
    ising::ReadSet set = ising::read_all(machine, programmed, problem, request, comm);
    const double now = comm.all_max(seconds_since(plan.begin));
    rounds.learn(comm.all_max(now - begin), set);
    add(result, std::move(set), plan, now, rounding);
    result.wall_seconds = now;
    result.machine_seconds = sum_seconds(programmed.seconds(), comm);
    report(result);
  }
  result.is_proven_optimal = machine.is_exact() && !result.was_cut && result.best;
  result.wall_seconds = comm.all_max(seconds_since(plan.begin));
  if (!result.history.empty()) result.seconds_to_best = result.history.back().seconds;
  return result;
}

}  // namespace isinglass::solve
