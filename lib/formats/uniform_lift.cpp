#include "formats/uniform_lift.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <tuple>

namespace isinglass {

namespace {

/// Collects the terms of one block.
class Collector {
public:
  Collector(std::int64_t parameters, ParameterCouplings* shared) : parameters_(parameters), shared_(shared) {}

  void add(std::int64_t a, std::int64_t b, std::int64_t objective, std::int64_t penalty) {
    const std::int64_t i = std::min(a, b), j = std::max(a, b);
    if (j >= parameters_)
      terms_.push_back({i, j, objective, penalty});
    else if (shared_)
      shared_->add(i, j, objective, penalty);
  }

  [[nodiscard]] std::vector<LiftedTerm> merged() {
    std::ranges::sort(terms_, {}, [](const LiftedTerm& t) { return std::tie(t.j, t.i); });
    std::vector<LiftedTerm> result;
    for (const LiftedTerm& term : terms_) {
      if (result.empty() || result.back().i != term.i || result.back().j != term.j) {
        result.push_back(term);
      } else {
        result.back().objective += term.objective;
        result.back().penalty += term.penalty;
      }
    }
    std::erase_if(result, [](const LiftedTerm& t) { return t.objective == 0 && t.penalty == 0; });
    return result;
  }

private:
  std::int64_t parameters_;
  ParameterCouplings* shared_;
  std::vector<LiftedTerm> terms_;
};

/// (sum a x - rhs)^2 with x^2 = x. Returns its constant.
std::int64_t add_row(Collector& collector, const Rows& rows, std::size_t row) {
  const auto first = static_cast<std::size_t>(rows.start[row]), last = static_cast<std::size_t>(rows.start[row + 1]);
  for (std::size_t p = first; p < last; ++p) {
    const std::int64_t a = rows.coefficient[p];
    collector.add(rows.variable[p], rows.variable[p], 0, a * (a - 2 * rows.rhs[row]));
    for (std::size_t q = p + 1; q < last; ++q)
      collector.add(rows.variable[p], rows.variable[q], 0, 2 * a * rows.coefficient[q]);
  }
  return rows.rhs[row] * rows.rhs[row];
}

}  // namespace

void ParameterCouplings::add(std::int64_t i, std::int64_t j, std::int64_t objective, std::int64_t penalty) {
  std::vector<std::int64_t>& row = rows_[static_cast<std::size_t>(i)];
  if (row.empty()) row.resize(2 * (rows_.size() - static_cast<std::size_t>(i)));
  const auto at = 2 * static_cast<std::size_t>(j - i);
  row[at] += objective;
  row[at + 1] += penalty;
}

void ParameterCouplings::sum_over(const Communicator& comm) {
  std::vector<std::int64_t> used;
  for (const auto& row : rows_) used.push_back(row.empty() ? 0 : 1);
  comm.all_max(used);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (used[i] == 0) continue;
    rows_[i].resize(2 * (rows_.size() - i));
    comm.all_sum(rows_[i]);
  }
}

std::vector<LiftedTerm> ParameterCouplings::terms() const {
  std::vector<LiftedTerm> result;
  for (std::size_t i = 0; i < rows_.size(); ++i)
    for (std::size_t at = 0; at < rows_[i].size(); at += 2)
      if (rows_[i][at] != 0 || rows_[i][at + 1] != 0)
        result.push_back({static_cast<std::int64_t>(i), static_cast<std::int64_t>(i + at / 2), rows_[i][at], rows_[i][at + 1]});
  std::ranges::sort(result, {}, [](const LiftedTerm& t) { return std::tie(t.j, t.i); });
  return result;
}

std::int64_t ParameterCouplings::bytes(std::int64_t parameters) {
  return parameters * (parameters + 1) * static_cast<std::int64_t>(sizeof(std::int64_t));
}

LiftedBlock lift_block(const Qcbo& block, ParameterCouplings* shared) {
  LiftedBlock lifted;
  lifted.objective_constant = block.constant;
  Collector collector(block.parameters, shared);
  for (const Term& term : block.objective) collector.add(term.i, term.j, term.coefficient, 0);
  for (std::size_t r = 0; r < block.rows.size(); ++r) lifted.penalty_constant += add_row(collector, block.rows, r);
  for (const Product& product : block.products) {
    collector.add(product.w, product.b, 0, 1);
    collector.add(product.u, product.w, 0, -2);
    collector.add(product.u, product.b, 0, -2);
    collector.add(product.u, product.u, 0, 3);
  }
  lifted.terms = collector.merged();
  return lifted;
}

std::int64_t largest_objective_spread(const Qcbo& block) {
  std::map<std::int64_t, std::int64_t> spreads;  // of samples
  std::int64_t largest = 0;
  for (const Term& term : block.objective) {
    const std::int64_t last = std::max(term.i, term.j);
    if (last < block.parameters) continue;
    std::int64_t& spread = spreads[block.variables[static_cast<std::size_t>(last - block.first_variable)].sample];
    spread += std::abs(term.coefficient);
    largest = std::max(largest, spread);
  }
  return largest;
}

double sufficient_multiplier(std::int64_t largest_spread, double unit) {
  return unit * static_cast<double>(largest_spread + 1);
}

}  // namespace isinglass
