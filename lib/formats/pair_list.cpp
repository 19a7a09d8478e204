#include "formats/pair_list.hpp"

#include <fmt/format.h>

namespace isinglass {

void expect_list_size(const TextLines& lines, std::int64_t size, std::int64_t entries) {
  // An entry is a line of at least four bytes: a count that the file cannot hold is found at once, not after an allocation.
  if (entries > static_cast<std::int64_t>(lines.bytes()) / 4 + 1)
    lines.fail(fmt::format("{} entries are announced, more than a file of {} bytes can hold", entries, lines.bytes()));
  expect_memory(lines, {.variables = size, .entries = entries});
}

IsingProblem ising_of(const PairList& list, double factor, const std::function<void()>& look) {
  IsingProblem problem;
  problem.spins = static_cast<std::size_t>(list.size);
  problem.fields.assign(problem.spins, 0.0);
  std::vector<Coupling> pairs;
  pairs.reserve(list.entries.size());
  for (const BinaryTerm& e : list.entries) {
    if (e.i == e.j)
      problem.fields[static_cast<std::size_t>(e.i)] += factor * e.value;
    else
      pairs.push_back({static_cast<std::int32_t>(e.i), static_cast<std::int32_t>(e.j), factor * e.value});
  }
  problem.couplings = sparse_couplings(problem.spins, pairs, look);
  return problem;
}

Instance cut_instance(const char* format, const PairList& list, const std::function<void()>& look) {
  Instance instance;
  instance.format = format;
  instance.goal = Goal::cut;
  // cut = sum of w (1 - s_i s_j) / 2
  instance.problem = ising_of(list, 0.5, look);
  for (const BinaryTerm& e : list.entries) instance.problem.offset -= e.value / 2;
  return instance;
}

Instance qubo_instance(const char* format, Goal goal, PairList list, double diagonal, double others,
                       const std::function<void()>& look) {
  for (BinaryTerm& e : list.entries) e.value *= e.i == e.j ? diagonal : others;
  Instance instance;
  instance.format = format;
  instance.goal = goal;
  instance.is_binary = true;
  instance.problem = from_qubo(static_cast<std::size_t>(list.size), list.entries, 0, look);
  return instance;
}

}  // namespace isinglass
