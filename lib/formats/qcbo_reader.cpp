#include "base/error.hpp"
#include "base/memory.hpp"
#include "files/checksum.hpp"
#include "formats/qcbo_file.hpp"
#include "formats/text_lines.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include <fmt/format.h>

namespace isinglass::formats {

namespace {

namespace fs = std::filesystem;

template <class T>
using Values = std::vector<T>;

[[noreturn]] void fail(const h5::Group& group, const std::string& name, std::string_view what) {
  throw InputError(fmt::format("{}: {}", group.where(name), what));
}

/// Reads columns of equal length whose checksums are right.
class ColumnReader {
public:
  explicit ColumnReader(const h5::Group& root) : root_(root) {}

  template <class T>
  void operator()(Table table, const char* group_name, const char* name, std::vector<T>& values) {
    const h5::Group group = root_.open_group(group_name);
    values = h5::read<T>(group, name);
    const auto sum = static_cast<std::int64_t>(files::checksum<T>(0, values));
    if (sum != h5::read_attribute<std::int64_t>(group, checksum_name(name)))
      fail(group, name, "its checksum is wrong: damaged");
    std::int64_t& size = sizes_[table];
    if (size < 0) size = std::ssize(values);
    if (size != std::ssize(values))
      fail(group, name, fmt::format("has {} elements instead of {}", values.size(), size));
  }

