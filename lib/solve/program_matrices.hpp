#pragma once

#include "formats/binary_program.hpp"

namespace isinglass::solve {

/// A binary program as sparse matrices.
struct ProgramMatrices {
  explicit ProgramMatrices(const formats::BinaryProgram& program);

  std::vector<formats::LinearRow> product_rows;  ///< the rows that hold the products
  SparseRowMatrix<double> rows;                  ///< [row][variable], the program's rows and then product_rows
  SparseRowMatrix<double> columns;               ///< [variable][row], the same
  ising::SparseCouplings pairs;  ///< [variable][variable], coefficients of the objective in both directions
  Eigen::VectorXd linear;        ///< [variable], its linear terms
};

/// Calls f(row) for every row of the matrices, in their order.
template <class F>
void for_each_row(const formats::BinaryProgram& program, const ProgramMatrices& matrices, const F& f) {
  for (const auto* rows : {&program.rows, &matrices.product_rows})
    for (const formats::LinearRow& row : *rows) f(row);
}

}  // namespace isinglass::solve
