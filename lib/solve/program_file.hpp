#pragma once

#include "solve/qcgd_program.hpp"
#include "solve/solution_file.hpp"

#include <filesystem>

namespace isinglass::solve {

/// Writes the best point, the iterations and the atoms of X atomically; docs/file-formats.md describes the file.
/// SystemError.
void write_program_solution(const std::filesystem::path& path, const SolutionFacts& facts, const ProgramResult& result);

/// The best point of such a file; empty: none was feasible. InputError that names the file.
[[nodiscard]] formats::Bits read_program_solution(const std::filesystem::path& path);

}  // namespace isinglass::solve
