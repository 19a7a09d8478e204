#include "solve/program_matrices.hpp"

namespace isinglass::solve {

ProgramMatrices::ProgramMatrices(const formats::BinaryProgram& program) {
  for (const formats::ProductRow& product : program.products)
    for (formats::LinearRow& row : formats::rows_of_product(product)) product_rows.push_back(std::move(row));
  rows = SparseRowMatrix<double>(std::ssize(program.rows) + std::ssize(product_rows), program.variables);
  Eigen::Index index = 0;
  for_each_row(program, *this, [&](const formats::LinearRow& row) {
    rows.startVec(index);
    for (std::size_t k = 0; k < row.variable.size(); ++k)  // in the order of the row
      rows.insertBackByOuterInnerUnordered(index, row.variable[k]) = row.coefficient[k];
    ++index;
  });
  rows.finalize();
  columns = rows.transpose();
  linear = Eigen::VectorXd::Zero(program.variables);
  std::vector<ising::Coupling> couplings;
  for (const ising::BinaryTerm& t : program.objective) {
    if (t.i == t.j)
      linear[t.i] += t.value;
    else
      couplings.push_back({static_cast<std::int32_t>(t.i), static_cast<std::int32_t>(t.j), t.value});
  }
  pairs = ising::sparse_couplings(static_cast<std::size_t>(program.variables), couplings);
}

}  // namespace isinglass::solve
