#include "solve/completion.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace isinglass::solve {

ProgramMatrices::ProgramMatrices(const formats::BinaryProgram& program) {
  for (const formats::ProductRow& product : program.products)
    for (formats::LinearRow& row : formats::rows_of_product(product)) product_rows.push_back(std::move(row));
  rows = SparseRowMatrix<double>(std::ssize(program.rows) + std::ssize(product_rows), program.variables);
  Eigen::Index index = 0;
  for_each_row(program, *this, [&](const formats::LinearRow& row) {
    rows.startVec(index);
    for (std::size_t k = 0; k < row.variable.size(); ++k)  // in the order of the row
      rows.insertBackByOuterInnerUnordered(index, row.variable[k]) = row.coefficient[k];
    ++index;
  });
  rows.finalize();
  columns = rows.transpose();
  linear = Eigen::VectorXd::Zero(program.variables);
  std::vector<ising::Coupling> couplings;
  for (const ising::BinaryTerm& t : program.objective) {
    if (t.i == t.j)
      linear[t.i] += t.value;
    else
      couplings.push_back({static_cast<std::int32_t>(t.i), static_cast<std::int32_t>(t.j), t.value});
  }
  pairs = ising::sparse_couplings(static_cast<std::size_t>(program.variables), couplings);
}

namespace {

using Entry = SparseRowMatrix<double>::InnerIterator;

constexpr std::int64_t repair_flips_a_variable = 30, repair_flips = 2000;
/// Flips of a chain after the first one: swaps of an assignment need three.
constexpr std::size_t chain_flips = 5;
constexpr int descent_passes = 20;
/// Steps for which a flipped variable stays; fewer in short rows, which must keep a choice.
constexpr std::int64_t longest_tenure = 4;
/// One in so many flips is any of its row: without them a walk over few variables runs in circles.
constexpr std::uint32_t flips_a_surprise = 16;

auto words(std::uint64_t seed, std::uint64_t key, std::int64_t step) {
  return draw(seed, Stream::read, static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32), 1,
              static_cast<std::uint32_t>(step));
}

}  // namespace

Completion::Completion(const formats::BinaryProgram& program)
    : variables_(static_cast<std::size_t>(program.variables)), matrices_(program) {
  for_each_row(program, matrices_, [&](const formats::LinearRow& row) {
    double mean = 0;
    for (const double a : row.coefficient) mean += std::abs(a) / static_cast<double>(row.coefficient.size());
    sides_.push_back({row.lower, row.upper, formats::row_tolerance(row), mean > 0 ? 1 / mean : 1});
  });
  double size = 0;
  for (const ising::BinaryTerm& t : program.objective) size += std::abs(t.value);
  if (size > 0) scale_ = size / static_cast<double>(variables_);
}

/// Distance of the sum to the row's interval, in units of its mean coefficient.
double Completion::violation(std::size_t row, double sum) const {
  const Side& side = sides_[row];
  const double distance = std::max(side.lower - sum, sum - side.upper);
  return distance > side.tolerance ? distance * side.scale : 0;
}

void Completion::note(std::size_t row) {
  const bool is_broken = violation(row, sums_[row]) > 0;
  std::int32_t& place = place_[row];
  if (is_broken == (place >= 0)) return;
  if (is_broken) {
    place = static_cast<std::int32_t>(broken_.size());
    broken_.push_back(static_cast<std::int32_t>(row));
    return;
  }
  place_[static_cast<std::size_t>(broken_.back())] = place;
  broken_[static_cast<std::size_t>(place)] = broken_.back();
  broken_.pop_back();
  place = -1;
}

void Completion::set(std::span<const std::uint8_t> x) {
  x_.assign(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(variables_));
  sums_.setZero(std::ssize(sides_));
  prices_.setOnes(std::ssize(sides_));
  place_.assign(sides_.size(), -1);
  broken_.clear();
  trail_.clear();
  changed_.assign(variables_, -longest_tenure - 1);
  slopes_ = matrices_.linear;
  for (std::size_t i = 0; i < variables_; ++i) {
    if (x_[i] == 0) continue;
    for (Entry e(matrices_.columns, i); e; ++e) sums_[e.col()] += e.value();
    for (Entry e(matrices_.pairs, i); e; ++e) slopes_[e.col()] += e.value();
  }
  for (std::size_t r = 0; r < sides_.size(); ++r) note(r);
}

void Completion::flip(std::size_t i) {
  const double sign = x_[i] != 0 ? -1 : 1;
  x_[i] = static_cast<std::uint8_t>(1 - x_[i]);
  for (Entry e(matrices_.pairs, i); e; ++e) slopes_[e.col()] += sign * e.value();
  for (Entry e(matrices_.columns, i); e; ++e) {
    sums_[e.col()] += sign * e.value();
    note(static_cast<std::size_t>(e.col()));
  }
}

