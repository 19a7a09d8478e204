#include "formats/qplib.hpp"

#include "formats/text_file.hpp"
#include "formats/text_lines.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace isinglass::formats {

namespace {

constexpr double unbounded = std::numeric_limits<double>::infinity();
constexpr double listed_infinity = 1e30;
constexpr std::int64_t most_variables = std::numeric_limits<std::int32_t>::max();

bool is_one_of(char letter, std::string_view letters) { return letters.find(letter) != std::string_view::npos; }

constexpr std::string_view objectives = "LDCQ";

/// The type in upper case, from the next line. InputError "FILE:LINE: reason" unless problems of that type can be
/// solved: binary variables, a linear or quadratic objective, linear constraints or none.
std::string read_qplib_type(TextLines& lines) {
  const std::string_view word = lines.expect("the type of the problem")[0];
  if (word.size() != 3) lines.fail(fmt::format("expected a type of three letters as QBL, found \"{}\"", shown(word)));
  std::string type = upper_case(word);
  if (type[1] != 'B')
    lines.fail(fmt::format("type {}: only problems of binary variables (second letter B) can be solved", shown(type)));
  if (!is_one_of(type[2], "NBL"))
    lines.fail(fmt::format("type {}: only linear constraints (third letter N, B or L) can be solved", shown(type)));
  if (!is_one_of(type[0], objectives))
    lines.fail(fmt::format("type {}: expected L, D, C or Q first, the kind of the objective", shown(type)));
  return type;
}

/// Reads the sections of a QPLIB file in their order (Furini et al., Math. Programming Computation 11, 2019).
class QplibReader {
public:
  explicit QplibReader(const InstanceText& text) : lines_(text, "#%!") {}
  Instance read();

private:
  void read_head();
  void read_objective();
  [[nodiscard]] std::vector<ising::BinaryTerm> read_quadratic_terms();
  void read_rows();
  void take_row(std::size_t r, std::vector<std::pair<std::int64_t, double>>& entries);
  void read_sides();
  void check_sides(std::size_t r, double lower, double upper);
  /// Values of `count` rows or variables: a default, and the others one by one.
  [[nodiscard]] std::vector<double> read_values(const char* what, std::int64_t count, Magnitude* magnitude = nullptr);
  /// The one word that a line is to have.
  [[nodiscard]] std::string_view read_word(const char* what);
  [[nodiscard]] std::int64_t read_count(const char* what, std::int64_t first, std::int64_t last);
  [[nodiscard]] double read_number(const char* what);
  /// No section can have more entries than the file has bytes.
  [[nodiscard]] std::int64_t most_entries() const { return static_cast<std::int64_t>(lines_.bytes()); }
  [[nodiscard]] bool has_rows() const { return type_[2] == 'L'; }

