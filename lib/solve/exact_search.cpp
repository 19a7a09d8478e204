#include "solve/exact_search.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace isinglass::solve {

namespace {

using Entry = SparseRowMatrix<double>::InnerIterator;

/// Work between two looks at the clock: less than a millisecond.
constexpr std::int64_t work_a_look = 1 << 17;
/// Rounding of sums that change by many small steps, relative to the sum of all magnitudes.
constexpr double drift = 1e-9;

}  // namespace

ExactSearch::ExactSearch(const formats::BinaryProgram& program)
    : program_(program), variables_(static_cast<std::size_t>(program.variables)), matrices_(program) {
  value_.assign(variables_, std::int8_t{-1});
  for_each_row(program, matrices_, [&](const formats::LinearRow& row) { add_row(row); });
  add_objective();
  choose_order();
  for (std::size_t r = 0; r < rows_.size(); ++r) await(r);
  is_possible_ = propagate();
  free_ = variables_ - fixed_.size();
}

void ExactSearch::add_row(const formats::LinearRow& source) {
  Row row{.lower = source.lower, .upper = source.upper};
  double size = 0;
  for (const double a : source.coefficient) {
    (a < 0 ? row.least : row.most) += a;
    row.largest = std::max(row.largest, std::abs(a));
    size += std::abs(a);
  }
  for (const double side : {source.lower, source.upper})
    if (std::isfinite(side)) size = std::max(size, std::abs(side));
  row.slack = drift * size;
  rows_.push_back(row);
}

void ExactSearch::add_objective() {
  objective_ = program_.constant;
  slope_ = matrices_.linear;
  open_slope_.setZero(program_.variables);
  for (std::size_t i = 0; i < variables_; ++i)
    for (const double value : matrices_.pairs.values(i)) open_slope_[i] += std::min(0.0, value);
  least_gain_ = formats::has_whole_objective(program_) ? 1 : -drift * objective_size(program_);
}

/// Variables of many rows and terms first: they decide most. What decides nothing stays 0.
void ExactSearch::choose_order() {
  const auto entries = [&](std::size_t i) {
    return matrices_.columns.columns(i).size() + matrices_.pairs.columns(i).size();
  };
  for (std::size_t i = 0; i < variables_; ++i) {
    if (entries(i) == 0)
      fix(i, slope_[i] < 0);
    else
      order_.push_back(i);
  }
  std::ranges::stable_sort(order_, std::ranges::greater{}, entries);
}

void ExactSearch::await(std::size_t row) {
  if (std::exchange(rows_[row].is_waiting, true)) return;
  waiting_.push_back(row);
}

void ExactSearch::fix(std::size_t variable, bool value) {
  fixed_.push_back({variable, changes_.size()});
  value_[variable] = value ? 1 : 0;
  if (value) objective_ += slope_[variable];
  ++work_;
  for (Entry term(matrices_.pairs, variable); term; ++term, ++work_) {
    if (value) slope_[term.col()] += term.value();
    open_slope_[term.col()] -= std::min(0.0, term.value());
  }
  for (Entry entry(matrices_.columns, variable); entry; ++entry, ++work_) {
    const auto at = static_cast<std::size_t>(entry.col());
    changes_.push_back({at, rows_[at].least, rows_[at].most});
    (value == (entry.value() > 0) ? rows_[at].least : rows_[at].most) += value ? entry.value() : -entry.value();
    await(at);
  }
}

void ExactSearch::undo_to(std::size_t fixed) {
  for (const std::size_t row : waiting_) rows_[row].is_waiting = false;
  waiting_.clear();
  while (fixed_.size() > fixed) {
    const auto [variable, changes] = fixed_.back();
    fixed_.pop_back();
    for (; changes_.size() > changes; changes_.pop_back()) {
      rows_[changes_.back().row].least = changes_.back().least;
      rows_[changes_.back().row].most = changes_.back().most;
    }
    const bool value = value_[variable] == 1;
    value_[variable] = -1;
    for (Entry term(matrices_.pairs, variable); term; ++term) {
      if (value) slope_[term.col()] -= term.value();
      open_slope_[term.col()] += std::min(0.0, term.value());
    }
    if (value) objective_ -= slope_[variable];
  }
}

