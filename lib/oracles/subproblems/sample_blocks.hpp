#pragma once

#include "energy/state.hpp"
#include "oracles/subproblems/budget.hpp"
#include "oracles/subproblems/sample_choices.hpp"
#include "parallel/communicator.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace isinglass {

/// Improves the segment choices of one hidden layer by an Ising machine, weights fixed: a call asks for all units of as many
/// samples as fit, side by side (samples do not interact). Calls are those of the global order of samples, each made by one
/// rank, so that the result is the same on any number of ranks. Of a call's reads each sample takes the best by its true
/// energy.
class SampleBlocks {
public:
  /// `machine` outlives this.
  SampleBlocks(const BlockMachine& machine, const Communicator& group) : machine_(machine), group_(group) {}
  /// The energy never rises. False if a rank was asked to stop. Collective.
  [[nodiscard]] bool improve(StructuredState& state, std::size_t l, const SubproblemKey& key, SubproblemCounts& counts,
                             const std::function<bool()>& stop_is_asked);

private:
  /// Global numbers of samples, or of calls.
  struct Range {
    std::int64_t begin = 0, end = 0;
    [[nodiscard]] std::int64_t size() const { return end > begin ? end - begin : 0; }
    [[nodiscard]] Range cut(const Range& other) const { return {std::max(begin, other.begin), std::min(end, other.end)}; }
  };
  /// A part of the units, for all samples.
  struct Part {
    SampleChoices choices;
    std::int64_t slots = 0;  ///< units asked
    std::uint32_t first_problem = 0;
    Range own, all;                   ///< samples of this rank, and of the group
    std::int64_t samples_a_call = 1;  ///< but for the last call
    [[nodiscard]] std::int64_t calls() const { return (all.size() + samples_a_call - 1) / samples_a_call; }
    [[nodiscard]] Range samples_of(const Range& calls) const {
      return Range{calls.begin * samples_a_call, calls.end * samples_a_call}.cut(all);
    }
  };
  [[nodiscard]] bool improve_part(Part& part, const SubproblemKey& key, SubproblemCounts& counts,
                                  const std::function<bool()>& stop_is_asked);
  /// These calls, shared out over the ranks; sets improved[call] where a sample takes an answer.
  /// False if a rank was asked to stop.
  [[nodiscard]] bool improve_batch(Part& part, const Range& calls, const SubproblemKey& key,
                                   std::vector<std::int64_t>& improved, const std::function<bool()>& stop_is_asked);
  /// Coefficients of all samples of the batch on every rank, [sample][fields, then couplings].
  [[nodiscard]] std::vector<double> shared_coefficients(const Part& part, const Range& samples,
                                                        const std::vector<Alternatives>& others) const;
  /// Answers of the batch on every rank, [read][sample][slot]; nothing if a rank was asked to stop.
  [[nodiscard]] std::optional<std::vector<std::int8_t>> shared_reads(const Part& part, const Range& calls,
                                                                     std::span<const double> coefficients,
                                                                     const SubproblemKey& key,
                                                                     const std::function<bool()>& stop_is_asked) const;

  const BlockMachine& machine_;
  Communicator group_;
};

}  // namespace isinglass
