#include "base/error.hpp"
#include "formats/coo_header.hpp"
#include "formats/instance.hpp"
#include "formats/magnitude.hpp"
#include "formats/text_lines.hpp"
#include "ising/qubo.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace isinglass {

namespace {

/// A file that names all its variables may leave some without a term.
std::int64_t count_of(const TextLines& lines, const CooHeader& header, std::int64_t largest) {
  for (const OneHotGroup& group : header.groups)
    for (const std::int32_t i : group) largest = std::max<std::int64_t>(largest, i);
  if (!header.variables) return largest + 1;
  if (largest >= *header.variables)
    lines.fail(fmt::format("index {} is used, and the file says that it has {} variables", largest, *header.variables));
  return *header.variables;
}

IsingProblem spin_problem(std::int64_t spins, const std::vector<BinaryTerm>& terms, double offset,
                          const std::function<void()>& look) {
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
  problem.couplings = sparse_couplings(problem.spins, pairs, look);
  return problem;
}

/// What the variables are: as the file says, as the user says, or binary.
Vartype agreed_vartype(TextLines& lines, const CooHeader& header, std::optional<Vartype> asked) {
  if (!header.vartype) return asked.value_or(Vartype::binary);
  if (asked && *asked != *header.vartype)
    lines.fail_at(header.vartype_line,
                  fmt::format("vartype {}, and --vartype says {}", vartype_name(*header.vartype), vartype_name(*asked)));
  return *header.vartype;
}

std::vector<BinaryTerm> read_terms(TextLines& lines, CooHeader& header) {
  Magnitude magnitude(largest_objective);
  std::vector<BinaryTerm> terms;
  lines.on_comment([&](std::string_view comment) { header.read(lines, comment); });
  while (const TextLines::Words* words = lines.next()) {
    lines.expect_words(*words, 3, "i j value");
    terms.push_back({lines.integer((*words)[0], "index", 0, largest_coo_index),
                     lines.integer((*words)[1], "index", 0, largest_coo_index), lines.number((*words)[2], "value")});
    magnitude.add(lines, terms.back().value, "value");
  }
  if (header.offset) magnitude.add(lines, *header.offset, "offset");
  if (header.terms && *header.terms != std::ssize(terms))
    lines.fail(fmt::format("{} terms, and the file says that it has {}: truncated?", terms.size(), *header.terms));
  return terms;
}

}  // namespace

Instance read_coo(const InstanceText& text, std::optional<Vartype> asked) {
  TextLines lines(text, "#");
  CooHeader header;
  const std::vector<BinaryTerm> terms = read_terms(lines, header);
  std::int64_t largest = -1;
  for (const BinaryTerm& term : terms) largest = std::max({largest, term.i, term.j});
  const std::int64_t variables = count_of(lines, header, largest);
  if (variables == 0) lines.fail("no terms, so no variables");
  expect_memory(lines, {.variables = variables, .entries = std::ssize(terms)});
  const Vartype vartype = agreed_vartype(lines, header, asked);
  const double offset = header.offset.value_or(0);
  Instance instance;
  instance.format = "coo";
  instance.goal = vartype == Vartype::spin ? Goal::energy : Goal::objective;
  instance.is_binary = vartype == Vartype::binary;
  instance.problem = vartype == Vartype::spin ? spin_problem(variables, terms, offset, text.look)
                                              : from_qubo(static_cast<std::size_t>(variables), terms, offset, text.look);
  instance.problem.groups = std::move(header.groups);
  instance.warnings = std::move(header.warnings);
  if (!header.vartype && !asked) instance.note = "vartype BINARY is assumed, the file says none; --vartype spin for spins";
  try {
    check(instance.problem);
  } catch (const InputError& error) {
    lines.fail(error.what());
  }
  return instance;
}

}  // namespace isinglass
