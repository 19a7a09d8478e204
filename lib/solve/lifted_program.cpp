#include "solve/lifted_program.hpp"

#include "base/error.hpp"
#include "base/memory.hpp"
#include "solve/row_shape.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <unordered_map>

#include <fmt/format.h>

namespace isinglass::solve {

/// Builds forms as polynomials of binary variables, in which equal terms meet.
struct LiftedProgram::Maker {
  /// A constant and terms: [i] of x_i, [-1 - p] of pair p, since the number of spins is not known yet.
  struct Form {
    double constant = 0;
    std::vector<std::pair<std::int64_t, double>> terms;
  };
  LiftedProgram& lifted;
  std::vector<Form> forms{};
  std::unordered_map<std::uint64_t, std::int64_t> pair_places{};
  std::unordered_map<std::int64_t, double> terms{};  // place -> value
  double constant = 0;

  std::int64_t place(std::int64_t i, std::int64_t j) {
    if (i == j) return i;
    if (i > j) std::swap(i, j);
    const std::uint64_t key = (static_cast<std::uint64_t>(i) << 32) | static_cast<std::uint64_t>(j);
    const auto [at, is_new] = pair_places.try_emplace(key, std::ssize(lifted.pairs_));
    if (is_new)
      lifted.pairs_.push_back(
          {static_cast<std::int32_t>(i), static_cast<std::int32_t>(j), static_cast<double>(lifted.pairs_.size() + 1)});
    return -1 - at->second;
  }
  void add(std::int64_t i, std::int64_t j, double value) { terms[place(i, j)] += value; }

  /// Ends the polynomial so far, times `factor`, whose value nowhere exceeds `largest`.
  void finish(double factor, double largest) {
    Form& form = forms.emplace_back(Form{constant * factor, {terms.begin(), terms.end()}});
    std::erase_if(form.terms, [](const auto& term) { return term.second == 0; });
    std::ranges::sort(form.terms);
    for (auto& [at, value] : form.terms) value *= factor;
    lifted.diameter_square_ += largest * factor * (largest * factor);
    terms.clear();
    constant = 0;
  }

  /// All of them as rows.
  [[nodiscard]] SparseRowMatrix<double> matrix() const {
    const auto spins = static_cast<std::int64_t>(lifted.spins_);
    SparseRowMatrix<double> rows(std::ssize(forms), 1 + spins + std::ssize(lifted.pairs_));
    for (Eigen::Index f = 0; f < rows.rows(); ++f) {
      rows.startVec(f);
      const auto& [constant_term, ordered] = forms[static_cast<std::size_t>(f)];
      rows.insertBackByOuterInnerUnordered(f, 0) = constant_term;
      for (const auto& [at, value] : ordered)
        rows.insertBackByOuterInnerUnordered(f, at < 0 ? spins - at : 1 + at) = value;
    }
    rows.finalize();
    return rows;
  }

  /// (sum of coefficient x_variable - rhs)^2.
  void add_square(std::span<const std::int64_t> variable, std::span<const double> coefficient, double rhs) {
    constant += rhs * rhs;
    for (std::size_t a = 0; a < variable.size(); ++a) {
      add(variable[a], variable[a], coefficient[a] * (coefficient[a] - 2 * rhs));
      for (std::size_t b = a + 1; b < variable.size(); ++b)
        add(variable[a], variable[b], 2 * coefficient[a] * coefficient[b]);
    }
  }

