#include "ising/enumeration.hpp"

#include "base/error.hpp"
#include "ising/descent.hpp"
#include "ising/rounding.hpp"

#include <bit>
#include <limits>

#include <fmt/format.h>

namespace isinglass::ising {

namespace {

/// Flips between two looks at the clock.
constexpr std::uint64_t poll_mask = (1U << 16) - 1;

/// Flips between two sums from scratch.
constexpr std::uint64_t fresh_mask = (1U << 12) - 1;

class ProgrammedEnumeration : public ProgrammedCopy {
public:
  explicit ProgrammedEnumeration(const IsingProblem& problem) : ProgrammedCopy(problem) { reprogrammed(); }
  [[nodiscard]] ReadSet read(const ReadRequest& request) override;

private:
  void reprogrammed() override { dense_ = to_dense(problem()); }
  /// All states from all spins -1; the best of them.
  [[nodiscard]] Read enumerate(const StopRule& stop, ReadSet& set) const;
  /// -1 and +1 counts of groups that are not one-hot: 0 means a solution.
  [[nodiscard]] std::vector<std::int32_t> group_of() const;

  DenseCouplings dense_;
};

std::vector<std::int32_t> ProgrammedEnumeration::group_of() const {
  std::vector<std::int32_t> group(problem().spins, -1);
  for (std::size_t g = 0; g < problem().groups.size(); ++g)
    for (const std::int32_t i : problem().groups[g]) group[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(g);
  return group;
}

Read ProgrammedEnumeration::enumerate(const StopRule& stop, ReadSet& set) const {
  const std::size_t n = problem().spins;
  Spins spins(n, -1);
  std::vector<double> fields = local_fields(problem(), spins);
  const std::vector<std::int32_t> group = group_of();
  std::vector<int> ups(problem().groups.size());
  std::size_t broken = ups.size();  // groups that are not one-hot
  double now = energy(problem(), spins);
  Read best;
  best.energy = std::numeric_limits<double>::infinity();
  const std::uint64_t states = std::uint64_t{1} << n;
  const bool is_exact = has_exact_kernels(problem());
  for (std::uint64_t state = 0;;) {
    if (broken == 0 && now < best.energy) {
      best.energy = now;
      best.spins = spins;
      best.history.push_back({stop.seconds(), now});
      if (stop.reached(now)) set.was_cut = true;
    }
    if (++state == states || set.was_cut) break;
    if ((state & poll_mask) == 0 && stop.is_over()) set.was_cut = true;
    if (!is_exact && (state & fresh_mask) == 0) {  // sums of differences drift
      fields = local_fields(problem(), spins);
      now = energy(problem(), spins);
    }
    const auto flip = static_cast<std::size_t>(std::countr_zero(state));  // the Gray code's next bit
    now -= 2 * spins[flip] * fields[flip];
    spins[flip] = static_cast<std::int8_t>(-spins[flip]);
    const double change = 2.0 * spins[flip];
    vector_view(fields) += change * dense_.row(flip).transpose();
    ++set.spin_updates;
    if (group[flip] < 0) continue;
    int& up = ups[static_cast<std::size_t>(group[flip])];
    broken -= up != 1;
    up += spins[flip];
    broken += up != 1;
  }
  return best;
}

ReadSet ProgrammedEnumeration::read(const ReadRequest& request) {
  ReadSet set;
  Read best = enumerate(StopRule(request), set);
  // What is too small to show in the energies' sum is still found.
  if (!best.spins.empty() && problem().groups.empty() && !has_exact_kernels(problem()))
    end_by_descent(problem(), best, StopRule(request).seconds());
  if (best.spins.empty() && !set.was_cut) throw InputError("no state keeps all one-hot groups");
  set.field_evaluations = set.spin_updates / static_cast<std::int64_t>(std::max<std::size_t>(1, problem().spins));
  for (std::int64_t r = 0; r < request.count && !best.spins.empty(); ++r) {
    best.index = request.first + r;
    set.reads.push_back(best);
  }
  return set;
}

}  // namespace

std::unique_ptr<ProgrammedMachine> Enumeration::program(const IsingProblem& problem) const {
  if (problem.spins > largest)
    throw InputError(
        fmt::format("enumeration takes at most {} spins, not {}: use another machine", largest, problem.spins));
  return std::make_unique<ProgrammedEnumeration>(problem);
}

}  // namespace isinglass::ising