bool ExactSearch::propagate() {
  while (!waiting_.empty()) {
    const std::size_t row = waiting_.back();
    waiting_.pop_back();
    rows_[row].is_waiting = false;
    if (!propagate(row)) return false;
  }
  return true;
}

bool ExactSearch::propagate(std::size_t index) {
  Row& row = rows_[index];
  const double upper = row.upper + row.slack, lower = row.lower - row.slack;
  if (row.least > upper || row.most < lower) return false;
  if (row.least + row.largest <= upper && row.most - row.largest >= lower) return true;
  for (Entry entry(matrices_.rows, index); entry; ++entry, ++work_) {
    const auto variable = static_cast<std::size_t>(entry.col());
    if (value_[variable] >= 0) continue;
    const double size = std::abs(entry.value());
    if (row.least + size > upper)  // at its greater end the sum would be too large
      fix(variable, entry.value() < 0);
    else if (row.most - size < lower)
      fix(variable, entry.value() > 0);
  }
  return true;
}

/// No point below has an objective better than the best one's: each open variable at its best by itself.
bool ExactSearch::is_bounded_off() const {
  if (!result_.best) return false;
  double bound = objective_;
  for (const std::size_t i : order_)
    if (value_[i] < 0) bound += std::min(0.0, slope_[i] + open_slope_[i] / 2);
  return bound > result_.objective - least_gain_;
}

bool ExactSearch::is_out_of_work() {
  if (work_ >= plan_->most_work) return true;
  if (work_ < next_look_) return false;
  next_look_ = work_ + work_a_look;
  return plan_->is_over();
}

void ExactSearch::offer() {
  formats::Bits x(variables_);
  for (std::size_t i = 0; i < variables_; ++i) x[i] = value_[i] == 1 ? 1 : 0;
  work_ += static_cast<std::int64_t>(program_.objective.size());
  const double objective = objective_of(program_, x);
  if (result_.best && objective >= result_.objective) return;
  work_ += matrices_.rows.nonZeros();
  if (formats::largest_violation(program_, x) > 0) return;
  result_.best = std::move(x);
  result_.objective = objective;
  result_.seconds_to_best = plan_->seconds();
}

/// Fixes the next open variable at the value that looks better; a point without open ones is offered. False: go back.
bool ExactSearch::descend() {
  ++result_.nodes;
  work_ += static_cast<std::int64_t>(order_.size());
  if (is_bounded_off()) return false;
  std::size_t place = branches_.empty() ? 0 : branches_.back().place;
  while (place < order_.size() && value_[order_[place]] >= 0) ++place;
  if (place == order_.size()) {
    offer();
    return false;
  }
  const std::size_t variable = order_[place];
  branches_.push_back({variable, fixed_.size(), place});
  fix(variable, slope_[variable] + open_slope_[variable] / 2 < 0);
  return propagate();
}

/// Turns to the other value of the last branch that has one left. False: there is none, or it contradicts a row.
bool ExactSearch::backtrack() {
  while (!branches_.empty() && branches_.back().is_last) branches_.pop_back();
  if (branches_.empty()) return false;
  Branch& branch = branches_.back();
  const bool tried = value_[branch.variable] == 1;
  undo_to(branch.fixed);
  branch.is_last = true;
  fix(branch.variable, !tried);
  return propagate();
}

ExactResult ExactSearch::search(const ExactPlan& plan) {
  plan_ = &plan;
  result_ = {};
  work_ = next_look_ = 0;
  const std::size_t root = fixed_.size();
  bool goes_on = is_possible_, has_time = true;
  while (has_time && (goes_on || !branches_.empty())) {
    goes_on = goes_on ? descend() : backtrack();
    has_time = !is_out_of_work();
  }
  result_.is_complete = has_time;
  branches_.clear();
  undo_to(root);
  return std::move(result_);
}

}  // namespace isinglass::solve
