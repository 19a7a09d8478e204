#pragma once

#include "qcbo/problem.hpp"
#include "qcbo/problem_plan.hpp"

#include <vector>

namespace isinglass::qcbo {

/// sum of coefficient x_variable, global variables, and a constant
struct LinearForm {
  struct Entry {
    std::int64_t variable = 0, coefficient = 0;
  };
  std::vector<Entry> entries;  ///< no coefficient is 0, no variable occurs twice
  std::int64_t constant = 0;
};

/// Appends the block of one sample to a QCBO.
class SampleWriter {
public:
  SampleWriter(const ProblemPlan& plan, const std::vector<ParameterLayout>& parameters, Qcbo& out)
      : plan_(plan), parameters_(parameters), out_(out) {}

  /// Writes sample `sample` of the shard, whose variables begin at `first`.
  void write(std::size_t sample, std::int64_t first);

private:
  [[nodiscard]] LinearForm z_of(std::size_t l, int j) const;
  void add_weight_products(std::size_t l);
  void add_unit_variables(std::size_t l);
  void add_unit_products(std::size_t l, int j);
  void add_rows(std::size_t l, int j);
  void add_one_hot(const UnitPlan& unit, std::int64_t first);
  void add_loss(std::size_t l, int c);
  void add_direct_loss(const network::LossPiece& piece, const LinearForm& z, int sign);
  void finish_row(RowKind kind, std::int64_t rhs);
  void add_entry(std::int64_t variable, std::int64_t coefficient);
  [[nodiscard]] Variable place(VariableKind kind, std::size_t l, int unit) const;
  /// Fields of variable `local` of a unit's plan.
  [[nodiscard]] Variable local_variable(std::size_t l, int j, int local) const;
  [[nodiscard]] int sign_of(std::size_t l, int unit) const;
  [[nodiscard]] const UnitPlan& unit(std::size_t l) const { return plan_.unit(sample_, l); }
  [[nodiscard]] std::int64_t unit_start(std::size_t l, int j) const {
    return blocks_[l].units + static_cast<std::int64_t>(j) * unit(l).variables();
  }

  const ProblemPlan& plan_;
  const std::vector<ParameterLayout>& parameters_;
  Qcbo& out_;
  std::size_t sample_ = 0;
  std::int64_t global_sample_ = 0;
  std::vector<LayerBlock> blocks_;
};

}  // namespace isinglass::qcbo
