#include "ising/external/problem_text.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <iterator>
#include <sstream>

#include <fmt/format.h>

namespace isinglass::ising::external {

namespace {

/// The file's numbers: linear terms and a factor for the pairs.
struct Terms {
  std::vector<double> linear;
  double pair_factor = 1, offset = 0;
};

/// s = 2 x - 1: J s s = 4 J x x - 2 J x - 2 J x + J, h s = 2 h x - h.
Terms terms_of(const IsingProblem& problem, const SparseCouplings& j, config::TextForm form) {
  if (form == config::TextForm::ising) return {problem.fields, 1, problem.offset};
  Terms terms{std::vector<double>(problem.spins), 4, problem.offset};
  for (std::size_t i = 0; i < problem.spins; ++i) {
    terms.linear[i] = 2 * problem.fields[i];
    terms.offset -= problem.fields[i];
    for (const double value : j.values(i)) {
      terms.linear[i] -= 2 * value;
      terms.offset += value / 2;  // each pair is met twice
    }
  }
  return terms;
}

/// -1, 0 or 1 of a word; 2 for anything else.
int value_of(const std::string& word) {
  if (word == "1" || word == "+1") return 1;
  if (word == "-1") return -1;
  return word == "0" ? 0 : 2;
}

Spins parse_line(const std::string& line, std::size_t spins, std::size_t number) {
  Spins read;
  std::istringstream words(line);
  bool has_zero = false, has_minus = false;
  for (std::string word; words >> word;) {
    const int value = value_of(word);
    if (value == 2)
      throw InputError(fmt::format("line {} of its answer: value {} is \"{}\": write -1 and +1, or 0 and 1", number,
                                   read.size() + 1, word.substr(0, 20)));
    has_zero = has_zero || value == 0;
    has_minus = has_minus || value == -1;
    read.push_back(value > 0 ? std::int8_t{1} : std::int8_t{-1});
  }
  if (has_zero && has_minus) throw InputError(fmt::format("line {} of its answer has both 0 and -1", number));
  if (read.size() != spins)
    throw InputError(fmt::format("line {} of its answer has {} values for {} spins", number, read.size(), spins));
  return read;
}

}  // namespace

std::string problem_text(const IsingProblem& problem, config::TextForm form) {
  const SparseCouplings j = to_sparse(problem);
  const Terms terms = terms_of(problem, j, form);
  std::string text =
      fmt::format("# vartype={}\n# offset={}\n", form == config::TextForm::ising ? "SPIN" : "BINARY", terms.offset);
  auto out = std::back_inserter(text);
  for (std::size_t i = 0; i < problem.spins; ++i) {
    fmt::format_to(out, "{} {} {}\n", i, i, terms.linear[i]);
    for (SparseCouplings::InnerIterator k(j, i); k; ++k)
      if (k.col() > k.row()) fmt::format_to(out, "{} {} {}\n", i, k.col(), terms.pair_factor * k.value());
  }
  return text;
}

std::vector<Spins> parse_reads(std::string_view text, std::size_t spins, std::size_t reads) {
  std::vector<Spins> all;
  std::istringstream lines{std::string(text)};
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (std::ranges::all_of(line, [](char c) { return c == ' ' || c == '\t' || c == '\r'; })) continue;
    all.push_back(parse_line(line, spins, number));
  }
  if (all.size() != reads) throw InputError(fmt::format("its answer has {} reads instead of {}", all.size(), reads));
  return all;
}

}  // namespace isinglass::ising::external
