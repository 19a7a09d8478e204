#include "base/error.hpp"
#include "network/activation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <utility>

/// Linear pieces on the integer grids of z and of the activation's values.
///
/// A piece is a run of cells `width` wide, aligned at multiples of width from z = 0, whose integer values rise by an
/// integer slope; the knots move to the nearest multiple. Given the width and the scale g (grid units of a value for
/// one unit of f), each piece takes the slope and first value with the least error from f itself, so that errors do not
/// add up from piece to piece. What remains is half of what f changes by in a cell, and the rounding of slopes and
/// values: fine cells want large values, which int8 does not have, so that there is a best width. Of the widths that
/// stay within `allowance` of the largest |f| over the spline's error, or near the least error possible, the widest is
/// taken: it has the fewest cells, and cells are what solvers choose among. Of the scales that do it, the smallest is
/// taken: it keeps the next layer's grid small.
namespace isinglass::network {

namespace {

constexpr double allowance = 1.0 / 30;  // as much as rounding adds to constant pieces
constexpr double near_least = 1.1;      // an error that is as good as the least one
constexpr int largest_value = 127, most_cells = 255;

/// f over the integers z of one cell.
struct CellRange {
  double low = std::numeric_limits<double>::infinity(), high = -low;
};

/// A piece on the lattice of cells.
struct LatticePiece {
  int first = 0, last = 0;  ///< cells first .. last - 1 of the lattice: z from first * width
  double slope = 0;         ///< of the spline's piece in its middle, a cell
};

/// All that does not depend on the scale of the values.
struct Lattice {
  int width = 1;
  std::vector<LatticePiece> pieces;
  std::vector<CellRange> cells;          ///< from pieces.front().first on
  double left_tail = 0, right_tail = 0;  ///< f at the ends
};

/// The lattice of cells of this width; nothing if two knots fall onto the same multiple or there are too many cells.
std::optional<Lattice> make_lattice(const std::function<double(double)>& f, const spline::Spline& spline, double rms,
                                    int width) {
  Lattice lattice;
  lattice.width = width;
  const auto knot = [&](std::size_t k) { return static_cast<int>(std::lround(spline.knots[k] * rms / width)); };
  for (std::size_t k = 0; k < spline.coefficients.size(); ++k) {
    const double middle = (spline.knots[k + 1] - spline.knots[k]) / 2;
    const double slope = spline.coefficients[k][1] + 2 * middle * spline.coefficients[k][2];
    lattice.pieces.push_back({knot(k), knot(k + 1), slope * width / rms});
    if (lattice.pieces.back().first >= lattice.pieces.back().last) return std::nullopt;
  }
  const int first = lattice.pieces.front().first, last = lattice.pieces.back().last;
  if (last - first + 2 > most_cells) return std::nullopt;
  for (int cell = first; cell < last; ++cell) {
    CellRange range;
    for (int z = cell * width; z < (cell + 1) * width; ++z) {
      const double y = f(std::clamp(z / rms, spline.knots.front(), spline.knots.back()));
      range = {std::min(range.low, y), std::max(range.high, y)};
    }
    lattice.cells.push_back(range);
  }
  lattice.left_tail = f(spline.knots.front());
  lattice.right_tail = f(spline.knots.back());
  return lattice;
}

/// Integer values first, first + slope, ... of a run of cells, and their largest distance from f, units of the values.
struct Line {
  int first = 0, slope = 0;
  double error = std::numeric_limits<double>::infinity();
};

Line line_of_slope(std::span<const CellRange> cells, double scale, int slope) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const double rise = slope * static_cast<double>(i);
    low = std::min(low, cells[i].low * scale - rise);
    high = std::max(high, cells[i].high * scale - rise);
  }
  const auto first = static_cast<int>(std::lround((low + high) / 2));
  const int last = first + slope * static_cast<int>(cells.size() - 1);
  if (std::max(std::abs(first), std::abs(last)) > largest_value) return {};
  return {first, slope, std::max(high - first, first - low)};
}

Line best_line(const Lattice& lattice, const LatticePiece& piece, double scale) {
  const auto from = static_cast<std::size_t>(piece.first - lattice.pieces.front().first);
  const std::span cells = std::span(lattice.cells).subspan(from, static_cast<std::size_t>(piece.last - piece.first));
  if (cells.size() == 1) return line_of_slope(cells, scale, 0);
  const auto below = static_cast<int>(std::floor(piece.slope * scale));
  const Line flat = line_of_slope(cells, scale, below), steep = line_of_slope(cells, scale, below + 1);
  return steep.error < flat.error ? steep : flat;
}

/// The largest error of all pieces and tails, units of f.
double error_of(const Lattice& lattice, double scale) {
  double error = 0;
  for (const double tail : {lattice.left_tail, lattice.right_tail})
    error = std::max(error, std::abs(static_cast<double>(std::lround(tail * scale)) - tail * scale));
  for (const LatticePiece& piece : lattice.pieces) error = std::max(error, best_line(lattice, piece, scale).error);
  return error / scale;
}

