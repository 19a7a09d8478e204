#include "formats/coo.hpp"

#include "base/error.hpp"
#include "formats/coo_header.hpp"
#include "formats/text_lines.hpp"
#include "ising/qubo.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace isinglass::formats {

namespace {

/// A file that names all its variables may leave some without a term.
std::int64_t count_of(const TextLines& lines, const CooHeader& header, std::int64_t largest) {
  for (const ising::OneHotGroup& group : header.groups)
    for (const std::int32_t i : group) largest = std::max<std::int64_t>(largest, i);
  if (!header.variables) return largest + 1;
  if (largest >= *header.variables)
    lines.fail(fmt::format("index {} is used, and the file says that it has {} variables", largest, *header.variables));
  return *header.variables;
}

ising::IsingProblem spin_problem(std::int64_t spins, const std::vector<ising::BinaryTerm>& terms, double offset,
                                 const std::function<void()>& look) {
  ising::IsingProblem problem;
  problem.spins = static_cast<std::size_t>(spins);
  problem.fields.assign(problem.spins, 0.0);
  problem.offset = offset;
  std::vector<ising::Coupling> pairs;
  for (const ising::BinaryTerm& t : terms) {
    if (t.i == t.j)
      problem.fields[static_cast<std::size_t>(t.i)] += t.value;
    else
      pairs.push_back({static_cast<std::int32_t>(t.i), static_cast<std::int32_t>(t.j), t.value});
  }
  problem.couplings = ising::sparse_couplings(problem.spins, pairs, look);
  return problem;
}

/// Kind of the variables: as the file says, as the user says, or binary.
Vartype agreed_vartype(TextLines& lines, const CooHeader& header, std::optional<Vartype> asked) {
  if (!header.vartype) return asked.value_or(Vartype::binary);
  if (asked && *asked != *header.vartype)
    lines.fail_at(header.vartype_line, fmt::format("vartype {}, and --vartype says {}", vartype_name(*header.vartype),
                                                   vartype_name(*asked)));
  return *header.vartype;
}

std::vector<ising::BinaryTerm> read_terms(TextLines& lines, CooHeader& header) {
  Magnitude magnitude(largest_objective);
  std::vector<ising::BinaryTerm> terms;
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

/// Calls visit(i, j, value) for each coupling and for each variable that has none.
template <class Visit>
void for_each_line(const ising::SparseQubo& qubo, Visit&& visit) {
  std::vector<bool> seen(static_cast<std::size_t>(qubo.variables));
  for (const auto& [i, j, value] : qubo.couplings) {
    seen[static_cast<std::size_t>(i)] = seen[static_cast<std::size_t>(j)] = true;
    visit(i, j, value);
  }
  for (std::int64_t v = 0; v < qubo.variables; ++v)
    if (!seen[static_cast<std::size_t>(v)]) visit(v, v, 0.0);
}

std::int64_t line_count(const ising::SparseQubo& qubo) {
  std::int64_t lines = 0;
  for_each_line(qubo, [&](std::int64_t, std::int64_t, double) { ++lines; });
  return lines;
}

}  // namespace

Instance read_coo(const InstanceText& text, std::optional<Vartype> asked) {
  TextLines lines(text, "#");
  CooHeader header;
  const std::vector<ising::BinaryTerm> terms = read_terms(lines, header);
  std::int64_t largest = -1;
  for (const ising::BinaryTerm& term : terms) largest = std::max({largest, term.i, term.j});
  const std::int64_t variables = count_of(lines, header, largest);
  if (variables == 0) lines.fail("no terms, so no variables");
  expect_memory(lines, {.variables = variables, .entries = std::ssize(terms)});
  const Vartype vartype = agreed_vartype(lines, header, asked);
  const double offset = header.offset.value_or(0);
  Instance instance;
  instance.format = "coo";
  instance.goal = vartype == Vartype::spin ? Goal::energy : Goal::objective;
  instance.is_binary = vartype == Vartype::binary;
  instance.problem = vartype == Vartype::spin
                         ? spin_problem(variables, terms, offset, text.look)
                         : ising::from_qubo(static_cast<std::size_t>(variables), terms, offset, text.look);
  instance.problem.groups = std::move(header.groups);
  instance.warnings = std::move(header.warnings);
  if (!header.vartype && !asked)
    instance.note = "vartype BINARY is assumed, the file says none; --vartype spin for spins";
  try {
    ising::check(instance.problem);
  } catch (const InputError& error) {
    lines.fail(error.what());
  }
  return instance;
}

void print_qubo(TextFile& file, const ising::SparseQubo& qubo) {
  file.print(
      "# QUBO of isinglass: minimise offset + sum of value x_i x_j over the lines \"i j value\", i <= j from 0, x "
      "binary\n");
  file.print("# vartype=BINARY\n# variables {}\n# terms {}\n# multiplier {}\n# offset {}\n", qubo.variables,
             line_count(qubo), qubo.multiplier, qubo.constant);
  for_each_line(qubo, [&](std::int64_t i, std::int64_t j, double value) { file.print("{} {} {}\n", i, j, value); });
}

void print_dimod_coo(TextFile& file, const ising::SparseQubo& qubo) {
  file.print("# vartype=BINARY\n# offset={}\n", fixed_text(qubo.constant));
  for_each_line(
      qubo, [&](std::int64_t i, std::int64_t j, double value) { file.print("{} {} {}\n", i, j, fixed_text(value)); });
}

}  // namespace isinglass::formats
