#pragma once

#include "qcbo/problem.hpp"
#include "qcbo/problem_plan.hpp"

namespace isinglass::qcbo {

/// Compiles training into a QCBO whose feasible points are the forward passes of the spline network: for each
/// assignment of the parameter bits there is at least one (registers may write an offset in two ways), and all of them
/// have the network's loss as their objective. The samples of `shard` are built here; their variables are numbered in
/// the order of the ranks. Collective over `comm`.
[[nodiscard]] Qcbo compile(const network::Architecture& architecture, const network::LossSpline& loss,
                           const data::Samples& shard, const CompileOptions& options,
                           const parallel::Communicator& comm);

/// Builds the QCBO piece by piece, for problems that do not fit into memory at once.
class Compiler {
public:
  /// Numbers the variables of all samples. Keeps a reference to `plan`. Collective.
  Compiler(const ProblemPlan& plan, const parallel::Communicator& comm);

  /// The blocks of samples first .. last - 1 of this shard; with first = 0 on rank 0 also the symmetry rows, before
  /// them.
  [[nodiscard]] Qcbo block(std::size_t first, std::size_t last) const;

  /// Global index of the first variable of each sample here, and behind the last one. [sample + 1]
  [[nodiscard]] const std::vector<std::int64_t>& starts() const { return starts_; }
  [[nodiscard]] const ProblemPlan& plan() const { return plan_; }
  /// True on the rank that holds the symmetry rows.
  [[nodiscard]] bool has_symmetry_rows() const { return is_root_ && plan_.options().break_symmetry; }

private:
  const ProblemPlan& plan_;
  bool is_root_ = true;
  std::int64_t parameters_ = 0, all_variables_ = 0;
  std::vector<std::int64_t> starts_;
};

}  // namespace isinglass::qcbo
