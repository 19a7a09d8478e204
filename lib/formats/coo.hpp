#pragma once

#include "formats/instance.hpp"
#include "formats/text_file.hpp"

#include <cstdint>
#include <limits>
#include <optional>

/// COO files: lines `i j value` from 0, i = j for linear terms, after comments that CooHeader reads. Reader and
/// writers; what is written reads back as the same doubles. External machines get such files too, from
/// ising/external/problem_text.hpp: the machines know no formats.
namespace isinglass::formats {

inline constexpr std::int64_t largest_coo_index = std::numeric_limits<std::int32_t>::max() - 1;

/// Reads what isinglass export and dimod write. Without a vartype in the file: the asked one, or binary, which is
/// noted.
[[nodiscard]] Instance read_coo(const InstanceText& text, std::optional<Vartype> asked = {});

/// Prints lines with i <= j after comments with the vartype, the numbers of variables and terms and the offset.
/// Variables of no term get a term of value 0, so that readers that collect names see all.
void print_qubo(TextFile& file, const ising::SparseQubo& qubo);

/// Prints what dimod.serialization.coo reads: the same lines without exponents, after "# vartype=BINARY". dimod has no
/// place for the offset: it is in a comment.
void print_dimod_coo(TextFile& file, const ising::SparseQubo& qubo);

}  // namespace isinglass::formats
