#pragma once

#include "formats/binary_program.hpp"

namespace isinglass {

/// A binary program as sparse matrices.
struct ProgramMatrices {
  explicit ProgramMatrices(const BinaryProgram& program);

  std::vector<LinearRow> product_rows;  ///< the rows that hold the products
  SparseRowMatrix<double> rows;         ///< [row][variable], the program's rows and then product_rows
  SparseRowMatrix<double> columns;      ///< [variable][row], the same
  SparseCouplings pairs;                ///< [variable][variable], coefficients of the objective in both directions
  Eigen::VectorXd linear;               ///< [variable], its linear terms
};

/// Calls f(row) for every row of the matrices, in their order.
template <class F>
void for_each_row(const BinaryProgram& program, const ProgramMatrices& matrices, const F& f) {
  for (const auto* rows : {&program.rows, &matrices.product_rows})
    for (const LinearRow& row : *rows) f(row);
}

}  // namespace isinglass
