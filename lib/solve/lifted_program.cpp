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

namespace isinglass {

/// Builds forms as polynomials of binary variables, in which equal terms meet.
struct LiftedProgram::Maker {
  LiftedProgram& lifted;
  std::unordered_map<std::uint64_t, std::int64_t> pair_places{};
  std::unordered_map<std::int64_t, double> terms{};  // place -> value
  double constant = 0;

  std::int64_t place(std::int64_t i, std::int64_t j) {
    if (i == j) return i;
    if (i > j) std::swap(i, j);
    const std::uint64_t key = (static_cast<std::uint64_t>(i) << 32) | static_cast<std::uint64_t>(j);
    const auto [at, is_new] = pair_places.try_emplace(key, std::ssize(lifted.pairs_));
    if (is_new) lifted.pairs_.push_back({static_cast<std::int32_t>(i), static_cast<std::int32_t>(j)});
    return -1 - at->second;  // spins are not all known yet: finish() turns it into its place
  }
  void add(std::int64_t i, std::int64_t j, double value) { terms[place(i, j)] += value; }

  /// The polynomial so far, times `factor`, whose value nowhere exceeds `largest`.
  Form finish(double factor, double largest) {
    Form form{constant * factor, largest * factor, {}, {}};
    std::vector<std::pair<std::int64_t, double>> ordered(terms.begin(), terms.end());
    std::ranges::sort(ordered);
    for (const auto& [at, value] : ordered) {
      if (value == 0) continue;
      form.place.push_back(at);
      form.value.push_back(value * factor);
    }
    terms.clear();
    constant = 0;
    return form;
  }

