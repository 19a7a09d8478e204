#include "network/logistic_spline.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace isinglass::network {

namespace {

/// A piece before rounding, from one knot to the next: constant + linear (t - from) + quadratic (t - from)^2.
struct RealPiece {
  int from = 0, to = 0;
  double constant = 0, linear = 0, quadratic = 0;

  [[nodiscard]] double at(int t) const {
    const double d = t - from;
    return constant + d * (linear + d * quadratic);
  }
};

/// Where pieces of degree 1 and 2 meet: on the loss, or below it by the error. Chords of a convex function lie above
/// it, so that lowered ones use both sides of it; parabolas do so by themselves, unless they are few.
enum class KnotPlaces { on_loss, lowered };

/// Pieces of one degree, for a given error. The loss is convex and falls, so that a longer piece is a worse one: going
/// from the left and taking each piece as long as the error allows gives the fewest pieces, with about equal errors.
class Fit {
public:
  Fit(const LogisticGrid& grid, KnotPlaces knots) : grid_(grid), knots_(knots) {
    for (int t = -grid.limit; t <= grid.limit; ++t)
      loss_.push_back(logistic_loss(static_cast<double>(t) / grid.margin));
  }

  [[nodiscard]] double loss(int t) const { return loss_[static_cast<std::size_t>(t + grid_.limit)]; }
  /// Where the last piece ends: constant pieces are half open, the others share their knots.
  [[nodiscard]] int end() const { return grid_.degree == 0 ? grid_.limit + 1 : grid_.limit; }

  /// The fewest pieces with sup error `error`, or one more than allowed.
  [[nodiscard]] std::vector<RealPiece> pieces(double error) const {
    std::vector<RealPiece> result;
    for (int from = -grid_.limit; from < end() && result.size() <= static_cast<std::size_t>(grid_.segments);) {
      result.push_back(longest(from, error));
      from = result.back().to;
    }
    return result;
  }

private:
  /// Value at a knot.
  [[nodiscard]] double knot(int t, double error) const {
    return std::max(0.0, loss(t) - (knots_ == KnotPlaces::lowered ? error : 0.0));
  }

  [[nodiscard]] RealPiece piece(int from, int to, double error) const {
    if (grid_.degree == 0) return {from, to, 0.5 * (loss(from) + loss(to - 1)), 0, 0};
    const double width = to - from, drop = knot(from, error) - knot(to, error);
    const RealPiece line{from, to, knot(from, error), -drop / width, 0};
    if (grid_.degree == 1 || to - from < 2) return line;
    // Through the ends and the loss in the middle, unless that would rise at the right end; the line if that is better.
    const int middle = from + (to - from) / 2;
    const double bend = (loss(middle) - line.at(middle)) / (static_cast<double>(middle - from) * (middle - to));
    RealPiece parabola = line;
    parabola.quadratic = std::clamp(bend, 0.0, drop / (width * (width - 1)));
    parabola.linear -= parabola.quadratic * width;
    return error_of(parabola) < error_of(line) ? parabola : line;
  }

  /// Largest error, at the ends and at points between: smooth curves differ little in between.
  [[nodiscard]] double error_of(const RealPiece& piece) const {
    constexpr int points = 32;
    const int last = grid_.degree == 0 ? piece.to - 1 : piece.to, step = std::max(1, (last - piece.from) / points);
    double largest = std::abs(piece.at(last) - loss(last));
    for (int t = piece.from; t < last; t += step) largest = std::max(largest, std::abs(piece.at(t) - loss(t)));
    return largest;
  }

  [[nodiscard]] RealPiece longest(int from, double error) const {
    constexpr double rounding = 1e-12;
    const auto fits = [&](int to) { return error_of(piece(from, to, error)) <= error + rounding; };
    int good = from + 1, stride = 1;  // the shortest piece is exact at its ends
    while (good < end() && fits(std::min(good + stride, end()))) {
      good = std::min(good + stride, end());
      stride *= 2;
    }
    for (int bad = std::min(good + stride, end() + 1); bad - good > 1;) {
      const int between = good + (bad - good) / 2;
      (fits(between) ? good : bad) = between;
    }
    return piece(from, good, error);
  }

