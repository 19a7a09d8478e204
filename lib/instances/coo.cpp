#include "instances/instance.hpp"
#include "instances/text_lines.hpp"
#include "ising/qubo.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace isinglass {

namespace {

constexpr std::int64_t largest_index = std::numeric_limits<std::int32_t>::max() - 1;

/// What the comments of a file say.
struct Header {
  std::optional<std::int64_t> variables, terms;
  double offset = 0;
  bool is_spin = false;
  std::vector<OneHotGroup> groups;
};

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = text.find_first_not_of(" \t\r"); at < text.size(); at = text.find_first_not_of(" \t\r", at)) {
    const std::size_t end = std::min(text.find_first_of(" \t\r", at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

/// "# offset 3" and "# offset=3" say the same. Comments of other first words are for readers.
void read_comment(const TextLines& lines, std::string_view text, Header& header) {
  std::string plain(text);
  std::ranges::replace(plain, '=', ' ');
  const std::vector<std::string_view> words = words_of(plain);
  if (words.size() == 2 && words[0] == "variables")
    header.variables = lines.integer(words[1], "variables", 0, largest_index + 1);
  if (words.size() == 2 && words[0] == "terms")
    header.terms = lines.integer(words[1], "terms", 0, std::numeric_limits<std::int64_t>::max());
  if (words.size() == 2 && words[0] == "offset") header.offset = lines.number(words[1], "offset");
  if (words.size() == 2 && words[0] == "vartype") {
    if (words[1] != "BINARY" && words[1] != "SPIN") lines.fail("vartype must be BINARY or SPIN");
    header.is_spin = words[1] == "SPIN";
  }
  if (words.empty() || words[0] != "group") return;
  OneHotGroup group;
  for (std::size_t k = 1; k < words.size(); ++k)
    group.push_back(static_cast<std::int32_t>(lines.integer(words[k], "index of a group", 0, largest_index)));
  if (group.empty()) lines.fail("a group without indices");
  header.groups.push_back(std::move(group));
}

/// A file that names all its variables may leave some without a term.
std::int64_t count_of(const TextLines& lines, const Header& header, std::int64_t largest) {
  for (const OneHotGroup& group : header.groups)
    for (const std::int32_t i : group) largest = std::max<std::int64_t>(largest, i);
  if (!header.variables) return largest + 1;
  if (largest >= *header.variables)
    lines.fail(fmt::format("index {} is used, and the file says that it has {} variables", largest, *header.variables));
  return *header.variables;
}

IsingProblem spin_problem(std::int64_t spins, const std::vector<BinaryTerm>& terms, double offset) {
  IsingProblem problem;
  problem.spins = static_cast<std::size_t>(spins);
  problem.fields.assign(problem.spins, 0.0);
  problem.offset = offset;
  std::vector<Coupling> pairs;
  for (const BinaryTerm& t : terms) {
    if (t.i == t.j)
      problem.fields[static_cast<std::size_t>(t.i)] += t.value;
    else
      pairs.push_back({static_cast<std::int32_t>(t.i), static_cast<std::int32_t>(t.j), t.value});
  }
  problem.couplings = sparse_couplings(problem.spins, pairs);
  return problem;
}

}  // namespace

Instance read_coo(const InstanceText& text) {
  TextLines lines(text, "#");
  Header header;
  std::vector<BinaryTerm> terms;
  std::int64_t largest = -1;
  for (bool more = true; more;) {
    const TextLines::Words* words = lines.next();
    more = words != nullptr;
    for (const TextLines::Comment& comment : lines.comments())
      lines.at(comment.line, [&] { read_comment(lines, comment.text, header); });
    if (!more) break;
    lines.expect_words(*words, 3, "i j value");
    BinaryTerm term;
    term.i = lines.integer((*words)[0], "index", 0, largest_index);
    term.j = lines.integer((*words)[1], "index", 0, largest_index);
    term.value = lines.number((*words)[2], "value");
    largest = std::max({largest, term.i, term.j});
    terms.push_back(term);
  }
  if (header.terms && *header.terms != std::ssize(terms))
    lines.fail(fmt::format("{} terms, and the file says that it has {}: truncated?", terms.size(), *header.terms));
  const std::int64_t variables = count_of(lines, header, largest);
  if (variables == 0) lines.fail("no terms, so no variables");
  expect_memory(lines, {.variables = variables, .entries = std::ssize(terms)});
  Instance instance;
  instance.format = "coo";
  instance.goal = header.is_spin ? Goal::energy : Goal::objective;
  instance.is_binary = !header.is_spin;
  instance.problem = header.is_spin ? spin_problem(variables, terms, header.offset)
                                    : from_qubo(static_cast<std::size_t>(variables), terms, header.offset);
  instance.problem.groups = std::move(header.groups);
  check(instance.problem);
  return instance;
}

}  // namespace isinglass