  TextLines lines_;
  std::string type_;
  bool is_maximised_ = false;
  BinaryProgram program_;
  Magnitude objective_{largest_objective}, rows_{largest_squared};
};

/// Other words may follow as a comment, but no number: it would be of a line that is missing.
std::string_view QplibReader::read_word(const char* what) {
  const TextLines::Words& words = lines_.expect(what);
  constexpr std::string_view of_numbers = "0123456789+-.";
  if (words.size() > 1 && of_numbers.find(words[1].front()) != std::string_view::npos)
    lines_.fail(fmt::format("expected {} alone, found {} words", what, words.size()));
  return words[0];
}

std::int64_t QplibReader::read_count(const char* what, std::int64_t first, std::int64_t last) {
  return lines_.integer(read_word(what), what, first, last);
}

double QplibReader::read_number(const char* what) { return lines_.number(read_word(what), what); }

std::vector<double> QplibReader::read_values(const char* what, std::int64_t count, Magnitude* magnitude) {
  const auto number = [&](std::string_view word) {  // without a magnitude these are sides of constraints
    return magnitude != nullptr ? lines_.number(word, what) : lines_.exact_number(word, what);
  };
  const double others = number(read_word(what));
  if (magnitude != nullptr) magnitude->add(lines_, others * static_cast<double>(count), what);
  std::vector<double> values(static_cast<std::size_t>(count), others);
  std::vector<std::uint8_t> seen(values.size());
  const std::int64_t listed = read_count(what, 0, count);
  for (std::int64_t k = 0; k < listed; ++k) {
    const TextLines::Words& words = lines_.expect(what);
    lines_.expect_words(words, 2, "an index and a value");
    const std::int64_t i = lines_.integer(words[0], "index", 1, count) - 1;
    if (std::exchange(seen[static_cast<std::size_t>(i)], std::uint8_t{1}) != 0)
      lines_.fail(fmt::format("{} {} is listed twice", what, i + 1));
    const double value = number(words[1]);
    if (magnitude != nullptr) magnitude->add(lines_, value, what);
    values[static_cast<std::size_t>(i)] = value;
  }
  return values;
}

void QplibReader::read_head() {
  static_cast<void>(lines_.expect("the name of the problem"));
  type_ = read_qplib_type(lines_);
  const std::string_view word = lines_.expect("minimize or maximize")[0];
  const std::string sense = upper_case(word.substr(0, 9));
  if (sense != "MINIMIZE" && sense != "MAXIMIZE")
    lines_.fail(fmt::format("expected minimize or maximize, found \"{}\"", shown(word)));
  is_maximised_ = sense == "MAXIMIZE";
  program_.variables = read_count("the number of variables", 1, most_variables);
  const std::int64_t rows = has_rows() ? read_count("the number of constraints", 0, most_variables) : 0;
  expect_memory(lines_, {.variables = program_.variables, .rows = rows});
  program_.rows.resize(static_cast<std::size_t>(rows));
  if (has_rows()) objective_ = Magnitude(largest_squared);
}

/// An entry v of the lower triangle means v/2 x_i x_j, off the diagonal too, as in the files of the library.
std::vector<ising::BinaryTerm> QplibReader::read_quadratic_terms() {
  std::vector<ising::BinaryTerm> terms;
  if (type_[0] == 'L') return terms;
  const std::int64_t n = program_.variables;
  const std::int64_t count = read_count("the number of quadratic terms in the objective", 0, most_entries());
  for (std::int64_t k = 0; k < count; ++k) {
    const TextLines::Words& words = lines_.expect_entry("quadratic term", k, count);
    lines_.expect_words(words, 3, "i j value");
    const double value = lines_.number(words[2], "value");
    objective_.add(lines_, value, "value");
    terms.push_back(
        {lines_.integer(words[0], "index", 1, n) - 1, lines_.integer(words[1], "index", 1, n) - 1, value / 2});
  }
  return terms;
}

void QplibReader::read_objective() {
  std::vector<ising::BinaryTerm> terms = read_quadratic_terms();
  const std::int64_t n = program_.variables;
  const std::vector<double> linear = read_values("linear coefficients of the objective", n, &objective_);
  for (std::int64_t i = 0; i < n; ++i)
    if (linear[static_cast<std::size_t>(i)] != 0) terms.push_back({i, i, linear[static_cast<std::size_t>(i)]});
  program_.constant = read_number("the constant of the objective");
  objective_.add(lines_, program_.constant, "constant");
  if (is_maximised_) {
    program_.constant = -program_.constant;
    for (ising::BinaryTerm& term : terms) term.value = -term.value;
  }
  program_.objective = merged_terms(std::move(terms), lines_.look());
}

void QplibReader::read_rows() {
  const std::int64_t count = read_count("the number of linear terms in all constraints", 0, most_entries());
  std::vector<std::vector<std::pair<std::int64_t, double>>> entries(program_.rows.size());
  for (std::int64_t k = 0; k < count; ++k) {
    const TextLines::Words& words = lines_.expect_entry("linear term", k, count);
    lines_.expect_words(words, 3, "constraint, variable, value");
    const std::int64_t row = lines_.integer(words[0], "constraint", 1, std::ssize(entries)) - 1;
    const std::int64_t variable = lines_.integer(words[1], "variable", 1, program_.variables) - 1;
    const double value = lines_.exact_number(words[2], "value");
    rows_.add(lines_, value, "value");
    entries[static_cast<std::size_t>(row)].emplace_back(variable, value);
  }
  constexpr std::size_t rows_between_looks = std::size_t{1} << 16;
  for (std::size_t r = 0; r < entries.size(); ++r) {
    take_row(r, entries[r]);
    if ((r + 1) % rows_between_looks == 0) lines_.look()();
  }
}

void QplibReader::take_row(std::size_t r, std::vector<std::pair<std::int64_t, double>>& entries) {
  std::ranges::sort(entries);
  LinearRow& row = program_.rows[r];
  for (std::size_t k = 0; k < entries.size(); ++k) {
    const auto& [variable, value] = entries[k];
    if (k > 0 && entries[k - 1].first == variable)
      lines_.fail(fmt::format("constraint {} lists variable {} twice", r + 1, variable + 1));
    if (value == 0) continue;
    row.variable.push_back(variable);
    row.coefficient.push_back(value);
  }
}

void QplibReader::read_sides() {
  const double largest = read_number("the value for infinity");
  if (largest <= 0) lines_.fail(fmt::format("the value for infinity is {}: it must be above 0, usually 1e30", largest));
  const auto rows = std::ssize(program_.rows);
  const std::vector<double> lower = read_values("left-hand sides", rows), upper = read_values("right-hand sides", rows);
  const auto side = [&](double value) { return value >= largest ? unbounded : value <= -largest ? -unbounded : value; };
  for (std::size_t r = 0; r < program_.rows.size(); ++r) check_sides(r, side(lower[r]), side(upper[r]));
}

void QplibReader::check_sides(std::size_t r, double lower, double upper) {
  if (lower == unbounded || upper == -unbounded)
    lines_.fail(fmt::format("constraint {} has the {}-hand side {}infinity, which no point satisfies", r + 1,
                            lower == unbounded ? "left" : "right", lower == unbounded ? "" : "-"));
  if (lower > upper) lines_.fail(fmt::format("constraint {} asks for at least {} and at most {}", r + 1, lower, upper));
  for (const double side : {lower, upper})
    if (std::isfinite(side)) Magnitude(largest_squared).add(lines_, side, fmt::format("constraint {}: side", r + 1));
  program_.rows[r].lower = lower;
  program_.rows[r].upper = upper;
}

/// Reads the problem. What follows the sides, a starting point and names, does not change it and may be missing.
Instance QplibReader::read() {
  read_head();
  read_objective();
  if (has_rows()) {
    read_rows();
    read_sides();
  }
  Instance instance;
  instance.format = "qplib";
  instance.goal = is_maximised_ ? Goal::maximum : Goal::objective;
  instance.is_binary = true;
  if (program_.rows.empty())
    instance.problem = ising::from_qubo(static_cast<std::size_t>(program_.variables), program_.objective,
                                        program_.constant, lines_.look());
  else
    instance.program = std::move(program_);
  return instance;
}

/// An entry v of the lower triangle means v/2 x_i x_j, off the diagonal too, as in the files of the library: twice the
/// pair's coefficient is listed.
void print_objective(TextFile& file, const BinaryProgram& program) {
  const auto pairs =
      std::ranges::count_if(program.objective, [](const ising::BinaryTerm& term) { return term.i != term.j; });
  if (pairs > 0) {
    file.print("{} # number of quadratic terms in objective\n", pairs);
    for (const auto& [i, j, value] : program.objective)
      if (i != j) file.print("{} {} {}\n", j + 1, i + 1, 2 * value);
  }
  file.print("0 # default value for linear coefficients in objective\n");
  file.print("{} # number of non-default linear coefficients in objective\n", std::ssize(program.objective) - pairs);
  for (const auto& [i, j, value] : program.objective)
    if (i == j) file.print("{} {}\n", i + 1, value);
  file.print("{} # objective constant\n", program.constant);
}

void print_entries(TextFile& file, const std::vector<LinearRow>& rows) {
  std::size_t entries = 0;
  for (const LinearRow& row : rows) entries += row.variable.size();
  file.print("{} # number of linear terms in all constraints\n", entries);
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t k = 0; k < rows[r].variable.size(); ++k)
      file.print("{} {} {}\n", r + 1, rows[r].variable[k] + 1, rows[r].coefficient[k]);
}