  LogisticGrid grid_;
  KnotPlaces knots_;
  std::vector<double> loss_;  // [t + limit]
};

/// A spline before rounding.
struct RealSpline {
  std::vector<RealPiece> pieces;
  double sup_error = 0;
};

/// The smallest error that the allowed number of pieces reaches.
std::vector<RealPiece> best_pieces(const Fit& fit, const LogisticGrid& grid) {
  const auto enough = [&](const std::vector<RealPiece>& pieces) {
    return pieces.size() <= static_cast<std::size_t>(grid.segments);
  };
  std::vector<RealPiece> best = fit.pieces(0);
  if (enough(best)) return best;
  double low = 0, high = fit.loss(-grid.limit);  // one piece suffices for the latter
  best = fit.pieces(high);
  for (int step = 0; step < 40; ++step) {
    const double error = 0.5 * (low + high);
    std::vector<RealPiece> pieces = fit.pieces(error);
    if (!enough(pieces)) {
      low = error;
      continue;
    }
    high = error;
    best = std::move(pieces);
  }
  return best;
}

/// Integer pieces of `levels` units. Slopes are rounded up and each piece starts where the one before it ends, so that
/// the values meet at the knots, do not rise, and never fall below those of the real pieces there.
std::vector<LossPiece> rounded(const std::vector<RealPiece>& pieces, int degree, double levels) {
  std::vector<LossPiece> result;
  std::int64_t value = std::llround(levels * pieces.front().constant);
  for (const RealPiece& piece : pieces) {
    if (degree == 0) {
      result.push_back({piece.from, std::llround(levels * piece.constant), 0, 0});
      continue;
    }
    const std::int64_t width = piece.to - piece.from;
    const std::int64_t drop = std::max<std::int64_t>(0, value - std::llround(levels * piece.at(piece.to)));
    // A larger bend than this would make the last step rise.
    const std::int64_t flattest = width > 1 ? drop / (width * (width - 1)) : 0;
    const std::int64_t bend = std::min<std::int64_t>(flattest, std::llround(levels * piece.quadratic));
    const LossPiece next{piece.from, value, -(drop / width) - bend * width, bend};
    result.push_back(next);
    value += width * (next.linear + width * bend);
  }
  return result;
}

/// Sup error over all points of the grid; `at(piece, t)` is the value there.
template <class Piece, class At>
double sup_error(const Fit& fit, const std::vector<Piece>& pieces, int limit, At&& at) {
  double largest = 0;
  std::size_t piece = 0;
  for (int t = -limit; t <= limit; ++t) {
    if (piece + 1 < pieces.size() && pieces[piece + 1].from == t) ++piece;
    largest = std::max(largest, std::abs(fit.loss(t) - at(pieces[piece], t)));
  }
  return largest;
}

RealSpline best_spline(const Fit& fit, const LogisticGrid& grid) {
  RealSpline spline{best_pieces(fit, grid), 0};
  spline.sup_error =
      sup_error(fit, spline.pieces, grid.limit, [](const RealPiece& piece, int t) { return piece.at(t); });
  return spline;
}

}  // namespace

double logistic_loss(double u) { return (std::max(-u, 0.0) + std::log1p(std::exp(-std::abs(u)))) / std::log(2.0); }

LogisticSpline fit_logistic(const LogisticGrid& grid) {
  const Fit fit(grid, KnotPlaces::lowered), fit_on_loss(grid, KnotPlaces::on_loss);
  RealSpline real = best_spline(fit, grid);
  if (grid.degree == 2) {
    RealSpline other = best_spline(fit_on_loss, grid);
    if (other.sup_error < real.sup_error) real = std::move(other);
  }
  // Coarse integers make small coefficients: as coarse as a twentieth of the error, or 2^-14, allows.
  const double wanted = 1.05 * real.sup_error + 0x1.0p-14;
  LogisticSpline best;
  for (double levels = 1; levels * (fit.loss(-grid.limit) + real.sup_error) < 0x1.0p31; levels *= 2) {
    LogisticSpline spline{rounded(real.pieces, grid.degree, levels), levels, 0};
    spline.sup_error = sup_error(fit, spline.pieces, grid.limit, [&](const LossPiece& piece, int t) {
      const std::int64_t d = t - piece.from;
      return static_cast<double>(piece.constant + d * (piece.linear + d * piece.quadratic)) / levels;
    });
    if (best.pieces.empty() || spline.sup_error < best.sup_error) best = std::move(spline);
    if (best.sup_error <= wanted) break;
  }
  return best;
}

}  // namespace isinglass::network
