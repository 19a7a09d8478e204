#pragma once

#include "parallel/communicator.hpp"
#include "readout/class_pass.hpp"
#include "readout/problem.hpp"
#include "simd/simd.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace isinglass::readout {

/// How a readout is annealed.
struct AnnealOptions {
  std::uint64_t seed = 0;
  int sweeps = 6;           ///< each proposes every weight once
  double first_t = 3e-6;    ///< temperature of the first sweep, in units of the loss 2 M N of N images whose lead is 0
  double last_t = 1e-7;     ///< of the last one; between them geometric
  std::size_t group = 100;  ///< features that all classes flip before the next ones; up to 127
  std::int64_t largest_bias = 32767;  ///< biases stay within plus or minus this; up to 2^23
  std::int64_t bias_step = 0;         ///< of a bias; 0: M / 16
  bool skips_blocks = true;           ///< changes no result

  bool operator==(const AnnealOptions&) const = default;
};

/// Work of a sweep. Proposals and accepted flips are the same on any number of ranks.
struct SweepCounts {
  std::int64_t proposals = 0, accepted = 0;
  std::int64_t evaluated = 0;   ///< flips, also those in vain
  std::int64_t reductions = 0;  ///< sums over the ranks
  double alive = 0;             ///< share of this rank's blocks in which a flip can matter, summed over those evaluated
};

/// Annealing of the weights by single flips (Metropolis et al., J. Chem. Phys. 21, 1953) of exact changes of the loss,
/// with the biases moved downhill. A sweep takes the features in groups, whose features stay in the cache; for each
/// group the classes in random order, for each class the group's features in random order. Each flip is judged by its
/// exact change of the present loss over all ranks, so that it keeps detailed balance at the sweep's temperature. Flips
/// that change nothing are refused.
///
/// One sum over the ranks serves several flips: the changes by all of them up to the first one that is likely to be
/// accepted, as its last known change tells, are found and summed at once. Those behind an accepted flip are found
/// anew. So nothing but the time hangs on what was likely: the result is the same for any number of ranks, any sharding
/// and any vectors.
///
/// A readout of one row for two classes has the score of class 1; that of class 0 stays at 0, or at that of the
/// earlier stages.
///
/// Memory per image of this rank: 5 bytes and 4 per class; features are not copied.
class Annealer {
public:
  /// Starts at `start`, after its sweeps_done sweeps. `problem` and `ranks` outlive this. InputError of what check()
  /// says, of features beyond 63 in magnitude, of options out of range, or of a start of another shape. Collective.
  Annealer(const Problem& problem, const AnnealOptions& options, const parallel::Communicator& ranks, Readout start,
           simd::Width width = simd::cpu_width());

  /// Runs the next sweep at its temperature. False if a rank was asked to stop meanwhile: then the readout is that
  /// before the sweep. `stop` is asked once a group. Collective.
  [[nodiscard]] bool sweep(const std::function<bool()>& stop = {});
  [[nodiscard]] bool is_done() const { return readout_.sweeps_done >= options_.sweeps; }
  /// Temperature of a sweep, units of the loss.
  [[nodiscard]] double temperature(int sweep) const;

  [[nodiscard]] const Readout& readout() const { return readout_; }
  /// Scores of this rank's images, [class][stride].
  [[nodiscard]] std::span<const std::int32_t> scores() const { return scores_; }
  /// Loss of all ranks' images.
  [[nodiscard]] std::int64_t loss() const { return loss_; }
  /// Work of the last sweep.
  [[nodiscard]] const SweepCounts& counts() const { return counts_; }

private:
  /// Features first .. first + size - 1, which all classes flip before the next group.
  struct Group {
    std::size_t first = 0, size = 0;
    int largest = 0;  // magnitude of its features on this rank
  };

  void find_groups();
  void restart();
  void move_bias(std::size_t row, const Group& group);
  void sweep_row(std::size_t row, const Group& group, double temperature);
  [[nodiscard]] double largest_rise(std::size_t row, std::size_t f, double temperature) const;
  void evaluate(std::size_t begin, std::size_t end);
  [[nodiscard]] bool is_accepted(std::size_t place) const;
  [[nodiscard]] std::size_t likely_end(std::size_t begin) const;
  [[nodiscard]] std::vector<std::size_t> shuffled(std::size_t first, std::size_t size, std::uint32_t key) const;

  const Problem& problem_;
  AnnealOptions options_;
  const parallel::Communicator& ranks_;
  simd::Width width_;
  Readout readout_;
  ClassPass pass_;
  std::vector<Group> groups_;
  std::int64_t images_ = 0;  // of all ranks
  simd::AlignedVector<std::int32_t> scores_;
  std::int64_t loss_ = 0;
  SweepCounts counts_;
  // Proposals to a row and a group, in their order: the flips, the largest accepted changes, the last known ones.
  std::vector<Flip> flips_;
  std::vector<double> rises_;
  std::vector<std::int64_t> changes_;
};

}  // namespace isinglass::readout