/// Prints the sides that are not the default one.
void print_sides(TextFile& file, const char* which, double others, const std::vector<LinearRow>& rows,
                 double LinearRow::*side) {
  const auto listed = std::ranges::count_if(rows, [&](const LinearRow& row) { return row.*side != others; });
  const auto shown_side = [](double value) { return std::clamp(value, -listed_infinity, listed_infinity); };
  file.print("{} # default {}-hand-side value\n{} # number of non-default {}-hand-sides\n", shown_side(others), which,
             listed, which);
  for (std::size_t r = 0; r < rows.size(); ++r)
    if (rows[r].*side != others) file.print("{} {}\n", r + 1, shown_side(rows[r].*side));
}

void print_start_and_names(TextFile& file, const std::vector<std::string>& names) {
  file.print(
      "0 # default variable primal value in starting point\n0 # number of non-default variable primal values in "
      "starting "
      "point\n");
  file.print(
      "0 # default constraint dual value in starting point\n0 # number of non-default constraint dual values in "
      "starting "
      "point\n");
  file.print("0 # default variable bound dual value in starting point\n");
  file.print("0 # number of non-default variable bound dual values in starting point\n");
  file.print("{} # number of non-default variable names\n", names.size());
  for (std::size_t v = 0; v < names.size(); ++v) file.print("{} {}\n", v + 1, names[v]);
  file.print("0 # number of non-default constraint names\n");
}

}  // namespace

bool is_qplib_type(std::string_view word) {
  if (word.size() != 3) return false;
  const std::string type = upper_case(word);
  return is_one_of(type[0], objectives) && is_one_of(type[1], "CBMIG") && is_one_of(type[2], "NBLDCQ");
}

Instance read_qplib(const InstanceText& text) { return QplibReader(text).read(); }

void print_qplib(TextFile& file, const BinaryProgram& program, const std::string& name,
                 const std::vector<std::string>& names) {
  assert(program.products.empty());
  const bool is_linear =
      std::ranges::all_of(program.objective, [](const ising::BinaryTerm& term) { return term.i == term.j; });
  file.print("{}\n{}BL # problem type\nminimize # problem sense\n", name, is_linear ? 'L' : 'Q');
  file.print("{} # number of variables\n{} # number of constraints\n", program.variables, program.rows.size());
  print_objective(file, program);
  print_entries(file, program.rows);
  file.print("{} # value for infinity\n", listed_infinity);
  print_sides(file, "left", -unbounded, program.rows, &LinearRow::lower);
  print_sides(file, "right", 0, program.rows, &LinearRow::upper);
  print_start_and_names(file, names);
}

}  // namespace isinglass::formats
