#pragma once

#include "config/choices.hpp"
#include "ising/problem.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace isinglass::ising::external {

/// The problem in dimod's COO format: "# vartype=SPIN" (or BINARY), "# offset=...", then lines "i j value" from 0, i <
/// j for pairs and i = j for linear terms, of which every variable has one. Numbers read back to the same doubles.
[[nodiscard]] std::string problem_text(const IsingProblem& problem, config::TextForm form);

/// Reads from text: one a line, `spins` values of -1 and +1, or of 0 and 1, between spaces. InputError with the line
/// for anything else, and unless there are `reads` lines.
[[nodiscard]] std::vector<Spins> parse_reads(std::string_view text, std::size_t spins, std::size_t reads);

}  // namespace isinglass::ising::external
