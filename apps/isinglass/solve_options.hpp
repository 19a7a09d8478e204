#pragma once

#include "config/choices.hpp"
#include "formats/instance.hpp"
#include "ising/machine.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace isinglass {

/// The command line of `solve`.
struct SolveOptions {
  std::string path;
  InstanceOptions instance;
  std::optional<MachineKind> machine;  ///< nothing: chosen by the problem
  std::int64_t reads = 0;              ///< 0: as many as --time-limit allows, or default_reads
  std::int64_t sweeps = 0;             ///< 0: the machine's default, or those that the scan finds
  bool scan = false;                   ///< look for the sweeps with the least TTS99
  std::uint64_t seed = 1;
  std::optional<double> target;            ///< in the instance's own sense
  std::optional<double> time_limit;        ///< seconds
  std::vector<std::string> overrides;      ///< machine.a.b=value
  std::int64_t tts = 0;                    ///< repeats; 0: no TTS mode
  std::optional<double> penalty;           ///< of broken one-hot groups
  std::optional<std::int64_t> iterations;  ///< of QCGD; nothing: default_iterations, or until --time-limit
  std::string output;                      ///< empty: no file
  bool json = false, quiet = false;
};

/// Reads without --reads and --time-limit, or a block of the machine where that is more.
inline constexpr std::int64_t default_reads = 32;

/// Iterations of QCGD without --iterations and --time-limit.
inline constexpr std::int64_t default_iterations = 100;

/// A machine and the problem in the form that it takes.
struct MachineChoice {
  std::unique_ptr<Machine> machine;
  std::string reason;                    ///< why it was chosen; empty: asked for
  std::string yaml;                      ///< the machine's settings
  IsingProblem problem;                  ///< with penalties for groups where the machine has no moves that keep them
  std::vector<OneHotGroup> groups;       ///< that a solution keeps
  std::optional<IsingProblem> original;  ///< without penalties, if `problem` has some
  double penalty = 0;                    ///< of a broken group; 0: none needed
};

/// The machine that was asked for, or one that suits the problem. InputError for unknown names and settings.
[[nodiscard]] MachineChoice choose_machine(const SolveOptions& options, IsingProblem problem);

}  // namespace isinglass
