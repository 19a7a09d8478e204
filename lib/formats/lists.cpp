#include "formats/instance.hpp"
#include "formats/pair_list.hpp"
#include "formats/text_lines.hpp"

#include <limits>
#include <utility>

#include <fmt/format.h>

/// The family of files `n m`, then m lines `i j value`.
namespace isinglass::formats {

namespace {

enum class Diagonal { allowed, refused };
enum class LastWord { needed, optional };

/// Reads the entries of one list, whose weights are there in all lines or in none.
class EntryReader {
public:
  EntryReader(TextLines& lines, std::int64_t size, Diagonal diagonal, LastWord value)
      : lines_(lines), size_(size), diagonal_(diagonal), value_(value) {}

  ising::BinaryTerm read(std::int64_t k, std::int64_t count) {
    const TextLines::Words& words = lines_.expect_entry("entry", k, count);
    const bool is_bare = words.size() == 2 && value_ == LastWord::optional;
    if (!is_bare) lines_.expect_words(words, 3, "i j value");
    if (k == 0) is_bare_ = is_bare;
    if (is_bare != is_bare_)
      lines_.fail(is_bare
                      ? "a line without a weight, and others have one: weights may be left out of all lines or of none"
                      : "a line with a weight, and others have none: weights may be left out of all lines or of none");
    ising::BinaryTerm entry;
    entry.i = lines_.integer(words[0], "index", 1, size_) - 1;
    entry.j = lines_.integer(words[1], "index", 1, size_) - 1;
    entry.value = is_bare ? 1 : lines_.number(words[2], "value");
    magnitude_.add(lines_, entry.value, "value");
    if (entry.i == entry.j && diagonal_ == Diagonal::refused)
      lines_.fail(
          fmt::format("an edge from node {} to itself: no maximum cut; QUBO files are read with --format bqp or sparse",
                      entry.i + 1));
    return entry;
  }

private:
  TextLines& lines_;
  std::int64_t size_;
  Diagonal diagonal_;
  LastWord value_;
  bool is_bare_ = false;
  Magnitude magnitude_{largest_objective};
};

PairList read_list(TextLines& lines, Diagonal diagonal, LastWord value) {
  const TextLines::Words& head = lines.expect("its first line, n m");
  lines.expect_words(head, 2, "n m, the numbers of nodes and entries");
  PairList list;
  list.size = lines.integer(head[0], "the number of nodes", 1, std::numeric_limits<std::int32_t>::max());
  const std::int64_t entries =
      lines.integer(head[1], "the number of entries", 0, std::numeric_limits<std::int64_t>::max());
  expect_list_size(lines, list.size, entries);
  list.entries.reserve(static_cast<std::size_t>(entries));
  EntryReader reader(lines, list.size, diagonal, value);
  for (std::int64_t k = 0; k < entries; ++k) list.entries.push_back(reader.read(k, entries));
  return list;
}

void expect_end(TextLines& lines, const PairList& list) {
  if (lines.next() != nullptr)
    lines.fail(fmt::format("more than the {} entries that the first line says", list.entries.size()));
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
  return cut_instance("rudy", read_whole(text, Diagonal::refused, LastWord::optional), text.look);
}

Instance read_ising_list(const InstanceText& text) {
  Instance instance;
  instance.format = "ising";
  instance.goal = Goal::energy;
  instance.problem = ising_of(read_whole(text, Diagonal::allowed, LastWord::needed), 1, text.look);
  return instance;
}

Instance read_bqp(const InstanceText& text) {
  return qubo_instance("bqp", Goal::objective, read_whole(text, Diagonal::allowed, LastWord::needed), 1, 1, text.look);
}

Instance read_sparse_matrix(const InstanceText& text) {
  return qubo_instance("sparse", Goal::objective, read_whole(text, Diagonal::allowed, LastWord::needed), 1, 2,
                       text.look);
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
    lines.fail(
        fmt::format("problem {} is asked for, and the file has {}: use --problem 1 .. {}", number, problems, problems));
  PairList list;
  for (std::int64_t k = 1; k <= problems; ++k) {
    PairList read = read_list(lines, Diagonal::allowed, LastWord::needed);
    if (k == number) list = std::move(read);
  }
  expect_end(lines, list);
  return qubo_instance("beasley", Goal::maximum, std::move(list), -1, -2, text.look);
}

void expect_list_size(const TextLines& lines, std::int64_t size, std::int64_t entries) {
  // An entry is a line of at least four bytes: a count that the file cannot hold is found at once, not after an
  // allocation.
  if (entries > static_cast<std::int64_t>(lines.bytes()) / 4 + 1)
    lines.fail(fmt::format("{} entries are announced, more than a file of {} bytes can hold", entries, lines.bytes()));
  expect_memory(lines, {.variables = size, .entries = entries});
}

ising::IsingProblem ising_of(const PairList& list, double factor, const std::function<void()>& look) {
  ising::IsingProblem problem;
  problem.spins = static_cast<std::size_t>(list.size);
  problem.fields.assign(problem.spins, 0.0);
  std::vector<ising::Coupling> pairs;
  pairs.reserve(list.entries.size());
  for (const ising::BinaryTerm& e : list.entries) {
    if (e.i == e.j)
      problem.fields[static_cast<std::size_t>(e.i)] += factor * e.value;
    else
      pairs.push_back({static_cast<std::int32_t>(e.i), static_cast<std::int32_t>(e.j), factor * e.value});
  }
  problem.couplings = ising::sparse_couplings(problem.spins, pairs, look);
  return problem;
}

Instance cut_instance(const char* format, const PairList& list, const std::function<void()>& look) {
  Instance instance;
  instance.format = format;
  instance.goal = Goal::cut;
  // cut = sum of w (1 - s_i s_j) / 2
  instance.problem = ising_of(list, 0.5, look);
  for (const ising::BinaryTerm& e : list.entries) instance.problem.offset -= e.value / 2;
  return instance;
}

Instance qubo_instance(const char* format, Goal goal, PairList list, double diagonal, double others,
                       const std::function<void()>& look) {
  for (ising::BinaryTerm& e : list.entries) e.value *= e.i == e.j ? diagonal : others;
  Instance instance;
  instance.format = format;
  instance.goal = goal;
  instance.is_binary = true;
  instance.problem = ising::from_qubo(static_cast<std::size_t>(list.size), list.entries, 0, look);
  return instance;
}

}  // namespace isinglass::formats
