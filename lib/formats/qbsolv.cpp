#include "formats/instance.hpp"
#include "formats/pair_list.hpp"
#include "formats/text_lines.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include <fmt/format.h>

namespace isinglass::formats {

namespace {

/// The program line: `p qubo TOPOLOGY MAXNODES NNODES NCOUPLERS`.
struct Announced {
  std::int64_t size = 0, nodes = 0, couplers = 0;
};

Announced read_program_line(TextLines& lines) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 4;
  const TextLines::Words& words = lines.expect("its first line, p qubo topology maxNodes nNodes nCouplers");
  if (words[0] != "p" || words.size() < 2 || upper_case(words[1].substr(0, 5)) != "QUBO")
    lines.fail("expected \"p qubo topology maxNodes nNodes nCouplers\"");
  lines.expect_words(words, 6, "p qubo topology maxNodes nNodes nCouplers");
  Announced announced;
  announced.size = lines.integer(words[3], "maxNodes", 1, std::numeric_limits<std::int32_t>::max());
  announced.nodes = lines.integer(words[4], "nNodes", 0, announced.size);
  announced.couplers = lines.integer(words[5], "nCouplers", 0, most);
  return announced;
}

void expect_count(const TextLines& lines, const char* what, std::int64_t found, std::int64_t announced) {
  if (found != announced)
    lines.fail(fmt::format("{} {}, and the program line says {}: truncated?", found, what, announced));
}

/// No node and no coupler is listed twice.
void expect_unique(const TextLines& lines, std::vector<ising::BinaryTerm> entries) {
  const auto pair = [](const ising::BinaryTerm& e) { return std::tuple(std::min(e.i, e.j), std::max(e.i, e.j)); };
  std::ranges::sort(entries, {}, pair);
  const auto twice = std::ranges::adjacent_find(entries, {}, pair);
  if (twice == entries.end()) return;
  if (twice->i == twice->j) lines.fail(fmt::format("node {} is listed twice", twice->i));
  lines.fail(fmt::format("coupler {} {} is listed twice", twice->i, twice->j));
}

}  // namespace

Instance read_qbsolv(const InstanceText& text) {
  TextLines lines(text, "c#");
  const Announced announced = read_program_line(lines);
  expect_list_size(lines, announced.size, announced.nodes + announced.couplers);
  PairList list{announced.size, {}};
  Magnitude magnitude(largest_objective);
  std::int64_t nodes = 0;
  while (const TextLines::Words* words = lines.next()) {
    lines.expect_words(*words, 3, "i j value");
    list.entries.push_back({lines.integer((*words)[0], "node", 0, list.size - 1),
                            lines.integer((*words)[1], "node", 0, list.size - 1), lines.number((*words)[2], "value")});
    magnitude.add(lines, list.entries.back().value, "value");
    nodes += list.entries.back().i == list.entries.back().j ? 1 : 0;
  }
  expect_count(lines, "nodes", nodes, announced.nodes);
  expect_count(lines, "couplers", std::ssize(list.entries) - nodes, announced.couplers);
  expect_unique(lines, list.entries);
  return qubo_instance("qbsolv", Goal::objective, std::move(list), 1, 1, text.look);
}

}  // namespace isinglass::formats
