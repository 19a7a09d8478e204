#include "instances/instance.hpp"
#include "instances/text_lines.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace isinglass {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Reads the sections of a QPLIB file in their order (Furini et al., Math. Programming Computation 11, 2019).
class QplibReader {
public:
  explicit QplibReader(const InstanceText& text) : lines_(text, "#%!") {}
  Instance read();

private:
  void read_head();
  void read_objective();
  void read_rows();
  void read_sides();
  /// Values of `count` rows or variables: a default, and the others one by one.
  [[nodiscard]] std::vector<double> read_values(const char* what, std::int64_t count);
  [[nodiscard]] std::int64_t read_count(const char* what, std::int64_t first, std::int64_t last);
  [[nodiscard]] double read_number(const char* what);
  /// Throws if the position was filled before.
  void mark(std::vector<std::uint8_t>& seen, std::int64_t at, const char* what);

  TextLines lines_;
  std::string type_;
  bool is_maximised_ = false;
  BinaryProgram program_;
};

std::int64_t QplibReader::read_count(const char* what, std::int64_t first, std::int64_t last) {
  const TextLines::Words& words = lines_.expect(what);
  return lines_.integer(words[0], what, first, last);
}

double QplibReader::read_number(const char* what) {
  const TextLines::Words& words = lines_.expect(what);
  return lines_.number(words[0], what);
}

void QplibReader::mark(std::vector<std::uint8_t>& seen, std::int64_t at, const char* what) {
  if (std::exchange(seen[static_cast<std::size_t>(at)], std::uint8_t{1}) != 0)
    lines_.fail(fmt::format("{} {} is listed twice", what, at + 1));
}

std::vector<double> QplibReader::read_values(const char* what, std::int64_t count) {
  std::vector<double> values(static_cast<std::size_t>(count), read_number(what));
  std::vector<std::uint8_t> seen(values.size());
  const std::int64_t others = read_count(what, 0, count);
  for (std::int64_t k = 0; k < others; ++k) {
    const TextLines::Words& words = lines_.expect(what);
    lines_.expect_words(words, 2, fmt::format("index and value: {}", what));
    const std::int64_t i = lines_.integer(words[0], "index", 1, count) - 1;
    mark(seen, i, what);
    values[static_cast<std::size_t>(i)] = lines_.number(words[1], what);
  }
  return values;
}

void QplibReader::read_head() {
  static_cast<void>(lines_.expect("the name of the problem"));
  const TextLines::Words& type = lines_.expect("the type of the problem");
  type_ = type[0];
  if (type_.size() != 3) lines_.fail(fmt::format("expected a type of three letters as QBL, found \"{}\"", type_.substr(0, 20)));
  if (type_[1] != 'B')
    lines_.fail(fmt::format("type {}: only problems of binary variables (second letter B) can be solved", type_));
  if (type_[2] != 'N' && type_[2] != 'B' && type_[2] != 'L')
    lines_.fail(fmt::format("type {}: only linear constraints (third letter N, B or L) can be solved", type_));
  const TextLines::Words& sense = lines_.expect("minimize or maximize");
  if (sense[0] != "minimize" && sense[0] != "maximize") lines_.fail("expected minimize or maximize");
  is_maximised_ = sense[0] == "maximize";
  program_.variables = read_count("the number of variables", 1, std::numeric_limits<std::int32_t>::max());
  const bool has_rows = type_[2] == 'L';
  const auto most = static_cast<std::int64_t>(lines_.bytes());
  if (has_rows) program_.rows.resize(static_cast<std::size_t>(read_count("the number of constraints", 0, most)));
  expect_memory(lines_, program_.variables, std::ssize(program_.rows));
}