  /// (sum of coefficient x_variable - rhs)^2.
  void add_square(std::span<const std::int64_t> variable, std::span<const double> coefficient, double rhs) {
    constant += rhs * rhs;
    for (std::size_t a = 0; a < variable.size(); ++a) {
      add(variable[a], variable[a], coefficient[a] * (coefficient[a] - 2 * rhs));
      for (std::size_t b = a + 1; b < variable.size(); ++b) add(variable[a], variable[b], 2 * coefficient[a] * coefficient[b]);
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

void check_memory(const BinaryProgram& program) {
  std::int64_t terms = std::ssize(program.objective);
  for (const LinearRow& row : program.rows) {
    const std::int64_t k = std::ssize(row.variable) + 32;
    terms += k * (k + 1) / 2;
  }
  const std::optional<std::int64_t> available = available_memory();
  if (available && bytes_a_term * terms > *available)
    throw InputError(fmt::format("the rows' squares have about {} terms, which need {} of memory, and {} are available", terms,
                                 bytes_text(bytes_a_term * terms), bytes_text(*available)));
}

/// Exponent of two that brings the largest magnitude to 1 .. 2, so that squares neither overflow nor vanish.
int exponent_of(double largest) { return largest > 0 ? std::ilogb(largest) : 0; }

double mean_square(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v * v;
  return values.empty() ? 1 : sum / static_cast<double>(values.size());
}

/// Root mean square, over variables that have any, of the root of the sum of a variable's squared coefficients.
double typical_change(const BinaryProgram& program) {
  double largest = 0;
  for (const BinaryTerm& t : program.objective) largest = std::max(largest, std::abs(t.value));
  const int exponent = exponent_of(largest);
  std::vector<double> squares(static_cast<std::size_t>(program.variables));
  for (const BinaryTerm& t : program.objective) {
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

LiftedProgram::LiftedProgram(const BinaryProgram& program, Groups groups)
    : variables_(static_cast<std::size_t>(program.variables)),
      spins_(variables_),
      grouped_(variables_),
      objective_scale_(typical_change(program)) {
  check_memory(program);
  Maker maker{*this};
  for (const BinaryTerm& t : program.objective) maker.add(t.i, t.j, t.value);
  maker.constant = program.constant;
  objective_ = maker.finish(1 / objective_scale_, 0);
  for (std::size_t r = 0; r < program.rows.size(); ++r) add_row(maker, program.rows[r], r, groups);
  for (const ProductRow& p : program.products) {  // Rosenberg: w b - 2 u (w + b) + 3 u
    maker.add(p.w, p.b, 1);
    maker.add(p.u, p.w, -2);
    maker.add(p.u, p.b, -2);
    maker.add(p.u, p.u, 3);
    forms_.push_back(maker.finish(1, 3));
  }
  if (spins_ > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
    throw InputError(fmt::format("{} variables and slack bits: more than an Ising problem can hold", spins_));
  settle(objective_);
  for (Form& form : forms_) {
    settle(form);
    diameter_square_ += form.largest * form.largest;
  }
  lay_out_pattern();
}

void LiftedProgram::add_row(Maker& maker, const LinearRow& row, std::size_t index, Groups groups) {
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
  forms_.push_back(maker.finish(1, k * (k - 1) / 2));
}

/// (a x - step slack - lower)^2, slack 0 .. range in new bits, divided by the mean of a^2.
void LiftedProgram::add_square(Maker& maker, const LinearRow& row, double lower, double step, std::int64_t range) {
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
  forms_.push_back(maker.finish(1 / square, largest * largest));
}

/// Places of pairs, once the number of spins is known.
void LiftedProgram::settle(Form& form) const {
  for (std::int64_t& at : form.place)
    if (at < 0) at = static_cast<std::int64_t>(spins_) + (-1 - at);
}

void LiftedProgram::lay_out_pattern() {
  struct Entry {
    std::int32_t i, j;
    std::int64_t pair;
    int side;
  };
  std::vector<Entry> entries;
  entries.reserve(2 * pairs_.size());
  for (std::size_t p = 0; p < pairs_.size(); ++p) {
    entries.push_back({pairs_[p].i, pairs_[p].j, static_cast<std::int64_t>(p), 0});
    entries.push_back({pairs_[p].j, pairs_[p].i, static_cast<std::int64_t>(p), 1});
  }
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) { return a.i != b.i ? a.i < b.i : a.j < b.j; });
  positions_.resize(pairs_.size());
  pattern_ = SparseCouplings(static_cast<Eigen::Index>(spins_), static_cast<Eigen::Index>(spins_));
  std::size_t at = 0;
  for (std::int32_t i = 0; i < pattern_.rows(); ++i) {
    pattern_.startVec(i);
    for (; at < entries.size() && entries[at].i == i; ++at) {
      positions_[static_cast<std::size_t>(entries[at].pair)][static_cast<std::size_t>(entries[at].side)] =
          static_cast<std::int64_t>(at);
      pattern_.insertBack(i, entries[at].j) = 0;
    }
  }
  pattern_.finalize();
}

double LiftedProgram::value_of(const Form& form, std::span<const std::int8_t> spins) const {
  double sum = form.constant;
  for (std::size_t k = 0; k < form.place.size(); ++k) {
    const auto at = static_cast<std::size_t>(form.place[k]);
    if (at < spins_) {
      if (spins[at] > 0) sum += form.value[k];
      continue;
    }
    const Pair& pair = pairs_[at - spins_];
    if (spins[static_cast<std::size_t>(pair.i)] > 0 && spins[static_cast<std::size_t>(pair.j)] > 0) sum += form.value[k];
  }
  return sum;
}

double LiftedProgram::objective(std::span<const std::int8_t> spins) const { return value_of(objective_, spins); }

std::vector<double> LiftedProgram::images(std::span<const std::int8_t> spins) const {
  std::vector<double> images;
  images.reserve(forms_.size());
  // Rounding of the sum must not make a form negative.
  for (const Form& form : forms_) images.push_back(std::max(0.0, value_of(form, spins)));
  return images;
}

IsingProblem LiftedProgram::problem(std::span<const double> multipliers) const {
  assert(multipliers.size() == forms_.size());
  std::vector<double> terms(spins_ + pairs_.size());
  IsingProblem problem;
  problem.spins = spins_;
  const auto add = [&](const Form& form, double factor) {
    problem.offset += factor * form.constant;
    for (std::size_t k = 0; k < form.place.size(); ++k)
      terms[static_cast<std::size_t>(form.place[k])] += factor * form.value[k];
  };
  add(objective_, 1);
  for (std::size_t c = 0; c < forms_.size(); ++c) add(forms_[c], multipliers[c]);
  problem.fields.assign(spins_, 0.0);
  for (std::size_t i = 0; i < spins_; ++i) {  // x = (1 + s) / 2
    problem.fields[i] += terms[i] / 2;
    problem.offset += terms[i] / 2;
  }
  SparseCouplings couplings = pattern_;
  for (std::size_t p = 0; p < pairs_.size(); ++p) {
    const double quarter = terms[spins_ + p] / 4;
    problem.offset += quarter;
    problem.fields[static_cast<std::size_t>(pairs_[p].i)] += quarter;
    problem.fields[static_cast<std::size_t>(pairs_[p].j)] += quarter;
    for (const std::int64_t at : positions_[p]) couplings.values()[static_cast<std::size_t>(at)] = quarter;
  }
  problem.couplings = std::move(couplings);
  problem.groups = groups_;
  return problem;
}

}  // namespace isinglass