  [[nodiscard]] std::int64_t size(Table table) const { return sizes_[table]; }

private:
  const h5::Group& root_;
  TableSizes sizes_{{-1, -1, -1, -1, -1, -1, -1}};
};

/// Throws unless all values lie in [first, last].
template <class T>
void expect_range(const h5::Group& root, const char* group, const char* name, const std::vector<T>& values,
                  std::int64_t first, std::int64_t last) {
  const auto bad = std::ranges::find_if(values, [&](T value) {
    return static_cast<std::int64_t>(value) < first || static_cast<std::int64_t>(value) > last;
  });
  if (bad == values.end()) return;
  fail(root.open_group(group), name,
       fmt::format("element {} is {}, outside {} .. {}", bad - values.begin(), static_cast<std::int64_t>(*bad), first,
                   last));
}

void expect_finite(const h5::Group& group, const char* name, double value) {
  if (!std::isfinite(value)) fail(group, name, fmt::format("is {}, no finite number", value));
}

/// Sums of as many numbers must stay below 2^62, or what is made of them would wrap around.
constexpr double largest_sum = 0x1p62;

void expect_sum(const h5::Group& group, const char* name, double sum) {
  if (sum > largest_sum)
    fail(group, name, fmt::format("the numbers add up to {:.3g}, more than {:.3g}", sum, largest_sum));
}

/// Sums lose what is nearer to 0.
constexpr double smallest_size = 1 / largest_objective;

void expect_total(const h5::Group& group, const char* name, double total) {
  if (total > largest_objective)
    fail(group, name,
         fmt::format("is {}: the magnitudes add up to more than {:.3g}, where energies overflow", total,
                     largest_objective));
}

/// A factor of other numbers.
void expect_factor(const h5::Group& group, const char* name, double value, double smallest) {
  if (!std::isfinite(value) || value <= 0) fail(group, name, fmt::format("is {}, not above 0 and finite", value));
  if (value < smallest)
    fail(group, name,
         fmt::format("is {}, nearer to 0 than {:.3g}, where sums and ratios lose it or overflow", value, smallest));
  if (value > largest_objective)
    fail(group, name, fmt::format("is {}, more than {:.3g}, where energies overflow", value, largest_objective));
}

/// The objective's constant and coefficients, and its unit, in which the squares of the rows are counted as well.
void check_objective(const h5::Group& root, const qcbo::Qcbo& problem, double row_squares) {
  const h5::Group group = root.open_group("objective");
  constexpr double largest_ratio =
      std::numeric_limits<double>::max() / 16;  // of rows and unit, with room for multipliers
  expect_factor(group, "unit", problem.unit, std::max(smallest_size, row_squares / largest_ratio));
  double sum = std::abs(static_cast<double>(problem.constant));
  for (const qcbo::Term& term : problem.objective) sum += std::abs(static_cast<double>(term.coefficient));
  expect_sum(group, "coefficient", sum);
  expect_finite(group, "unit", problem.unit * sum);
  expect_total(group, "unit", problem.unit * sum);
}

/// The square of every row, its coefficients and right-hand side together; returns their sum.
double check_rows(const h5::Group& root, const qcbo::Rows& rows) {
  double sum = 0;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    double row = std::abs(static_cast<double>(rows.rhs[r]));
    for (auto e = rows.entries(r); e; ++e) row += std::abs(static_cast<double>(e.value()));
    sum += row * row;
    if (sum > largest_sum)
      fail(root.open_group("rows"), "rhs",
           fmt::format("row {}: the squares of the rows up to it add up to {:.3g}, more than {:.3g}", r, sum,
                       largest_sum));
  }
  return sum;
}

/// Compares the attributes of /counts with what the tables hold.
void check_count(const h5::Group& root, const char* name, std::int64_t expected) {
  const h5::Group counts = root.open_group("counts");
  if (!counts.has_attribute(name)) return;
  const auto found = h5::read_attribute<std::int64_t>(counts, name);
  if (found != expected) fail(counts, name, fmt::format("is {}, but the tables have {}", found, expected));
}

void check_columns(const h5::Group& root, const QcboColumns<Values>& c, std::int64_t parameters) {
  const std::int64_t last = std::ssize(c.variable_kind) - 1;
  expect_range(root, "variables", "kind", c.variable_kind, 0, static_cast<std::int64_t>(qcbo::VariableKind::product));
  expect_range(root, "rows", "kind", c.row_kind, 0, static_cast<std::int64_t>(qcbo::RowKind::symmetry));
  expect_range(root, "rows", "start", c.row_start, 0, std::ssize(c.row_variable));
  expect_range(root, "rows", "variable", c.row_variable, 0, last);
  expect_range(root, "products", "u", c.product_u, 0, last);
  expect_range(root, "products", "w", c.product_w, 0, last);
  expect_range(root, "products", "b", c.product_b, 0, last);
  expect_range(root, "objective", "i", c.term_i, 0, last);
  expect_range(root, "objective", "j", c.term_j, 0, last);
  const bool rises = std::ranges::is_sorted(c.row_start) && std::ssize(c.row_start) == std::ssize(c.row_rhs) + 1 &&
                     c.row_start.front() == 0 && c.row_start.back() == std::ssize(c.row_variable);
  if (!rises) fail(root.open_group("rows"), "start", "does not divide the entries into rows");
  if (parameters < 0 || parameters > last + 1)
    fail(root.open_group("counts"), "parameter_bits", "more parameter bits than variables");
}

std::vector<qcbo::Variable> variables_of(const QcboColumns<Values>& c) {
  std::vector<qcbo::Variable> variables(c.variable_kind.size());
  for (std::size_t v = 0; v < variables.size(); ++v)
    variables[v] = {static_cast<qcbo::VariableKind>(c.variable_kind[v]),
                    c.variable_sample[v],
                    c.variable_layer[v],
                    c.variable_unit[v],
                    c.variable_input[v],
                    c.variable_segment[v],
                    c.variable_slack[v],
                    c.variable_bit[v]};
  return variables;
}

qcbo::Rows rows_of(QcboColumns<Values>& c) {
  qcbo::Rows rows;
  rows.start = std::move(c.row_start);
  rows.variable = std::move(c.row_variable);
  rows.coefficient.assign(c.row_coefficient.begin(), c.row_coefficient.end());
  rows.rhs = std::move(c.row_rhs);
  for (const std::uint8_t kind : c.row_kind) rows.kind.push_back(static_cast<qcbo::RowKind>(kind));
  rows.sample.assign(c.row_sample.begin(), c.row_sample.end());
  return rows;
}

qcbo::Qcbo problem_of(const h5::Group& root) {
  ColumnReader reader(root);
  QcboColumns<Values> columns;
  for_each_problem_column(columns, reader);
  qcbo::Qcbo problem;
  problem.parameters = h5::read_attribute<std::int64_t>(root.open_group("counts"), "parameter_bits");
  check_columns(root, columns, problem.parameters);
  const h5::Group objective = root.open_group("objective");
  problem.constant = h5::read_attribute<std::int64_t>(objective, "constant");
  problem.unit = h5::read_attribute<double>(objective, "unit");
  std::vector<qcbo::Variable> variables = variables_of(columns);
  problem.all_variables = std::ssize(variables);
  problem.first_variable = problem.parameters;
  problem.shared.assign(variables.begin(), variables.begin() + problem.parameters);
  problem.variables.assign(variables.begin() + problem.parameters, variables.end());
  problem.rows = rows_of(columns);
  for (std::size_t p = 0; p < columns.product_u.size(); ++p)
    problem.products.push_back({columns.product_u[p], columns.product_w[p], columns.product_b[p]});
  for (std::size_t t = 0; t < columns.term_i.size(); ++t)
    problem.objective.push_back({columns.term_i[t], columns.term_j[t], columns.term_coefficient[t]});
  check_objective(root, problem, check_rows(root, problem.rows));
  check_count(root, "spins", problem.all_variables);
  check_count(root, "rows", std::ssize(problem.rows.rhs));
  check_count(root, "products", std::ssize(problem.products));
  return problem;
}

/// Without the problem's tables, the couplings alone tell how many variables there are: all but parameter bits have
/// one, and no file has far more variables than that.
void check_spins(const h5::Group& root, const ising::SparseQubo& qubo) {
  const h5::Group counts = root.open_group("counts");
  const auto parameters = h5::read_attribute<std::int64_t>(counts, "parameter_bits");
  constexpr std::int64_t most_without = 1000;  // variables without a coupling for each coupling
  const auto couplings = std::ssize(qubo.couplings);
  if (qubo.variables < 1 || parameters < 0 || parameters > qubo.variables ||
      qubo.variables / most_without > couplings + 1)
    fail(counts, "spins",
         fmt::format("{}, of which {} are parameter bits, do not fit {} couplings", qubo.variables, parameters,
                     couplings));
  std::vector<bool> is_coupled(static_cast<std::size_t>(qubo.variables - parameters));
  for (const ising::SparseQubo::Coupling& c : qubo.couplings)
    for (const std::int64_t v : {c.i, c.j})
      if (v >= parameters) is_coupled[static_cast<std::size_t>(v - parameters)] = true;
  const auto lonely = std::ranges::find(is_coupled, false);
  if (lonely != is_coupled.end())
    fail(counts, "spins",
         fmt::format("is {}, but variable {} has no coupling", qubo.variables,
                     parameters + (lonely - is_coupled.begin())));
}

/// Finite numbers, i <= j, no pair twice; in ascending order.
void check_couplings(const h5::Group& root, const ising::SparseQubo& qubo) {
  const h5::Group group = root.open_group("qubo");
  expect_finite(group, "constant", qubo.constant);
  expect_factor(group, "multiplier", qubo.multiplier, smallest_size);
  expect_total(group, "constant", std::abs(qubo.constant));
  double sum = std::abs(qubo.constant);
  for (const ising::SparseQubo::Coupling& c : qubo.couplings) {
    if (!std::isfinite(c.value))
      fail(group, "value", fmt::format("of {} and {} is {}, no finite number", c.i, c.j, c.value));
    if (c.i > c.j) fail(group, "i", fmt::format("{} is behind its j, {}", c.i, c.j));
    if (c.value != 0 && std::abs(c.value) < smallest_size)
      fail(group, "value",
           fmt::format("of {} and {} is {}, nearer to 0 than {:.3g}, where sums lose it", c.i, c.j, c.value,
                       smallest_size));
    sum += std::abs(c.value);
  }
  expect_finite(group, "value", sum);
  expect_total(group, "value", sum);
  const auto twice =
      std::ranges::adjacent_find(qubo.couplings, [](const auto& a, const auto& b) { return a.i == b.i && a.j == b.j; });
  if (twice != qubo.couplings.end()) fail(group, "i", fmt::format("{} and {} are coupled twice", twice->i, twice->j));
}

ising::SparseQubo qubo_of(const h5::Group& root) {
  ColumnReader reader(root);
  QcboColumns<Values> columns;
  for_each_qubo_column(columns, reader);
  const h5::Group group = root.open_group("qubo");
  ising::SparseQubo qubo;
  qubo.variables = h5::read_attribute<std::int64_t>(root.open_group("counts"), "spins");
  qubo.constant = h5::read_attribute<double>(group, "constant");
  qubo.multiplier = h5::read_attribute<double>(group, "multiplier");
  expect_range(root, "qubo", "i", columns.coupling_i, 0, qubo.variables - 1);
  expect_range(root, "qubo", "j", columns.coupling_j, 0, qubo.variables - 1);
  for (std::size_t k = 0; k < columns.coupling_i.size(); ++k)
    qubo.couplings.push_back({columns.coupling_i[k], columns.coupling_j[k], columns.coupling_value[k]});
  std::ranges::sort(qubo.couplings, {}, [](const ising::SparseQubo::Coupling& c) { return std::tie(c.i, c.j); });
  check_couplings(root, qubo);
  if (root.has("variables"))
    check_count(root, "spins",
                static_cast<std::int64_t>(h5::dimensions_of(root.open_group("variables"), "kind").at(0)));
  else
    check_spins(root, qubo);
  return qubo;
}

/// Files are read whole; what is made of the columns and of the text needs at most four times their size besides.
void check_memory(const fs::path& path) {
  std::error_code unknown;
  const auto needed = 5 * static_cast<std::int64_t>(fs::file_size(path, unknown));
  const std::optional<std::int64_t> available = available_memory();
  if (unknown || !available || needed <= *available) return;
  throw InputError(
      fmt::format("{}: needs {} of memory, and {} are available: compile fewer samples (data.train_samples)",
                  path.string(), bytes_text(needed), bytes_text(*available)));
}

}  // namespace

qcbo::Qcbo read_qcbo(const fs::path& path) {
  check_memory(path);
  qcbo::Qcbo problem;
  files::read_file(path, qcbo_format, [&](const h5::Group& root) {
    if (!root.has("variables")) throw InputError("holds no problem: compile it without --with none or --with qubo");
    problem = problem_of(root);
  });
  return problem;
}

std::optional<ising::SparseQubo> read_qubo(const fs::path& path) {
  check_memory(path);
  std::optional<ising::SparseQubo> qubo;
  files::read_file(path, qcbo_format, [&](const h5::Group& root) {
    if (root.has("qubo")) qubo = qubo_of(root);
  });
  return qubo;
}

}  // namespace isinglass::formats
