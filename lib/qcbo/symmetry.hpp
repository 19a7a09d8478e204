#pragma once

#include "network/architecture.hpp"
#include "qcbo/problem.hpp"

namespace isinglass::qcbo {

/// Weight bits of a unit that its code is read from, at most.
constexpr int symmetry_bits = 10;

/// Bits of the code of a hidden unit of `layer`: code = sum_b 2^b (b-th weight bit).
[[nodiscard]] int code_bits(const network::Layer& layer);

/// Variables and rows of breaking all symmetries between hidden units.
[[nodiscard]] std::int64_t symmetry_row_count(const network::Architecture& architecture);
[[nodiscard]] std::int64_t symmetry_variables(const network::Architecture& architecture);

/// Appends a row code(j+1) - code(j) - slack = 0 for each two neighbouring units of every hidden layer, with an exact
/// register of slack bits whose first one is variable `first`. Swapping two hidden units and the inputs that read them
/// changes no output, so that of every network an ordering of its units stays feasible.
void add_symmetry_rows(const network::Architecture& architecture, std::int64_t first, Qcbo& out);

/// Codes of the hidden units of one layer. [unit]
[[nodiscard]] std::vector<int> unit_codes(const network::Layer& layer, const network::LayerBits& bits);

}  // namespace isinglass::qcbo
