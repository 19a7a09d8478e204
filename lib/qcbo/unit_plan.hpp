#pragma once

#include "network/architecture.hpp"
#include "network/loss.hpp"
#include "qcbo/intervals.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

/// Variables and terms that one unit of a layer adds to the QCBO for one sample, in terms of variables of its own
/// numbered from 0: the indicators beta_k of the pieces that z can reach, slack bits sigma_i, and products
/// t = beta_k sigma_i.
///
/// z lies on the grid -R + step Z within [-R, R] (ZRange). Piece k holds z = first_k + offset, and its offset is exact:
/// the register sum_i g_ki sigma_i runs through step * (0 .. fine_k), and for the piece of a spline of degree one
/// through step * (0 .. fine) + cell_width * (0 .. cells - 1). Pieces share the bits, so that with h_i = min_k g_ki the
/// row is
///
///   z - sum_k first_k beta_k - sum_i h_i sigma_i - sum_ki (g_ki - h_i) t_ki = 0
///
/// with t_ki only where g_ki > h_i or where an activation or a loss needs it. A unit with one reachable piece has no
/// indicator, and no row unless its offset matters.
namespace isinglass::qcbo {

/// Coefficients of a register of bits whose sums are exactly 0 .. largest: 1, 2, 4, ... and what is left for the last
/// bit, so that no value is missing, none is beyond `largest`, and there are bit_width(largest) bits. Empty for 0.
[[nodiscard]] std::vector<int> register_coefficients(int largest);

/// One choice of the bits of register_coefficients(largest) that sums to `value`, 0 <= value <= largest.
[[nodiscard]] std::vector<std::uint8_t> register_bits(int largest, int value);

/// Values that z of a unit can have: -reach + step Z within [-reach, reach].
struct ZRange {
  int reach = 0, step = 1;
  auto operator<=>(const ZRange&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// A piece that z can reach.
struct ReachablePiece {
  int segment = 0;                ///< the first cell of an activation's piece; the piece of a loss
  int first = 0;                  ///< z at offset 0; of a loss t = y z
  int step = 1, fine = 0;         ///< the fine offset is step * (0 .. fine)
  int cell_width = 0, cells = 1;  ///< the coarse offset is cell_width * (0 .. cells - 1)
  int value = 0, slope = 0;       ///< activation = value + slope * coarse offset / cell_width
  std::vector<int> coefficients;  ///< g_ki of each slack bit of the unit, 0 beyond its own register

  [[nodiscard]] int last() const { return first + step * fine + cell_width * (cells - 1); }
  /// Slack bits of the piece's cell `cell` (0: its first) and the fine offset nearest to `offset`, grid units of z.
  [[nodiscard]] std::vector<std::uint8_t> bits(int cell, int offset) const;
};

/// coefficient x_variable
struct LocalTerm {
  int variable = 0;
  std::int64_t coefficient = 0;
};

/// coefficient x_i x_j; i == j is the linear term
struct LocalPair {
  int i = 0, j = 0;
  std::int64_t coefficient = 0;
};

/// t = beta_piece sigma_bit
struct LocalProduct {
  int piece = 0, bit = 0;
  bool operator==(const LocalProduct&) const = default;
};

struct UnitPlan {
  ZRange range;
  std::vector<ReachablePiece> pieces;
  int indicators = 0, slack = 0;
  std::vector<LocalProduct> products;
  bool has_row = false;
  std::vector<LocalTerm> row;  ///< z + these = rhs; of an output y z + these = rhs
  std::int64_t rhs = 0;

  std::int64_t constant = 0;          ///< hidden: activation = constant + the terms below
  std::vector<LocalTerm> activation;  ///< empty: the activation is known before the weights are

  std::optional<network::LossPiece> direct;  ///< output that reaches one piece: its loss is this polynomial of t itself
  std::vector<LocalPair> objective;          ///< output that reaches several

  [[nodiscard]] int variables() const { return indicators + slack + static_cast<int>(products.size()); }
  [[nodiscard]] int slack_at(int bit) const { return indicators + bit; }
  [[nodiscard]] int product_at(int product) const { return indicators + slack + product; }
  /// True if the row or the loss of this unit asks for z.
  [[nodiscard]] bool needs_z() const { return has_row || (direct && (direct->linear != 0 || direct->quadratic != 0)); }
  /// True if the terms of z meet each other in a square.
  [[nodiscard]] bool squares_z() const { return has_row || (direct && direct->quadratic != 0); }
};

/// A hidden unit with z in `range`, whose cells ask for `wanted` (cell_intervals). `exact` says that nothing was
/// shrunk.
[[nodiscard]] UnitPlan plan_hidden(const network::Layer& layer, ZRange range, std::span<const Interval> wanted,
                                   bool exact);

/// An output: loss of t = y z, for both signs y since the range is symmetric.
[[nodiscard]] UnitPlan plan_output(const network::LossSpline& loss, ZRange range);

/// Chooses the registers, products and row of a unit from its pieces. `needed`: products wanted beside those of the
/// row, ascending; ignored where there is one piece.
void finish_plan(UnitPlan& plan, bool has_row, std::span<const LocalProduct> needed);

/// The variable that is beta_piece sigma_bit: the product, or the slack bit itself where there is one piece.
[[nodiscard]] int offset_variable(const UnitPlan& plan, int piece, int bit);

}  // namespace isinglass::qcbo
