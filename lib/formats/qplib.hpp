#pragma once

#include "formats/instance.hpp"
#include "formats/text_file.hpp"
#include "formats/text_lines.hpp"

#include <string>
#include <string_view>
#include <vector>

/// QPLIB files (Furini et al., Math. Programming Computation 11, 2019) of binary variables and linear constraints:
/// reader and writer.
namespace isinglass::formats {

/// Whether a word is the type of a QPLIB problem, as QBL, in any case: kinds of the objective, the variables, the
/// constraints.
[[nodiscard]] bool is_qplib_type(std::string_view word);

[[nodiscard]] Instance read_qplib(const InstanceText& text);

/// Prints a program without products, a pair's coefficient listed twice as large. `name` is that of the problem,
/// `names` are those of the variables. Numbers read back as the same doubles.
void print_qplib(TextFile& file, const BinaryProgram& program, const std::string& name,
                 const std::vector<std::string>& names);

}  // namespace isinglass::formats
