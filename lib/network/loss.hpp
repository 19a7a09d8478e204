#pragma once

#include "network/architecture.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace isinglass::network {

/// One piece of a loss on the integer grid of t = y z, y = +-1 the wanted sign of an output and z its value:
/// constant + linear (t - from) + quadratic (t - from)^2 for from <= t < the next piece's from.
struct LossPiece {
  int from = 0;
  std::int64_t constant = 0, linear = 0, quadratic = 0;
  bool operator==(const LossPiece&) const = default;
};

/// A network's loss of one output on the integers: exact for hinge, squared hinge and squared, a spline for the others.
struct LossSpline {
  std::vector<LossPiece> pieces;  ///< ascending; the first also holds below its `from`, the last to any t
  int margin = 1;                 ///< M, grid units of z
  double unit = 1;                ///< objective per integer unit, in units of one output step: loss(u) M / output_step
  double sup_error = 0;           ///< largest |loss(u) - spline| over t in [-limit, limit], in units of loss(u)

  [[nodiscard]] std::int64_t at(int t) const;
};

/// Loss of `architecture` with margin M for outputs in [-limit, limit], both in grid units of z. The pieces of a loss
/// that is not piecewise polynomial have knots within that interval, placed so that their sup errors are about equal;
/// they are at most loss_segments, fewer where the grid has no more points. Of degree 1 or 2 they are continuous; every
/// spline of a falling loss is nonnegative and nowhere rises. InputError for a margin, number of segments or degree
/// that does not exist.
[[nodiscard]] LossSpline make_loss_spline(const Architecture& architecture, int margin, int limit);

/// M of a loss in grid units of the output, at least 1; `margin` in units of the rms of a random network's output.
[[nodiscard]] int margin_on_grid(const Layer& output, double margin);

/// The bound of |z| for the solvers, which keep it and its distances in 16 bits: qcbo::check_grid refuses more.
inline constexpr int solver_grid = 1 << 14;

/// Largest |z| of an output over all weights and activations: the `limit` that all methods take, so that they minimise
/// the same spline whatever the samples. At most solver_grid.
[[nodiscard]] int output_limit(const Architecture& architecture);

/// A spline's values for every output, for solvers whose inner loops look the loss up.
class LossTable {
public:
  LossTable() = default;
  /// Tabulates outputs in [-limit, limit]. Throws InputError if a value does not fit 32 bits.
  LossTable(const LossSpline& spline, int limit);

  [[nodiscard]] bool empty() const { return values_.empty(); }
  [[nodiscard]] double unit() const { return unit_; }  ///< LossSpline::unit
  /// Loss where the output falls short of the margin by M - t; |t| <= limit.
  [[nodiscard]] std::int64_t at(int shortfall) const { return values_[static_cast<std::size_t>(shortfall - first_)]; }
  /// For inner loops: at(shortfall) is data()[shortfall - first()].
  [[nodiscard]] const std::int32_t* data() const { return values_.data(); }
  [[nodiscard]] int first() const { return first_; }

private:
  std::vector<std::int32_t> values_;
  int first_ = 0;
  double unit_ = 1;
};

/// The table of make_loss_spline over output_limit.
[[nodiscard]] LossTable make_loss_table(const Architecture& architecture, int margin);

}  // namespace isinglass::network
