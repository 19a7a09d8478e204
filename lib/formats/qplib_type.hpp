#pragma once

#include "formats/text_lines.hpp"

#include <string>
#include <string_view>

namespace isinglass {

/// Whether a word is the type of a QPLIB problem, as QBL, in any case: kinds of the objective, the variables, the constraints.
[[nodiscard]] bool is_qplib_type(std::string_view word);

/// The type in upper case, from the next line. InputError "FILE:LINE: reason" unless problems of that type can be solved:
/// binary variables, a linear or quadratic objective, linear constraints or none.
[[nodiscard]] std::string read_qplib_type(TextLines& lines);

}  // namespace isinglass
