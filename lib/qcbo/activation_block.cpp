#include "network/forward.hpp"
#include "qcbo/unit_plan.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <numeric>

namespace isinglass::qcbo {

namespace {

/// Data that the pieces of one layer are found from.
struct Cells {
  const network::Layer& layer;
  ZRange range;
  std::span<const Interval> wanted;
  bool exact;

  /// Cell `c` within the reach.
  [[nodiscard]] Interval bounds(int c) const {
    const auto at = static_cast<std::size_t>(c);
    return {c == 0 ? -range.reach : std::max(-range.reach, layer.thresholds[at - 1]),
            c + 1 == layer.cell_count() ? range.reach : std::min(range.reach, layer.thresholds[at] - 1)};
  }
  [[nodiscard]] int value(int c) const { return layer.values[static_cast<std::size_t>(c)]; }
};

/// True if cell `c` may be one of the equally wide cells of a linear piece. The outermost cells have no end: they may
/// where the reach ends within one width, and where nothing is shrunk, since they are shrunk from one side alone.
bool is_regular(const Cells& cells, int c) {
  const network::Layer& layer = cells.layer;
  const auto at = static_cast<std::size_t>(c);
  if (layer.cell_count() == 1) return false;
  if (c == 0) return cells.exact && layer.thresholds[0] - layer.cell_width <= -cells.range.reach;
  if (c + 1 == layer.cell_count())
    return cells.exact && layer.thresholds[at - 1] + layer.cell_width > cells.range.reach;
  return layer.thresholds[at] - layer.thresholds[at - 1] == layer.cell_width;
}

/// The spline's segment that holds cell `c`; a constant one if the layer does not say.
network::ActivationPiece segment_with(const network::Layer& layer, int c) {
  for (const network::ActivationPiece& piece : layer.pieces)
    if (c >= piece.first_cell && c < piece.first_cell + piece.cells) return piece;
  return {c, 1, 0};
}

/// Cells from `c` on, at most up to `last`, that one linear piece describes; 1 for a constant one.
int run_length(const Cells& cells, int c, int last) {
  const network::ActivationPiece segment = segment_with(cells.layer, c);
  if (segment.slope == 0 || !is_regular(cells, c)) return 1;
  const int end = std::min(last + 1, segment.first_cell + segment.cells);
  int length = 1;
  while (c + length < end && is_regular(cells, c + length) &&
         cells.value(c + length) == cells.value(c) + segment.slope * length)
    ++length;
  return length;
}

/// The part of cell `c` that its offsets run through: what the cell asks for, on the grid of z. Where a margin leaves
/// no point of the grid, or only points beyond the reach, it is the nearest point there is.
Interval constant_target(const Cells& cells, int c, Interval reachable) {
  const int reach = cells.range.reach, step = cells.range.step;
  Interval asked = cells.wanted[static_cast<std::size_t>(c)];
  if (cells.exact) return reachable;
  if (asked.hi < -reach) return {asked.hi, asked.hi};
  if (asked.lo > reach) return {asked.lo, asked.lo};
  asked = {std::max(asked.lo, -reach), std::min(asked.hi, reach)};
  const Interval points = on_grid(asked, -reach, step);
  if (!points.empty()) return points;
  const int below = points.hi, above = points.lo;  // the grid's neighbours of the empty interval
  return below >= reachable.lo ? Interval{below, below} : Interval{above, above};
}

ReachablePiece constant_piece(const Cells& cells, int c, Interval reachable) {
  const Interval target = constant_target(cells, c, reachable);
  ReachablePiece piece;
  piece.segment = c;
  piece.first = target.lo;
  piece.step = cells.range.step;
  piece.fine = (target.hi - target.lo) / piece.step;
  piece.value = cells.value(c);
  return piece;
}

/// Cells c .. c + length - 1 as one piece. Their grid repeats from cell to cell with the greatest common divisor of
/// both steps.
ReachablePiece linear_piece(const Cells& cells, int c, int length) {
  const network::Layer& layer = cells.layer;
  const int width = layer.cell_width;
  const int begin = c == 0 ? layer.thresholds[0] - width : layer.thresholds[static_cast<std::size_t>(c) - 1];
  Interval asked{begin, begin + width - 1};
  if (!cells.exact) asked = cells.wanted[static_cast<std::size_t>(c)];
  ReachablePiece piece;
  piece.step = std::gcd(cells.range.step, width);
  Interval points = on_grid(asked, -cells.range.reach, piece.step);
  if (points.empty()) points.lo = points.hi >= begin ? points.hi : points.lo, points.hi = points.lo;
  piece.segment = c;
  piece.first = points.lo;
  piece.fine = (points.hi - points.lo) / piece.step;
  piece.cell_width = width;
  piece.cells = length;
  piece.value = cells.value(c);
  piece.slope = segment_with(layer, c).slope;
  return piece;
}

std::vector<ReachablePiece> reachable_pieces(const Cells& cells) {
  std::vector<ReachablePiece> pieces;
  const int last = network::segment_of(cells.layer.thresholds, cells.range.reach);
  for (int c = network::segment_of(cells.layer.thresholds, -cells.range.reach); c <= last;) {
    const int length = run_length(cells, c, last);
    const Interval reachable = on_grid(cells.bounds(c), -cells.range.reach, cells.range.step);
    if (length > 1)
      pieces.push_back(linear_piece(cells, c, length));
    else if (!reachable.empty())
      pieces.push_back(constant_piece(cells, c, reachable));
    c += length;
  }
  return pieces;
}

/// The most frequent value among the pieces: what the activation is counted from, so that the indicators of these
/// pieces need no products with the weights of the next layer.
int reference_value(const std::vector<ReachablePiece>& pieces) {
  int best = pieces[0].value;
  std::ptrdiff_t most = 0;
  for (const ReachablePiece& candidate : pieces) {
    const auto same = [&](const ReachablePiece& piece) { return piece.value == candidate.value; };
    const std::ptrdiff_t count = std::count_if(pieces.begin(), pieces.end(), same);
    if (count <= most) continue;
    most = count;
    best = candidate.value;
  }
  return best;
}

/// The first coarse bit of a piece's register.
int first_coarse_bit(const ReachablePiece& piece) { return static_cast<int>(register_coefficients(piece.fine).size()); }

std::vector<LocalProduct> coarse_products(const std::vector<ReachablePiece>& pieces) {
  std::vector<LocalProduct> products;
  for (std::size_t k = 0; k < pieces.size(); ++k) {
    const int first = first_coarse_bit(pieces[k]);
    const auto bits = static_cast<int>(register_coefficients(pieces[k].cells - 1).size());
    for (int i = 0; i < bits; ++i) products.push_back({static_cast<int>(k), first + i});
  }
  return products;
}

/// a = reference + sum_k (value_k - reference) beta_k + sum slope_k c t over the coarse bits, whose cells are c.
void set_activation(UnitPlan& plan) {
  plan.constant = reference_value(plan.pieces);
  for (std::size_t k = 0; k < plan.pieces.size(); ++k) {
    const ReachablePiece& piece = plan.pieces[k];
    if (plan.indicators > 0 && piece.value != plan.constant)
      plan.activation.push_back({static_cast<int>(k), piece.value - plan.constant});
  }
  for (const LocalProduct& product : coarse_products(plan.pieces)) {
    const ReachablePiece& piece = plan.pieces[static_cast<std::size_t>(product.piece)];
    const int cells = piece.coefficients[static_cast<std::size_t>(product.bit)] / piece.cell_width;
    plan.activation.push_back(
        {offset_variable(plan, product.piece, product.bit), static_cast<std::int64_t>(piece.slope) * cells});
  }
}

}  // namespace

UnitPlan plan_hidden(const network::Layer& layer, ZRange range, std::span<const Interval> wanted, bool exact) {
  UnitPlan plan;
  plan.range = range;
  plan.pieces = reachable_pieces({layer, range, wanted, exact});
  assert(!plan.pieces.empty());
  const ReachablePiece& first = plan.pieces.front();
  const bool is_known = plan.pieces.size() == 1 && first.cells == 1;
  const bool holds_all = first.first <= -range.reach && first.last() >= range.reach;
  finish_plan(plan, !is_known || !holds_all, coarse_products(plan.pieces));
  set_activation(plan);
  return plan;
}

}  // namespace isinglass::qcbo
