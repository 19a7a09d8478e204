#pragma once

#include "formats/instance.hpp"
#include "parallel/communicator.hpp"
#include "solve/choose_machine.hpp"
#include "solve/qcgd_program.hpp"
#include "solve/tts_measure.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace isinglass::solve {

/// What is asked of a solve, whatever the instance.
struct SolveSettings {
  MachineRequest machine;
  std::int64_t reads = 0;   ///< 0: as many as time_limit allows, or default_reads
  std::int64_t sweeps = 0;  ///< 0: the machine's default, or those that the scan finds
  bool scan = false;        ///< look for the sweeps with the least TTS99
  std::uint64_t seed = 1;
  std::optional<double> target;            ///< in the instance's own sense
  std::optional<double> time_limit;        ///< seconds
  std::int64_t tts = 0;                    ///< repeats; 0: no TTS mode
  std::optional<std::int64_t> iterations;  ///< of QCGD; nothing: default_iterations, or until time_limit
};

/// Reads without a number of reads and a time limit, or a block of the machine where that is more.
inline constexpr std::int64_t default_reads = 32;

/// Iterations of QCGD without a number of iterations and a time limit.
inline constexpr std::int64_t default_iterations = 100;

/// Searches for the ground state of choice.problem until a limit of the settings or a stop signal, or measures the time
/// to solution (then `scan` and `point` of the result are filled). Energies are those without penalties. AgreedError if
/// the machine cannot take the problem. Collective.
[[nodiscard]] TtsMeasurement solve_problem(const MachineChoice& choice, const SolveSettings& settings,
                                           formats::Goal goal, const parallel::Communicator& world,
                                           const SearchReport& report);

/// How a binary program was solved, and by what.
struct ProgramSolution {
  ProgramResult result;
  std::string machine;        ///< or branch_and_bound
  std::string settings_yaml;  ///< of the machine
};

/// Called on all ranks when the oracle's machine is chosen.
using ChoiceReport = std::function<void(const MachineChoice&)>;

/// Solves a program with constraints: by branch and bound first, unless a machine is asked for, since what that proves
/// needs no oracle; what is left by QCGD. AgreedError if the machine cannot take the lifted problem. Collective.
[[nodiscard]] ProgramSolution solve_constrained(const formats::BinaryProgram& program, const SolveSettings& settings,
                                                formats::Goal goal, const parallel::Communicator& world,
                                                const ChoiceReport& chosen,
                                                const std::function<void(const ProgramIteration&)>& report);

}  // namespace isinglass::solve
