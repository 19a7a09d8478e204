#pragma once

#include "formats/instance.hpp"
#include "formats/text_lines.hpp"

#include <vector>

namespace isinglass::formats {

/// The entries of a list of pairs, indices from 0, in their order.
struct PairList {
  std::int64_t size = 0;
  std::vector<ising::BinaryTerm> entries;
};

/// Throws "FILE:LINE: reason" if the file cannot hold that many entries, or the memory the problem.
void expect_list_size(const TextLines& lines, std::int64_t size, std::int64_t entries);

/// Minimise the sum of factor * value s_i s_j over pairs, of factor * value s_i where i == j.
[[nodiscard]] ising::IsingProblem ising_of(const PairList& list, double factor, const std::function<void()>& look);

/// Maximum cut of the weights of the list.
[[nodiscard]] Instance cut_instance(const char* format, const PairList& list, const std::function<void()>& look);

/// The sum of value x_i x_j, values of i == j times `diagonal`, of i != j times `others`.
[[nodiscard]] Instance qubo_instance(const char* format, Goal goal, PairList list, double diagonal, double others,
                                     const std::function<void()>& look);

}  // namespace isinglass::formats