  /// Sum of the products of all pairs of literals.
  void add_clique(const std::vector<Literal>& literals) {
    for (std::size_t a = 0; a < literals.size(); ++a)
      for (std::size_t b = a + 1; b < literals.size(); ++b) {
        // (ca + sa x)(cb + sb y), c = 1 and s = -1 for a complement, else 0 and 1
        const double ca = literals[a].is_negated ? 1 : 0, sa = literals[a].is_negated ? -1 : 1;
        const double cb = literals[b].is_negated ? 1 : 0, sb = literals[b].is_negated ? -1 : 1;
        constant += ca * cb;
        if (cb != 0) add(literals[a].variable, literals[a].variable, sa * cb);
        if (ca != 0) add(literals[b].variable, literals[b].variable, ca * sb);
        add(literals[a].variable, literals[b].variable, sa * sb);
      }
  }
};

namespace {

/// Bytes of one term of a form, with the maps that it is made in.
constexpr std::int64_t bytes_a_term = 64;

void check_memory(const formats::BinaryProgram& program) {
  std::int64_t terms = std::ssize(program.objective);
  for (const formats::LinearRow& row : program.rows) {
    const std::int64_t k = std::ssize(row.variable) + 32;
    terms += k * (k + 1) / 2;
  }
  const std::optional<std::int64_t> available = available_memory();
  if (available && bytes_a_term * terms > *available)
    throw InputError(fmt::format("the rows' squares have about {} terms, which need {} of memory, and {} are available",
                                 terms, bytes_text(bytes_a_term * terms), bytes_text(*available)));
}

/// Exponent of two that brings the largest magnitude to 1 .. 2, so that squares neither overflow nor vanish.
int exponent_of(double largest) { return largest > 0 ? std::ilogb(largest) : 0; }

double mean_square(const std::vector<double>& values) {
  const auto v = vector_view(values);
  return values.empty() ? 1 : dot_in_order(v, v) / static_cast<double>(values.size());
}

/// Root mean square, over variables that have any, of the root of the sum of a variable's squared coefficients.
double typical_change(const formats::BinaryProgram& program) {
  double largest = 0;
  for (const ising::BinaryTerm& t : program.objective) largest = std::max(largest, std::abs(t.value));
  const int exponent = exponent_of(largest);
  std::vector<double> squares(static_cast<std::size_t>(program.variables));
  for (const ising::BinaryTerm& t : program.objective) {
    const double value = std::ldexp(t.value, -exponent);
    squares[static_cast<std::size_t>(t.i)] += value * value;
    if (t.i != t.j) squares[static_cast<std::size_t>(t.j)] += value * value;
  }
  double sum = 0, count = 0;
  for (const double s : squares) {
    sum += s;
    count += s > 0 ? 1 : 0;
  }
  return count > 0 ? std::ldexp(std::sqrt(sum / count), exponent) : 1;
}

}  // namespace

LiftedProgram::LiftedProgram(const formats::BinaryProgram& program, Groups groups)
    : variables_(static_cast<std::size_t>(program.variables)),
      spins_(variables_),
      grouped_(variables_),
      objective_scale_(typical_change(program)) {
  check_memory(program);
  Maker maker{*this};
  for (const ising::BinaryTerm& t : program.objective) maker.add(t.i, t.j, t.value);
  maker.constant = program.constant;
  maker.finish(1 / objective_scale_, 0);
  for (std::size_t r = 0; r < program.rows.size(); ++r) add_row(maker, program.rows[r], r, groups);
  for (const formats::ProductRow& p : program.products) {  // Rosenberg: w b - 2 u (w + b) + 3 u
    maker.add(p.w, p.b, 1);
    maker.add(p.u, p.w, -2);
    maker.add(p.u, p.b, -2);
    maker.add(p.u, p.u, 3);
    maker.finish(1, 3);
  }
  if (spins_ > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
    throw InputError(fmt::format("{} variables and slack bits: more than an Ising problem can hold", spins_));
  forms_ = maker.matrix();
  pattern_ = ising::sparse_couplings(spins_, pairs_);
}

void LiftedProgram::add_row(Maker& maker, const formats::LinearRow& row, std::size_t index, Groups groups) {
  const RowShape shape = shape_of(row);
  if (shape.kind == RowShape::Kind::infeasible) impossible_rows_.push_back(index);
  if (shape.kind == RowShape::Kind::infeasible || shape.kind == RowShape::Kind::redundant) return;
  is_exact_ = is_exact_ && shape.is_exact;
  const bool is_free =
      std::ranges::none_of(row.variable, [&](std::int64_t v) { return grouped_[static_cast<std::size_t>(v)] != 0; });
  if (groups == Groups::native && shape.kind == RowShape::Kind::one_hot && is_free && row.variable.size() > 1) {
    for (const std::int64_t v : row.variable) grouped_[static_cast<std::size_t>(v)] = 1;
    groups_.emplace_back(row.variable.begin(), row.variable.end());
    return;
  }
  if (shape.kind != RowShape::Kind::clique) return add_square(maker, row, shape.lower, shape.step, shape.range);
  maker.add_clique(shape.literals);
  const auto k = static_cast<double>(shape.literals.size());
  maker.finish(1, k * (k - 1) / 2);
}

/// (a x - step slack - lower)^2, slack 0 .. range in new bits, divided by the mean of a^2.
void LiftedProgram::add_square(Maker& maker, const formats::LinearRow& row, double lower, double step,
                               std::int64_t range) {
  double size = 0;
  for (const double a : row.coefficient) size = std::max(size, std::abs(a));
  const int exponent = exponent_of(size);
  const auto scaled = [&](double value) { return std::ldexp(value, -exponent); };
  std::vector<std::int64_t> variable = row.variable;
  std::vector<double> coefficient;
  for (const double a : row.coefficient) coefficient.push_back(scaled(a));
  const double square = mean_square(coefficient), unit = scaled(step), side = scaled(lower);
  double least = -unit * static_cast<double>(range), most = 0;
  for (const double a : coefficient) (a < 0 ? least : most) += a;
  for (const std::int64_t weight : slack_weights(range)) {
    variable.push_back(static_cast<std::int64_t>(spins_++));
    coefficient.push_back(-unit * static_cast<double>(weight));
  }
  const double largest = std::max(std::abs(least - side), std::abs(most - side));
  maker.add_square(variable, coefficient, side);
  maker.finish(1 / square, largest * largest);
}

double LiftedProgram::value_of(std::size_t form, std::span<const std::int8_t> spins) const {
  const auto is_up = [&](std::int64_t i) { return spins[static_cast<std::size_t>(i)] > 0; };
  const auto first_pair = static_cast<Eigen::Index>(1 + spins_);
  double sum = 0;
  for (SparseRowMatrix<double>::InnerIterator term(forms_, static_cast<Eigen::Index>(form)); term; ++term) {
    const Eigen::Index at = term.col();
    const ising::Coupling pair =
        at < first_pair ? ising::Coupling{} : pairs_[static_cast<std::size_t>(at - first_pair)];
    if (at == 0 || (at < first_pair ? is_up(at - 1) : is_up(pair.i) && is_up(pair.j))) sum += term.value();
  }
  return sum;
}

double LiftedProgram::objective(std::span<const std::int8_t> spins) const { return value_of(0, spins); }

std::vector<double> LiftedProgram::images(std::span<const std::int8_t> spins) const {
  std::vector<double> images;
  images.reserve(forms());
  // Rounding of the sum must not make a form negative.
  for (std::size_t c = 1; c <= forms(); ++c) images.push_back(std::max(0.0, value_of(c, spins)));
  return images;
}

ising::IsingProblem LiftedProgram::problem(std::span<const double> multipliers) const {
  assert(multipliers.size() == forms());
  Eigen::VectorXd weights(forms_.rows());
  weights << 1, vector_view(multipliers);
  Eigen::VectorXd terms = Eigen::VectorXd::Zero(forms_.cols());
  terms.noalias() += forms_.transpose() * weights;
  ising::IsingProblem problem;
  problem.spins = spins_;
  problem.offset = terms[0];
  problem.fields.assign(spins_, 0.0);
  for (std::size_t i = 0; i < spins_; ++i) {  // x = (1 + s) / 2
    problem.fields[i] += terms[1 + i] / 2;
    problem.offset += terms[1 + i] / 2;
  }
  const auto quarter_of = [&](double number) { return terms[spins_ + static_cast<std::size_t>(number)] / 4; };
  for (const ising::Coupling& pair : pairs_) {
    const double quarter = quarter_of(pair.value);
    problem.offset += quarter;
    problem.fields[static_cast<std::size_t>(pair.i)] += quarter;
    problem.fields[static_cast<std::size_t>(pair.j)] += quarter;
  }
  ising::SparseCouplings couplings = pattern_;
  std::ranges::transform(couplings.values(), couplings.values().begin(), quarter_of);
  problem.couplings = std::move(couplings);
  problem.groups = groups_;
  return problem;
}

}  // namespace isinglass::solve