/// 1/2 x^T Q x + b x + constant: a pair of the lower triangle counts as Q_ij, the diagonal as Q_ii / 2.
void QplibReader::read_objective() {
  const std::int64_t n = program_.variables;
  std::vector<BinaryTerm> terms;
  if (type_[0] != 'L') {
    const std::int64_t count =
        read_count("the number of quadratic terms in the objective", 0, static_cast<std::int64_t>(lines_.bytes()));
    for (std::int64_t k = 0; k < count; ++k) {
      const TextLines::Words& words = lines_.expect(fmt::format("quadratic term {} of {}", k + 1, count));
      lines_.expect_words(words, 3, "i j value");
      BinaryTerm term{lines_.integer(words[0], "index", 1, n) - 1, lines_.integer(words[1], "index", 1, n) - 1,
                      lines_.number(words[2], "value")};
      if (term.i == term.j) term.value /= 2;
      terms.push_back(term);
    }
  }
  const std::vector<double> linear = read_values("linear coefficients of the objective", n);
  for (std::int64_t i = 0; i < n; ++i) terms.push_back({i, i, linear[static_cast<std::size_t>(i)]});
  program_.constant = read_number("the constant of the objective");
  if (is_maximised_) {
    program_.constant = -program_.constant;
    for (BinaryTerm& term : terms) term.value = -term.value;
  }
  program_.objective = merged_terms(std::move(terms));
}

void QplibReader::read_rows() {
  const std::int64_t count =
      read_count("the number of linear terms in all constraints", 0, static_cast<std::int64_t>(lines_.bytes()));
  std::vector<std::vector<std::pair<std::int64_t, double>>> entries(program_.rows.size());
  for (std::int64_t k = 0; k < count; ++k) {
    const TextLines::Words& words = lines_.expect(fmt::format("linear term {} of {}", k + 1, count));
    lines_.expect_words(words, 3, "constraint, variable, value");
    const std::int64_t row = lines_.integer(words[0], "constraint", 1, std::ssize(entries)) - 1;
    const std::int64_t variable = lines_.integer(words[1], "variable", 1, program_.variables) - 1;
    entries[static_cast<std::size_t>(row)].emplace_back(variable, lines_.number(words[2], "value"));
  }
  for (std::size_t r = 0; r < entries.size(); ++r) {
    std::ranges::sort(entries[r]);
    for (std::size_t k = 0; k < entries[r].size(); ++k) {
      const auto& [variable, value] = entries[r][k];
      if (k > 0 && entries[r][k - 1].first == variable)
        lines_.fail(fmt::format("constraint {} lists variable {} twice", r + 1, variable + 1));
      if (value == 0) continue;
      program_.rows[r].variable.push_back(variable);
      program_.rows[r].coefficient.push_back(value);
    }
  }
}

void QplibReader::read_sides() {
  const double largest = read_number("the value for infinity");
  const auto rows = std::ssize(program_.rows);
  const std::vector<double> lower = read_values("left-hand sides", rows), upper = read_values("right-hand sides", rows);
  const auto side = [&](double value) { return value >= largest ? infinity : value <= -largest ? -infinity : value; };
  for (std::size_t r = 0; r < program_.rows.size(); ++r) {
    program_.rows[r].lower = side(lower[r]);
    program_.rows[r].upper = side(upper[r]);
    if (program_.rows[r].lower > program_.rows[r].upper)
      lines_.fail(fmt::format("constraint {} asks for at least {} and at most {}", r + 1, lower[r], upper[r]));
  }
}

/// What follows the sides, a starting point and names, does not change the problem and may be missing.
Instance QplibReader::read() {
  read_head();
  read_objective();
  if (type_[2] == 'L') {
    read_rows();
    read_sides();
  }
  Instance instance;
  instance.format = "qplib";
  instance.goal = is_maximised_ ? Goal::maximum : Goal::objective;
  instance.is_binary = true;
  if (program_.rows.empty())
    instance.problem = from_qubo(static_cast<std::size_t>(program_.variables), program_.objective, program_.constant);
  else
    instance.program = std::move(program_);
  return instance;
}

}  // namespace

Instance read_qplib(const InstanceText& text) { return QplibReader(text).read(); }

}  // namespace isinglass
