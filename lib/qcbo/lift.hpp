#pragma once

#include "qcbo/point.hpp"
#include "qcbo/problem.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::qcbo {

/// value x_i x_j, i <= j; i == j is the linear term.
struct QuboTerm {
  std::int64_t i = 0, j = 0;
  double value = 0;
};

/// The upper triangle of the lifted QUBO of one Qcbo, each pair once, sorted by i and j.
struct Qubo {
  std::vector<QuboTerm> shared;  ///< among parameter bits: to be summed over the ranks
  std::vector<QuboTerm> own;     ///< with a variable of a sample (or a symmetry row) here: complete
  double constant = 0;           ///< to be summed over the ranks
  /// Largest |value| of a coupling and of a linear term here.
  double largest_coupling = 0, largest_field = 0;
};

/// unit * objective + sum_r row_multipliers[r] (a_r x - b_r)^2 + sum_p product_multipliers[p] (w b - 2 u (w + b) + 3
/// u), for one multiplier a row and a product of `qcbo`, in objective units. Local. Terms that cancel are left out.
[[nodiscard]] Qubo lift(const Qcbo& qcbo, std::span<const double> row_multipliers,
                        std::span<const double> product_multipliers);

/// Value of the QUBO at a point, constant included.
[[nodiscard]] double energy(const Qubo& qubo, const BinaryPoint& point);

}  // namespace isinglass::qcbo
