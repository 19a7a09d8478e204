#pragma once

#include "energy/state.hpp"
#include "oracles/subproblems/budget.hpp"
#include "parallel/communicator.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

/// The segment choices of one sample in one hidden layer, weights and all other layers fixed, as an Ising problem:
///
///   E(y) = sum_j y_j own_j + sum_c f_c(z_c + sum_j y_j D_cj),   D_cj = w_cj (value of the other segment - value as it
///   is)
///
/// y_j = 1: unit j takes another segment, the cheapest one by itself. own_j: what that changes of the unit's own price
/// of distance. f_c: cost of unit c of the next layer; its parabola through three points makes E quadratic.
namespace isinglass::oracles {

/// For each unit asked: another segment, or the one it has where FIP leaves no other.
struct Alternatives {
  std::vector<std::uint8_t> segment;
  std::vector<std::int16_t> shift;  ///< of the unit's value
  std::vector<double> own;          ///< own_j, energy
};

/// Coefficients of one sample's Ising problem, spins -1: as it is, 1: the other segment.
struct SampleCoefficients {
  std::vector<double> fields;     ///< [units]
  std::vector<double> couplings;  ///< [units (units - 1) / 2], pairs j < k row by row
  double unit = 1;                ///< energy of a coefficient of 1
};

/// Where the parabolas' outer points lie: `width` from z, but not past +-limit. Grid units of the next layer's z.
struct ZWindow {
  int width = 1, limit = 1;
};

/// All samples of this rank in hidden layer l.
class SampleChoices {
public:
  /// `units`: which of the layer's units are asked.
  SampleChoices(energy::StructuredState& state, std::size_t l, std::vector<int> units, ZWindow window);

  [[nodiscard]] Alternatives alternatives(std::size_t sample) const;
  /// The largest of them is 1 in size: samples are independent, and a machine's precision and temperatures are those of
  /// all samples of a call.
  [[nodiscard]] SampleCoefficients coefficients(std::size_t sample, const Alternatives& others) const;
  /// Change of the true energy with these spins, [units].
  [[nodiscard]] double change(std::size_t sample, const Alternatives& others, std::span<const std::int8_t> spins) const;
  void take(std::size_t sample, const Alternatives& others, std::span<const std::int8_t> spins);

private:
  [[nodiscard]] energy::LayerState& here() const { return state_->layers[layer_]; }
  [[nodiscard]] energy::LayerState& next() const { return state_->layers[layer_ + 1]; }
  [[nodiscard]] int weight(int c, std::size_t slot) const { return weights_[slot][static_cast<std::size_t>(c)]; }
  /// Changes of energy when one unit alone takes segment k.
  [[nodiscard]] double own_change(std::size_t sample, std::size_t slot, std::uint8_t k) const;
  [[nodiscard]] double next_change(std::size_t sample, int c, int shift) const;
  [[nodiscard]] double change_alone(std::size_t sample, std::size_t slot, std::uint8_t k) const;
  void add_parabola(SampleCoefficients& sum, std::size_t sample, int c, const Alternatives& others) const;

  energy::StructuredState* state_;
  std::size_t layer_;
  std::vector<int> units_;
  std::vector<std::vector<std::int16_t>> weights_;  // [slot][unit of the next layer]
  ZWindow window_;
};

/// Improves the segment choices of one hidden layer by an Ising machine, weights fixed: a call asks for all units of as
/// many samples as fit, side by side (samples do not interact). Calls are those of the global order of samples, each
/// made by one rank, so that the result is the same on any number of ranks. Of a call's reads each sample takes the
/// best by its true energy.
class SampleBlocks {
public:
  /// `machine` outlives this.
  SampleBlocks(const BlockMachine& machine, const parallel::Communicator& group) : machine_(machine), group_(group) {}
  /// The energy never rises. False if a rank was asked to stop. Collective.
  [[nodiscard]] bool improve(energy::StructuredState& state, std::size_t l, const SubproblemKey& key,
                             SubproblemCounts& counts, const std::function<bool()>& stop_is_asked);

private:
  /// Global numbers of samples, or of calls.
  struct Range {
    std::int64_t begin = 0, end = 0;
    [[nodiscard]] std::int64_t size() const { return end > begin ? end - begin : 0; }
    [[nodiscard]] Range cut(const Range& other) const {
      return {std::max(begin, other.begin), std::min(end, other.end)};
    }
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
  parallel::Communicator group_;
};

}  // namespace isinglass::oracles