/// Ascending scales to try: those of whole largest values, and those that make the steepest slope a whole number.
std::vector<double> scales_of(const Lattice& lattice, double largest) {
  std::vector<double> scales;
  double steepest = 0;
  for (const LatticePiece& piece : lattice.pieces) steepest = std::max(steepest, std::abs(piece.slope));
  for (int value = 1; value <= largest_value; ++value) {
    scales.push_back(value / largest);
    if (steepest > 0 && value / steepest * largest <= largest_value) scales.push_back(value / steepest);
  }
  std::sort(scales.begin(), scales.end());
  return scales;
}

/// The smallest scale whose error is within `limit`, else the one of least error.
double best_scale(const Lattice& lattice, double largest, double limit) {
  double best = 1, least = std::numeric_limits<double>::infinity();
  for (const double scale : scales_of(lattice, largest)) {
    const double error = error_of(lattice, scale);
    if (error <= limit) return scale;
    if (error < least) {
      least = error;
      best = scale;
    }
  }
  return best;
}

/// The cells and pieces of a layer, from left to right.
class Builder {
public:
  explicit Builder(double scale) { grid_.value_unit = 1 / scale; }

  /// A cell of one value from z = start on; a constant piece before it with the same value just goes on.
  void add_constant(int start, int value) {
    if (!grid_.pieces.empty() && grid_.pieces.back().slope == 0 && grid_.values.back() == value) return;
    grid_.pieces.push_back({static_cast<int>(grid_.values.size()), 1, 0});
    add_cell(start, value);
  }

  /// Cells of a rising or falling line; the same line before it just goes on.
  void add_line(int start, int cells, const Line& line) {
    const bool goes_on = !grid_.pieces.empty() && grid_.pieces.back().slope == line.slope &&
                         grid_.values.back() + line.slope == line.first;
    if (!goes_on) grid_.pieces.push_back({static_cast<int>(grid_.values.size()), 0, line.slope});
    for (int i = 0; i < cells; ++i) add_cell(start + i * grid_.cell_width, line.first + i * line.slope);
    grid_.pieces.back().cells += cells;
  }

  void set_width(int width) { grid_.cell_width = width; }
  [[nodiscard]] GridActivation grid() && { return std::move(grid_); }

private:
  void add_cell(int start, int value) {
    if (!grid_.values.empty()) grid_.thresholds.push_back(start);
    grid_.values.push_back(static_cast<std::int8_t>(value));
  }

  GridActivation grid_;
};

GridActivation build(const Lattice& lattice, double scale) {
  Builder builder(scale);
  builder.set_width(lattice.width);
  builder.add_constant(0, static_cast<int>(std::lround(lattice.left_tail * scale)));  // the first cell has no threshold
  for (const LatticePiece& piece : lattice.pieces) {
    const Line line = best_line(lattice, piece, scale);
    const int start = piece.first * lattice.width;
    if (line.slope == 0)
      builder.add_constant(start, line.first);
    else
      builder.add_line(start, piece.last - piece.first, line);
  }
  builder.add_constant(lattice.pieces.back().last * lattice.width,
                       static_cast<int>(std::lround(lattice.right_tail * scale)));
  return std::move(builder).grid();
}

/// The best that one width can do.
struct Choice {
  int width = 0;
  double error = std::numeric_limits<double>::infinity();
};

/// Descending: all small widths, and large ones in steps of 3 %.
std::vector<int> widths_up_to(int widest) {
  std::vector<int> widths;
  for (int width = widest; width >= 1; width -= std::max(1, width / 32)) widths.push_back(width);
  return widths;
}

}  // namespace

GridActivation put_lines_on_grid(const std::function<double(double)>& f, const spline::Spline& spline, double rms) {
  const double span = spline.knots.back() - spline.knots.front();
  const int widest = std::max(1, static_cast<int>(span * rms));
  double largest = 0;
  for (int i = 0; i <= widest; ++i) largest = std::max(largest, std::abs(f(spline.knots.front() + span * i / widest)));
  if (largest == 0) throw InputError("the activation is 0 on its range: use a larger range");

  std::vector<Choice> choices;
  double least = std::numeric_limits<double>::infinity();
  for (const int width : widths_up_to(widest)) {
    const std::optional<Lattice> lattice = make_lattice(f, spline, rms, width);
    if (!lattice) continue;
    choices.push_back({width, error_of(*lattice, best_scale(*lattice, largest, 0))});
    least = std::min(least, choices.back().error);
  }
  if (choices.empty())
    throw InputError(
        "knots coincide on the integer grid of the pre-activation, or it takes more than 255 cells: use fewer "
        "segments, "
        "uniform "
        "knots, degree 0, or finer inputs (data.levels)");
  const double limit = std::max(spline.sup_error + allowance * largest, near_least * least);
  const auto chosen = std::find_if(choices.begin(), choices.end(), [&](const Choice& c) { return c.error <= limit; });
  const Lattice lattice = *make_lattice(f, spline, rms, chosen->width);
  return build(lattice, best_scale(lattice, largest, limit));
}

}  // namespace isinglass::network
