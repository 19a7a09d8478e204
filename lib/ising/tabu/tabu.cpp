#include "ising/tabu/tabu.hpp"

#include "ising/descent.hpp"
#include "ising/groups/fold.hpp"
#include "ising/rounding.hpp"
#include "ising/tabu/elite.hpp"
#include "ising/tabu/walk.hpp"

#include <algorithm>

namespace isinglass::ising {

namespace {

class ProgrammedTabu : public ProgrammedCopy {
public:
  ProgrammedTabu(const IsingProblem& problem, const config::TabuConfig& config)
      : ProgrammedCopy(problem), config_(config) {
    reprogrammed();
  }
  [[nodiscard]] ReadSet read(const ReadRequest& request) override;

private:
  void reprogrammed() override {
    folded_ = fold_groups(problem());
    walk_ = make_tabu_walk(folded_);
    has_symmetry_ = problem().groups.empty() && std::ranges::all_of(problem().fields, [](double h) { return h == 0; });
  }
  [[nodiscard]] Read read_one(const ReadRequest& request, TabuRun run, std::int64_t index, ReadSet& set);
  /// Searches from where the walk is and offers the result to the elite.
  void search_from_here(TabuRun& run, EliteSet& elite);
  [[nodiscard]] Tenure tenure() const;
  [[nodiscard]] std::int64_t patience() const;

  config::TabuConfig config_;
  IsingProblem folded_;
  std::unique_ptr<TabuWalk> walk_;
  bool has_symmetry_ = false;  ///< s and -s have one energy
};

Tenure ProgrammedTabu::tenure() const {
  // 10 + 1..10 up to 1,000 spins and n / 100 + 1..10 above (Wang et al. 2012); small problems keep most moves free.
  const auto n = static_cast<std::int32_t>(problem().spins);
  return {config_.tenure > 0 ? std::min(config_.tenure, n / 2) : std::max(std::min(n / 5, 10), n / 100),
          std::clamp(n / 4, 1, 10)};
}

std::int64_t ProgrammedTabu::patience() const {
  const auto n = static_cast<std::int64_t>(problem().spins);
  return config_.patience > 0 ? config_.patience : std::max<std::int64_t>(20, 5 * n);
}

void ProgrammedTabu::search_from_here(TabuRun& run, EliteSet& elite) {
  walk_->search(run, tenure(), patience());
  EliteState state{walk_->spins(), walk_->energy()};
  if (has_symmetry_ && state.spins[0] < 0)
    for (std::int8_t& s : state.spins) s = static_cast<std::int8_t>(-s);
  elite.offer(std::move(state));
}

Read ProgrammedTabu::read_one(const ReadRequest& request, TabuRun run, std::int64_t index, ReadSet& set) {
  const std::int64_t budget = run.iterations_left;
  const auto capacity = static_cast<std::size_t>(config_.elite);
  EliteSet elite(capacity);
  walk_->reset();
  walk_->go_to(start_state(problem(), request, run.random));
  for (bool is_first = true; is_first || !run.is_over();) {
    // Restarts fill the set, one at least; a set that stays small because all searches end alike is linked as it is.
    const std::size_t missing = std::max<std::size_t>(1, capacity - elite.size());
    for (std::size_t k = 0; k < missing && (is_first || !run.is_over()); ++k) {
      if (!is_first) walk_->go_to(random_state(problem(), run.random));
      search_from_here(run, elite);
      is_first = false;
    }
    while (!run.is_over()) {
      const auto pair = elite.next_pair(run.random);
      if (!pair) break;
      relink(*walk_, pair->first.spins, pair->second.spins, [&] {
        run.best.poll();
        return run.best.is_over();
      });
      search_from_here(run, elite);
    }
    elite.keep_best();
  }
  set.spin_updates += (budget - run.iterations_left) * static_cast<std::int64_t>(problem().spins);
  set.field_evaluations += budget - run.iterations_left;
  set.was_cut = set.was_cut || run.best.is_over();
  return run.best.take(index);
}

ReadSet ProgrammedTabu::read(const ReadRequest& request) {
  const StopRule stop(request);
  ReadSet set;
  for (std::int64_t r = 0; r < request.count && !set.was_cut; ++r) {
    const std::int64_t index = request.first + r;
    TabuRun run{BestState(stop), QuickRandom(request.seed, index, 0),
                request.sweeps > 0 ? request.sweeps : config_.sweeps};
    set.reads.push_back(read_one(request, std::move(run), index, set));
    if (!has_exact_kernels(folded_)) end_by_descent(folded_, set.reads.back(), stop.seconds());
  }
  return set;
}

}  // namespace

std::unique_ptr<ProgrammedMachine> Tabu::program(const IsingProblem& problem) const {
  check_groups_can_be_kept(problem);
  return std::make_unique<ProgrammedTabu>(problem, config_);
}

}  // namespace isinglass::ising
