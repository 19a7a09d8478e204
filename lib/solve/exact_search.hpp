#pragma once

#include "solve/completion.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

namespace isinglass::solve {

/// How long an exact search may go on.
struct ExactPlan {
  std::int64_t most_work = std::numeric_limits<std::int64_t>::max();  ///< row entries and terms that are looked at
  std::function<bool()> is_over = [] { return false; };               ///< polled about every millisecond
  std::function<double()> seconds = [] { return 0.0; };               ///< the time, for seconds_to_best
};

/// Outcome of an exact search.
struct ExactResult {
  std::optional<formats::Bits> best;  ///< feasible
  double objective = 0;               ///< of it
  bool is_complete = false;  ///< all points were searched: best is optimal, or without one no point is feasible
  std::int64_t nodes = 0;
  double seconds_to_best = 0;
};

/// Depth-first branch and bound over a binary program: rows and products are propagated by the bounds of their sums,
/// and branches end where no feasible point can be better than the best one. Pruning allows for rounding; only points
/// that the program itself calls feasible count.
class ExactSearch {
public:
  explicit ExactSearch(const formats::BinaryProgram& program);

  /// Variables that the rows alone leave open.
  [[nodiscard]] std::size_t free_variables() const { return free_; }
  /// Searches from the start. The same result for the same work, whatever the machine, unless is_over ends it.
  [[nodiscard]] ExactResult search(const ExactPlan& plan);

private:
  /// A row and the interval of its sum over what is still open.
  struct Row {
    double lower = 0, upper = 0, slack = 0;  ///< `slack` covers the rounding of sums
    double largest = 0;                      ///< coefficient
    double least = 0, most = 0;              ///< of the sum
    bool is_waiting = false;
  };
  /// A row's interval before a variable was fixed.
  struct Change {
    std::size_t row = 0;
    double least = 0, most = 0;
  };
  struct Fixed {
    std::size_t variable = 0, changes = 0;  ///< length of changes_ before
  };
  struct Branch {
    std::size_t variable = 0, fixed = 0, place = 0;  ///< length of fixed_ before; place in order_
    bool is_last = false;                            ///< both values were tried
  };

  void add_row(const formats::LinearRow& source);
  void add_objective();
  void choose_order();
  void fix(std::size_t variable, bool value);
  void undo_to(std::size_t fixed);
  void await(std::size_t row);
  /// False: a row holds for no completion of what is fixed.
  [[nodiscard]] bool propagate();
  [[nodiscard]] bool propagate(std::size_t index);
  [[nodiscard]] bool is_bounded_off() const;
  [[nodiscard]] bool is_out_of_work();
  [[nodiscard]] bool descend();
  [[nodiscard]] bool backtrack();
  void offer();

  const formats::BinaryProgram& program_;
  std::size_t variables_, free_ = 0;
  ProgramMatrices matrices_;
  std::vector<Row> rows_;
  std::vector<std::size_t> order_;  // variables as they are branched on
  double least_gain_ = 0;           // smallest difference of two objectives, or minus their rounding

  std::vector<std::int8_t> value_;      // [variable] 0, 1, or -1: open
  Eigen::VectorXd slope_, open_slope_;  // [variable]: dQ/dx over fixed ones; negative terms with open ones
  double objective_ = 0;                // of what is fixed
  std::vector<Fixed> fixed_;
  std::vector<Change> changes_;
  std::vector<std::size_t> waiting_;  // rows to propagate
  std::vector<Branch> branches_;
  bool is_possible_ = true;  // after the first propagation

  const ExactPlan* plan_ = nullptr;
  ExactResult result_;
  std::int64_t work_ = 0, next_look_ = 0;
};

}  // namespace isinglass::solve
