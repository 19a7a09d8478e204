#include "qcbo/unit_plan.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>

namespace isinglass::qcbo {

namespace {

/// Piece `p` as a polynomial of the offset from `first` instead of from its knot.
network::LossPiece moved_to(const network::LossPiece& piece, int first) {
  const std::int64_t shift = first - piece.from;
  return {first, piece.constant + piece.linear * shift + piece.quadratic * shift * shift,
          piece.linear + 2 * piece.quadratic * shift, piece.quadratic};
}

std::vector<ReachablePiece> reachable_pieces(const network::LossSpline& loss, ZRange range) {
  std::vector<ReachablePiece> pieces;
  for (std::size_t p = 0; p < loss.pieces.size(); ++p) {
    const bool first = p == 0, last = p + 1 == loss.pieces.size();
    const Interval bounds{first ? -range.reach : std::max(-range.reach, loss.pieces[p].from),
                          last ? range.reach : std::min(range.reach, loss.pieces[p + 1].from - 1)};
    if (bounds.empty()) continue;
    const Interval points = on_grid(bounds, -range.reach, range.step);
    if (points.empty()) continue;
    ReachablePiece piece;
    piece.segment = static_cast<int>(p);
    piece.first = points.lo;
    piece.step = range.step;
    piece.fine = (points.hi - points.lo) / range.step;
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

/// The bits of a piece's own register; those beyond are 0 for it.
std::vector<int> own_bits(const ReachablePiece& piece) {
  std::vector<int> bits;
  for (std::size_t i = 0; i < piece.coefficients.size(); ++i)
    if (piece.coefficients[i] != 0) bits.push_back(static_cast<int>(i));
  return bits;
}

void add_pair(UnitPlan& plan, int i, int j, std::int64_t coefficient) {
  if (coefficient == 0) return;
  const LocalPair wanted{std::min(i, j), std::max(i, j), coefficient};
  for (LocalPair& pair : plan.objective) {
    if (pair.i != wanted.i || pair.j != wanted.j) continue;
    pair.coefficient += coefficient;
    return;
  }
  plan.objective.push_back(wanted);
}

/// linear * offset where beta_k holds: beta_k sigma_i is quadratic as it stands, so that it needs no product.
void add_linear(UnitPlan& plan, int k, std::int64_t linear) {
  const ReachablePiece& piece = plan.pieces[static_cast<std::size_t>(k)];
  for (const int i : own_bits(piece)) {
    const std::int64_t coefficient = linear * piece.coefficients[static_cast<std::size_t>(i)];
    const LocalProduct product{k, i};
    const bool has_product = std::find(plan.products.begin(), plan.products.end(), product) != plan.products.end();
    const int t = has_product ? offset_variable(plan, k, i) : k;
    add_pair(plan, t, has_product ? t : plan.slack_at(i), coefficient);
  }
}

/// quadratic * offset^2 where beta_k holds: offset = sum_i g_i t_i, and t^2 = t.
void add_square(UnitPlan& plan, int k, std::int64_t quadratic) {
  if (quadratic == 0) return;
  const ReachablePiece& piece = plan.pieces[static_cast<std::size_t>(k)];
  const std::vector<int> bits = own_bits(piece);
  for (std::size_t a = 0; a < bits.size(); ++a)
    for (std::size_t b = a; b < bits.size(); ++b) {
      const std::int64_t g = piece.coefficients[static_cast<std::size_t>(bits[a])],
                         h = piece.coefficients[static_cast<std::size_t>(bits[b])];
      add_pair(plan, offset_variable(plan, k, bits[a]), offset_variable(plan, k, bits[b]),
               (a == b ? 1 : 2) * quadratic * g * h);
    }
}

/// The products of quadratic pieces with all bits of their registers. Registers have one bit for each of
/// bit_width(fine).
std::vector<LocalProduct> quadratic_products(const UnitPlan& plan, const network::LossSpline& loss) {
  std::vector<LocalProduct> products;
  for (std::size_t k = 0; k < plan.pieces.size(); ++k) {
    const ReachablePiece& piece = plan.pieces[k];
    if (loss.pieces[static_cast<std::size_t>(piece.segment)].quadratic == 0) continue;
    for (int i = 0; (piece.fine >> i) > 0; ++i) products.push_back({static_cast<int>(k), i});
  }
  return products;
}

}  // namespace

UnitPlan plan_output(const network::LossSpline& loss, ZRange range) {
  UnitPlan plan;
  plan.range = range;
  plan.pieces = reachable_pieces(loss, range);
  assert(!plan.pieces.empty());
  const auto piece_of = [&](std::size_t k) { return loss.pieces[static_cast<std::size_t>(plan.pieces[k].segment)]; };
  if (plan.pieces.size() == 1) {
    plan.direct = piece_of(0);
    return plan;
  }
  finish_plan(plan, true, quadratic_products(plan, loss));
  for (std::size_t k = 0; k < plan.pieces.size(); ++k) {
    const network::LossPiece piece = moved_to(piece_of(k), plan.pieces[k].first);
    const auto gamma = static_cast<int>(k);
    add_pair(plan, gamma, gamma, piece.constant);
    add_linear(plan, gamma, piece.linear);
    add_square(plan, gamma, piece.quadratic);
  }
  return plan;
}

}  // namespace isinglass::qcbo
