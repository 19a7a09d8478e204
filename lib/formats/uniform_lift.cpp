#include "formats/uniform_lift.hpp"

#include "base/error.hpp"
#include "formats/text_lines.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <tuple>

#include <fmt/format.h>

namespace isinglass::formats {

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
std::int64_t add_row(Collector& collector, const qcbo::Rows& rows, std::size_t row) {
  for (auto p = rows.entries(row); p; ++p) {
    collector.add(p.col(), p.col(), 0, p.value() * (p.value() - 2 * rows.rhs[row]));
    for (auto q = p; ++q;) collector.add(p.col(), q.col(), 0, 2 * p.value() * q.value());
  }
  return rows.rhs[row] * rows.rhs[row];
}

}  // namespace

ParameterCouplings::Block& ParameterCouplings::block(Row& row, std::size_t index) {
  if (row.place_of.empty()) {
    row.place_of.assign(rows_.size() / block_columns + 1, -1);
    bytes_ += std::ssize(row.place_of) * static_cast<std::int64_t>(sizeof(std::int32_t));
  }
  std::int32_t& place = row.place_of[index];
  if (place < 0) {
    place = static_cast<std::int32_t>(row.blocks.size());
    row.blocks.emplace_back();
    bytes_ += static_cast<std::int64_t>(sizeof(Block));
  }
  return row.blocks[static_cast<std::size_t>(place)];
}

void ParameterCouplings::add(std::int64_t i, std::int64_t j, std::int64_t objective, std::int64_t penalty) {
  const auto column = static_cast<std::size_t>(j);
  Block& values = block(rows_[static_cast<std::size_t>(i)], column / block_columns);
  const std::size_t at = 2 * (column % block_columns);
  values[at] += objective;
  values[at + 1] += penalty;
}

void ParameterCouplings::sum_over(const parallel::Communicator& comm) {
  std::vector<std::int64_t> is_used(rows_.size() / block_columns + 1);
  for (Row& row : rows_) {
    for (std::size_t b = 0; b < is_used.size(); ++b) is_used[b] = !row.place_of.empty() && row.place_of[b] >= 0 ? 1 : 0;
    comm.all_max(is_used);
    for (std::size_t b = 0; b < is_used.size(); ++b)
      if (is_used[b] != 0) comm.all_sum(block(row, b));
  }
}

std::vector<LiftedTerm> ParameterCouplings::terms() const {
  std::vector<LiftedTerm> result;
  for (std::size_t i = 0; i < rows_.size(); ++i)
    for (std::size_t b = 0; b < rows_[i].place_of.size(); ++b) {
      if (rows_[i].place_of[b] < 0) continue;
      const Block& values = rows_[i].blocks[static_cast<std::size_t>(rows_[i].place_of[b])];
      for (std::size_t c = 0; c < block_columns; ++c)
        if (values[2 * c] != 0 || values[2 * c + 1] != 0)
          result.push_back({static_cast<std::int64_t>(i), static_cast<std::int64_t>(b * block_columns + c),
                            values[2 * c], values[2 * c + 1]});
    }
  std::ranges::sort(result, {}, [](const LiftedTerm& t) { return std::tie(t.j, t.i); });
  return result;
}

LiftedBlock lift_block(const qcbo::Qcbo& block, ParameterCouplings* shared) {
  LiftedBlock lifted;
  lifted.objective_constant = block.constant;
  Collector collector(block.parameters, shared);
  for (const qcbo::Term& term : block.objective) collector.add(term.i, term.j, term.coefficient, 0);
  for (std::size_t r = 0; r < block.rows.size(); ++r) lifted.penalty_constant += add_row(collector, block.rows, r);
  for (const qcbo::Product& product : block.products) {
    collector.add(product.w, product.b, 0, 1);
    collector.add(product.u, product.w, 0, -2);
    collector.add(product.u, product.b, 0, -2);
    collector.add(product.u, product.u, 0, 3);
  }
  lifted.terms = collector.merged();
  return lifted;
}

std::int64_t largest_objective_spread(const qcbo::Qcbo& block) {
  std::map<std::int64_t, std::int64_t> spreads;  // of samples
  std::int64_t largest = 0;
  for (const qcbo::Term& term : block.objective) {
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

ising::SparseQubo lift_uniformly(const qcbo::Qcbo& problem, std::optional<double> multiplier) {
  ising::SparseQubo qubo;
  qubo.variables = problem.all_variables;
  qubo.multiplier = multiplier.value_or(sufficient_multiplier(largest_objective_spread(problem), problem.unit));
  ParameterCouplings shared(problem.parameters);
  const LiftedBlock lifted = lift_block(problem, &shared);
  const auto append = [&](const std::vector<LiftedTerm>& terms) {
    for (const LiftedTerm& term : terms)
      qubo.couplings.push_back({term.i, term.j, term.value(problem.unit, qubo.multiplier)});
  };
  append(shared.terms());
  append(lifted.terms);
  std::ranges::sort(qubo.couplings, {}, [](const ising::SparseQubo::Coupling& c) { return std::tie(c.i, c.j); });
  const LiftedTerm constant{0, 0, lifted.objective_constant, lifted.penalty_constant};
  qubo.constant = constant.value(problem.unit, qubo.multiplier);
  double sum = std::abs(qubo.constant);
  for (const ising::SparseQubo::Coupling& coupling : qubo.couplings) sum += std::abs(coupling.value);
  if (!(sum <= largest_objective))
    throw InputError(
        fmt::format("the QUBO's numbers overflow with unit {} and multiplier {}", problem.unit, qubo.multiplier));
  return qubo;
}

}  // namespace isinglass::formats
