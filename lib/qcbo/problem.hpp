#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <Eigen/SparseCore>

/// The quadratic constrained binary problem (QCBO) of a training problem, all integers:
///
///   min  unit * (constant + sum coefficient x_i x_j)    x binary
///   s.t. each row    sum_v coefficient_v x_v = rhs
///        each product u = w b                           (as a Rosenberg form w b - 2 u (w + b) + 3 u = 0)
///
/// Variables 0 .. parameters-1 are the parameter bits of the network in the order of NetworkBits: layer by layer,
/// weights [unit][input][bit], then biases [unit][bit]. The variables of each sample follow, in the global order of the
/// samples.
namespace isinglass::qcbo {

enum class VariableKind : std::uint8_t { weight, bias, indicator, slack, product };
enum class RowKind : std::uint8_t { one_hot, interval, symmetry };

/// Meaning of a variable; fields that do not apply are -1.
struct Variable {
  VariableKind kind = VariableKind::weight;
  std::int64_t sample = -1;  ///< global index; -1: a parameter, or slack of a symmetry row
  int layer = -1,
      unit = -1;     ///< whose z it belongs to; a product: of the unit whose indicator or slack bit is a factor
  int input = -1;    ///< weights: the input; products with a weight bit: the unit of the next layer
  int segment = -1;  ///< the first cell of a piece of an activation, the piece of a loss
  int slack = -1;    ///< products with a slack bit: which one
  int bit = -1;      ///< of a weight, a bias, a slack register; products: of the weight
};

/// A name that is valid in LP and QPLIB files: w.0.3.17.0 (layer, unit, input, bit), b.0.3.2, k.s12.0.3.1 (sample,
/// layer, unit, segment), v.s12.0.3.4 (slack bit), v.0.3.4 (slack of the symmetry row of units 3 and 4). Products:
/// u.s12.0.3.k1.n2.w0 of indicator k.s12.0.3.1 and weight bit w.1.2.3.0, u.s12.0.3.k1.v4 of indicator and slack bit,
/// and u.s12.0.3.k1.v4.n2.w0.
[[nodiscard]] std::string name_of(const Variable& variable);

/// Linear rows as a sparse matrix that grows: row r has the entries start[r] .. start[r + 1].
struct Rows {
  using Matrix = Eigen::Map<const Eigen::SparseMatrix<std::int64_t, Eigen::RowMajor, std::int64_t>>;

  std::vector<std::int64_t> start{0}, variable, coefficient;
  std::vector<std::int64_t> rhs;
  std::vector<RowKind> kind;
  std::vector<std::int64_t> sample;  ///< whose row it is; -1: of the parameters (symmetry)

  [[nodiscard]] std::size_t size() const { return rhs.size(); }
  /// Appends an entry of the next row.
  void add(std::int64_t of_variable, std::int64_t of_coefficient) {
    variable.push_back(of_variable);
    coefficient.push_back(of_coefficient);
  }
  /// Ends the next row.
  void finish(RowKind of_kind, std::int64_t of_rhs, std::int64_t of_sample) {
    start.push_back(static_cast<std::int64_t>(variable.size()));
    rhs.push_back(of_rhs);
    kind.push_back(of_kind);
    sample.push_back(of_sample);
  }
  /// The coefficients [row][variable] of `variables` variables, over the same memory.
  [[nodiscard]] Matrix matrix(std::int64_t variables) const {
    return {
        static_cast<std::int64_t>(size()), variables, start.back(), start.data(), variable.data(), coefficient.data()};
  }
  /// The entries of one row: for (auto e = rows.entries(r); e; ++e) uses e.col() and e.value().
  [[nodiscard]] Matrix::InnerIterator entries(std::size_t row) const {
    return {matrix(0), static_cast<Eigen::Index>(row)};
  }
};

/// u = w b.
struct Product {
  std::int64_t u = 0, w = 0, b = 0;
};

/// coefficient x_i x_j, i <= j; i == j is the linear term.
struct Term {
  std::int64_t i = 0, j = 0, coefficient = 0;
};

/// The part of a QCBO that one rank holds: the blocks of its own samples. Indices are global everywhere.
struct Qcbo {
  std::int64_t parameters = 0;      ///< parameter bits, on every rank
  std::int64_t first_variable = 0;  ///< global index of variables[0]: where the block of the first sample here begins
  std::int64_t all_variables = 0;   ///< of the whole problem
  std::vector<Variable> shared;     ///< the parameter bits, the same on every rank
  std::vector<Variable> variables;  ///< of the samples here
  Rows rows;                        ///< of the samples here; rank 0 has the symmetry rows first
  std::vector<Product> products;    ///< of the samples here
  std::vector<Term> objective;      ///< of the samples here
  std::int64_t constant = 0;        ///< of the samples here
  double unit = 1;                  ///< objective per integer unit
};

}  // namespace isinglass::qcbo
