#pragma once

#include "solve/qcgd_program.hpp"
#include "solve/search.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace isinglass::solve {

/// Facts that solution files say of the problem and how it was solved.
struct SolutionFacts {
  std::string instance, format, goal;  ///< path as given, name of the format, cut, energy or objective
  std::int64_t spins = 0, couplers = 0;
  bool is_maximised = false;  ///< the goal's value is minus the energy
  bool is_binary = false;     ///< x = (1 + s) / 2 to the user
  std::string machine, settings_yaml;
  std::uint64_t seed = 1;
  std::int64_t sweeps = 0;  ///< 0: the machine's default
  std::string stop_reason;
  std::vector<std::pair<std::string, std::string>> provenance;
};

/// Writes the reads and the best of them atomically; docs/file-formats.md describes the file. Throws SystemError.
void write_solutions(const std::filesystem::path& path, const SolutionFacts& facts, const SearchResult& result);

/// +1 as 1, 8 spins a byte, the lowest bit first, rows padded with zeros.
[[nodiscard]] std::vector<std::uint8_t> pack_spins(std::span<const std::int8_t> spins);

/// Contents of a solution file: for tests, and to check a file after writing.
struct StoredSolutions {
  std::vector<std::int64_t> index;
  std::vector<double> energy;
  std::vector<ising::Spins> spins;
  ising::Spins best;  ///< empty: no read is a solution
  double best_energy = 0;
};
/// Throws InputError that names the file and what is wrong with it.
[[nodiscard]] StoredSolutions read_solutions(const std::filesystem::path& path);

/// Writes the best point, the iterations and the atoms of X atomically; docs/file-formats.md describes the file.
/// SystemError.
void write_program_solution(const std::filesystem::path& path, const SolutionFacts& facts, const ProgramResult& result);

/// The best point of such a file; empty: none was feasible. InputError that names the file.
[[nodiscard]] formats::Bits read_program_solution(const std::filesystem::path& path);

}  // namespace isinglass::solve