Completion::Effect Completion::effect(std::size_t i) const {
  const double sign = x_[i] != 0 ? -1 : 1;
  Effect effect;
  effect.objective = sign * slopes_[i] / scale_;
  for (Entry e(matrices_.columns, i); e; ++e) {
    const auto row = static_cast<std::size_t>(e.col());
    effect.violation += prices_[row] * (violation(row, sums_[row] + sign * e.value()) - violation(row, sums_[row]));
  }
  return effect;
}

/// The flip of the row's variables that costs least, of those that may flip again.
std::optional<Completion::Flip> Completion::cheapest(std::size_t row, std::int64_t step) const {
  const std::span<const std::int32_t> variables = matrices_.rows.columns(row);
  const std::int64_t tenure = std::min<std::int64_t>(longest_tenure, std::ssize(variables) / 3);
  std::optional<Flip> best;
  for (const std::int32_t variable : variables) {
    const auto i = static_cast<std::size_t>(variable);
    if (step - changed_[i] <= tenure) continue;
    const Effect change = effect(i);
    const double cost = change.violation + 0.1 * change.objective;
    if (!best || cost < best->cost) best = {i, cost};
  }
  return best;
}

/// Mends a random violated row by the flip that costs least; rows that stay violated rise in price.
bool Completion::repair(std::uint64_t seed, std::uint64_t key) {
  const std::int64_t budget = repair_flips + repair_flips_a_variable * static_cast<std::int64_t>(variables_);
  for (std::int64_t step = 0; step < budget && !broken_.empty(); ++step) {
    const auto random = words(seed, key, step);
    const auto row = static_cast<std::size_t>(broken_[below(random[0], static_cast<std::uint32_t>(broken_.size()))]);
    std::optional<Flip> next = cheapest(row, step);
    if (!next || next->cost >= 0)
      for (const std::int32_t r : broken_) prices_[static_cast<std::size_t>(r)] += 1;
    const std::span<const std::int32_t> variables = matrices_.rows.columns(row);
    if (below(random[1], flips_a_surprise) == 0 && !variables.empty())
      next =
          Flip{static_cast<std::size_t>(variables[below(random[2], static_cast<std::uint32_t>(variables.size()))]), 0};
    if (!next) continue;
    changed_[next->variable] = step;
    flip(next->variable);
  }
  return broken_.empty();
}

void Completion::undo_to(std::size_t length) {
  while (trail_.size() > length) {
    flip(trail_.back());
    trail_.pop_back();
  }
}

/// Flips `first`, then mends row after row by what is best for it; kept if the end is feasible and better.
bool Completion::chain(std::size_t first) {
  trail_.clear();
  double change = effect(first).objective;
  trail_.push_back(first);
  flip(first);
  while (!broken_.empty() && trail_.size() <= chain_flips) {
    const auto row = static_cast<std::size_t>(*std::ranges::min_element(broken_));
    std::optional<std::size_t> best;
    Effect least;
    for (const std::int32_t variable : matrices_.rows.columns(row)) {
      const auto i = static_cast<std::size_t>(variable);
      if (std::ranges::count(trail_, i) > 0) continue;
      const Effect effect_of = effect(i);
      const bool is_less = effect_of.violation < least.violation - 1e-12 ||
                           (effect_of.violation < least.violation + 1e-12 && effect_of.objective < least.objective);
      if (best && !is_less) continue;
      best = i;
      least = effect_of;
    }
    if (!best) break;
    change += least.objective;
    trail_.push_back(*best);
    flip(*best);
  }
  if (broken_.empty() && change < -1e-12) return true;
  undo_to(0);
  return false;
}

/// Passes over all variables in random order until none starts a chain to a better point.
void Completion::descend(std::uint64_t seed, std::uint64_t key) {
  prices_.setOnes();
  std::vector<std::size_t> order(variables_);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::int64_t step = std::int64_t{1} << 31;
  bool has_moved = true;
  for (int pass = 0; pass < descent_passes && has_moved; ++pass) {
    has_moved = false;
    for (std::size_t k = variables_; k > 1; --k)
      std::swap(order[k - 1], order[below(words(seed, key, step++)[0], static_cast<std::uint32_t>(k))]);
    for (const std::size_t i : order) has_moved = chain(i) || has_moved;
  }
}

std::optional<formats::Bits> Completion::complete(std::span<const std::uint8_t> x, std::uint64_t seed,
                                                  std::uint64_t key) {
  set(x);
  if (!repair(seed, key)) return std::nullopt;
  descend(seed, key);
  return x_;
}

}  // namespace isinglass::solve
