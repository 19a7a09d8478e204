#include "formats/instance.hpp"
#include "formats/linear_form.hpp"
#include "formats/qcbo_file.hpp"

namespace isinglass::formats {

namespace {

constexpr std::size_t rows_between_looks = std::size_t{1} << 16;

Instance qubo_instance(const ising::SparseQubo& qubo, const std::function<void()>& look) {
  std::vector<ising::BinaryTerm> terms;
  terms.reserve(qubo.couplings.size());
  for (const auto& [i, j, value] : qubo.couplings) terms.push_back({i, j, value});
  Instance instance;
  instance.format = "hdf5";
  instance.goal = Goal::objective;
  instance.is_binary = true;
  instance.problem = ising::from_qubo(static_cast<std::size_t>(qubo.variables), terms, qubo.constant, look);
  return instance;
}

BinaryProgram program_of(const qcbo::Qcbo& problem, const std::function<void()>& look) {
  BinaryProgram program;
  program.variables = problem.all_variables;
  program.constant = problem.unit * static_cast<double>(problem.constant);
  std::vector<ising::BinaryTerm> terms;
  for (const qcbo::Term& t : problem.objective)
    terms.push_back({t.i, t.j, problem.unit * static_cast<double>(t.coefficient)});
  program.objective = merged_terms(std::move(terms), look);
  for (std::size_t r = 0; r < problem.rows.size(); ++r) {
    const LinearConstraint constraint = constraint_of(problem.rows, r);
    LinearRow row;
    for (const auto& [variable, coefficient] : constraint.form) {
      row.variable.push_back(variable);
      row.coefficient.push_back(static_cast<double>(coefficient));
    }
    row.lower = row.upper = static_cast<double>(constraint.rhs);
    program.rows.push_back(std::move(row));
    if ((r + 1) % rows_between_looks == 0) look();
  }
  for (const qcbo::Product& p : problem.products) program.products.push_back({p.u, p.w, p.b});
  return program;
}

}  // namespace

Instance read_qcbo_instance(const std::filesystem::path& path, QcboPart part, const std::function<void()>& look) {
  if (part == QcboPart::qubo_if_stored)
    if (const std::optional<ising::SparseQubo> qubo = read_qubo(path)) return qubo_instance(*qubo, look);
  Instance instance;
  instance.format = "qcbo";
  instance.goal = Goal::objective;
  instance.is_binary = true;
  instance.program = program_of(read_qcbo(path), look);
  return instance;
}

}  // namespace isinglass::formats
