#include "instances/instance.hpp"
#include "instances/text_lines.hpp"
#include "ising/qubo.hpp"

#include <limits>
#include <utility>

#include <fmt/format.h>

/// The family of files `n m`, then m lines `i j value`.
namespace isinglass {

namespace {

/// The entries of a list, indices from 0, in their order.
struct PairList {
  std::int64_t size = 0;
  std::vector<BinaryTerm> entries;
};

void check_size(const TextLines& lines, std::int64_t size, std::int64_t entries) {
  // An entry is a line of at least four bytes: a count that the file cannot hold is found at once, not after an allocation.
  if (entries > static_cast<std::int64_t>(lines.bytes()) / 4 + 1)
    lines.fail(fmt::format("{} entries are announced, more than a file of {} bytes can hold", entries, lines.bytes()));
  expect_memory(lines, {.variables = size, .entries = entries});
}

enum class Diagonal { allowed, refused };
enum class LastWord { needed, optional };

BinaryTerm read_entry(const TextLines& lines, const TextLines::Words& words, std::int64_t size, Diagonal diagonal,
                      LastWord value) {
  const bool is_bare = value == LastWord::optional && words.size() == 2;
  if (!is_bare) lines.expect_words(words, 3, "i j value");
  BinaryTerm entry;
  entry.i = lines.integer(words[0], "index", 1, size) - 1;
  entry.j = lines.integer(words[1], "index", 1, size) - 1;
  entry.value = is_bare ? 1 : lines.number(words[2], "value");
  if (entry.i == entry.j && diagonal == Diagonal::refused)
    lines.fail(fmt::format("an edge from node {} to itself: no maximum cut; QUBO files are read with --format bqp or sparse",
                           entry.i + 1));
  return entry;
}

PairList read_list(TextLines& lines, Diagonal diagonal, LastWord value) {
  const TextLines::Words& head = lines.expect("its first line, n m");
  lines.expect_words(head, 2, "n m, the numbers of nodes and entries");
  PairList list;
  list.size = lines.integer(head[0], "the number of nodes", 1, std::numeric_limits<std::int32_t>::max());
  const std::int64_t entries = lines.integer(head[1], "the number of entries", 0, std::numeric_limits<std::int64_t>::max());
  check_size(lines, list.size, entries);
  list.entries.reserve(static_cast<std::size_t>(entries));
  for (std::int64_t k = 0; k < entries; ++k) {
    const TextLines::Words& words = lines.expect_entry("entry", k, entries);
    list.entries.push_back(read_entry(lines, words, list.size, diagonal, value));
  }
  return list;
}

void expect_end(TextLines& lines, const PairList& list) {
  if (lines.next() != nullptr)
    lines.fail(fmt::format("more than the {} entries that the first line says", list.entries.size()));
}

/// sum of value s_i s_j over pairs, of value s_i where i == j.
IsingProblem ising_of(const PairList& list, double factor) {
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
  problem.couplings = sparse_couplings(problem.spins, pairs);
  return problem;
}

Instance qubo_instance(const char* format, Goal goal, PairList list, double diagonal, double others) {
  for (BinaryTerm& e : list.entries) e.value *= e.i == e.j ? diagonal : others;
  Instance instance;
  instance.format = format;
  instance.goal = goal;
  instance.is_binary = true;
  instance.problem = from_qubo(static_cast<std::size_t>(list.size), list.entries, 0);
  return instance;
}

constexpr const char* comment_marks = "#c%";

PairList read_whole(const InstanceText& text, Diagonal diagonal, LastWord value) {
  TextLines lines(text, comment_marks);
  PairList list = read_list(lines, diagonal, value);
  expect_end(lines, list);
  return list;
}

}  // namespace

Instance read_rudy(const InstanceText& text) {
  const PairList list = read_whole(text, Diagonal::refused, LastWord::optional);
  Instance instance;
  instance.format = "rudy";
  instance.goal = Goal::cut;
  // cut = sum of w (1 - s_i s_j) / 2
  instance.problem = ising_of(list, 0.5);
  for (const BinaryTerm& e : list.entries) instance.problem.offset -= e.value / 2;
  return instance;
}

Instance read_ising_list(const InstanceText& text) {
  Instance instance;
  instance.format = "ising";
  instance.goal = Goal::energy;
  instance.problem = ising_of(read_whole(text, Diagonal::allowed, LastWord::needed), 1);
  return instance;
}

Instance read_bqp(const InstanceText& text) {
  return qubo_instance("bqp", Goal::objective, read_whole(text, Diagonal::allowed, LastWord::needed), 1, 1);
}

Instance read_sparse_matrix(const InstanceText& text) {
  return qubo_instance("sparse", Goal::objective, read_whole(text, Diagonal::allowed, LastWord::needed), 1, 2);
}

Instance read_beasley(const InstanceText& text, std::int64_t number) {
  TextLines lines(text, comment_marks);
  const TextLines::Words& head = lines.expect("its first line, the number of problems");
  const bool is_one = head.size() == 2;  // without the first line: one problem
  if (!is_one) lines.expect_words(head, 1, "the number of problems");
  const std::int64_t problems =
      is_one ? 1 : lines.integer(head[0], "the number of problems", 1, std::numeric_limits<std::int32_t>::max());
  if (is_one) lines.put_back();
  if (number < 1 || number > problems)
    lines.fail(fmt::format("problem {} is asked for, and the file has {}: use --problem 1 .. {}", number, problems, problems));
  PairList list;
  for (std::int64_t k = 1; k <= problems; ++k) {
    PairList read = read_list(lines, Diagonal::allowed, LastWord::needed);
    if (k == number) list = std::move(read);
  }
  expect_end(lines, list);
  return qubo_instance("beasley", Goal::maximum, std::move(list), -1, -2);
}

}  // namespace isinglass
