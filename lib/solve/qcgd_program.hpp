#pragma once

#include "base/clock.hpp"
#include "formats/binary_program.hpp"
#include "ising/machine.hpp"
#include "parallel/communicator.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace isinglass::solve {

/// How a binary program is solved.
struct ProgramPlan {
  std::optional<std::int64_t> iterations = 100;  ///< nothing: until another limit ends the loop
  std::int64_t reads = 0;                        ///< of an oracle call; 0: a block of the machine, at least 8
  std::int64_t sweeps = 0;                       ///< 0: the machine's default
  std::uint64_t seed = 1;
  double beta0 = 0.3;               ///< penalty scale: beta_t = beta0 sqrt(t+1)
  double initial_multiplier = 1.0;  ///< of every form, in units of what a flip typically changes the objective by
  double multiplier_cap = 1e6;      ///< a dual step that takes the norm of y past this is rejected
  std::optional<double> target;     ///< an objective: reaching it ends the loop
  std::optional<double> seconds;
  std::optional<formats::Bits> start{};  ///< a feasible point that is known already
  std::function<bool()> stop_is_asked = [] { return false; };
  Clock::time_point begin = Clock::now();
};

enum class ProgramEnd { iterations, target, time, stop, proven, infeasible };

/// Findings of an iteration.
struct ProgramIteration {
  std::int64_t iteration = 0;
  double seconds = 0;
  double energy = 0;                 ///< of the atom: f + mu P, units of the objective
  double objective = 0;              ///< f of the atom
  double violation = 0;              ///< rms of the constraint images of X
  double gap = 0;                    ///< CGAL's surrogate gap, units of the objective
  std::int64_t feasible_reads = 0;   ///< reads that were feasible as they came
  std::int64_t completed_reads = 0;  ///< reads that a completion made feasible
  std::optional<double> incumbent;   ///< best objective of a feasible point so far
};

/// An atom of X: spins of variables and slack bits, 8 a byte, and its weight.
struct ProgramAtom {
  std::vector<std::uint8_t> spins;
  double weight = 0;
};

struct ProgramResult {
  std::optional<formats::Bits> best;  ///< feasible
  double objective = 0;               ///< of it, computed anew from the program
  double seconds_to_best = 0, wall_seconds = 0;
  std::optional<double> lower_bound;  ///< certified; only with an exact oracle
  std::vector<ProgramIteration> iterations;
  std::vector<ProgramAtom> atoms;
  std::int64_t spins = 0, slack_bits = 0, forms = 0, groups = 0, couplers = 0;
  std::int64_t reads = 0, spin_updates = 0, field_evaluations = 0;
  std::int64_t nodes = 0;  ///< of branch and bound; 0: solved by QCGD
  ProgramEnd end = ProgramEnd::iterations;
};

/// Quantum conditional gradient descent on an explicit problem; docs/theory.md, section 4. The oracle is any Ising
/// machine, which is programmed once and gets new couplings and fields in each iteration; its reads are shared over the
/// ranks, and each of them is completed to a feasible point. The same result on any number of ranks as long as neither
/// time nor stop end it. Collective.
[[nodiscard]] ProgramResult solve_program(const formats::BinaryProgram& program, const ising::Machine& machine,
                                          const ProgramPlan& plan, const parallel::Communicator& comm,
                                          const std::function<void(const ProgramIteration&)>& report);

/// A target that a computed objective of the program reaches in spite of rounding: the target itself where objectives
/// are whole.
[[nodiscard]] double relaxed_target(const formats::BinaryProgram& program, double target);

}  // namespace isinglass::solve
