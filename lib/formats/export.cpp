#include "formats/export.hpp"

#include "files/atomic_file.hpp"
#include "formats/coo.hpp"
#include "formats/linear_form.hpp"
#include "formats/qplib.hpp"

namespace isinglass::formats {

namespace {

LinearRow row_of(const LinearConstraint& constraint) {
  LinearRow row;
  for (const auto& [variable, coefficient] : constraint.form) {
    row.variable.push_back(variable);
    row.coefficient.push_back(static_cast<double>(coefficient));
  }
  row.upper = static_cast<double>(constraint.rhs);
  if (constraint.is_equation) row.lower = row.upper;
  return row;
}

/// The problem with its products as rows.
BinaryProgram linearised(const qcbo::Qcbo& problem) {
  BinaryProgram program;
  program.variables = problem.all_variables;
  program.constant = problem.unit * static_cast<double>(problem.constant);
  const SplitObjective objective = split_objective(problem);
  for (const auto& [variable, coefficient] : objective.linear)
    program.objective.push_back({variable, variable, problem.unit * static_cast<double>(coefficient)});
  for (const qcbo::Term& term : objective.pairs)
    program.objective.push_back({term.i, term.j, problem.unit * static_cast<double>(term.coefficient)});
  for (std::size_t r = 0; r < problem.rows.size(); ++r) program.rows.push_back(row_of(constraint_of(problem.rows, r)));
  for (const qcbo::Product& product : problem.products)
    for (const LinearConstraint& constraint : product_constraints(product)) program.rows.push_back(row_of(constraint));
  return program;
}

}  // namespace

void write_text_file(const std::filesystem::path& path, const std::function<void(TextFile& file)>& fill) {
  const auto write = [&](const std::filesystem::path& temporary) {
    TextFile file(temporary);
    fill(file);
    file.close();
  };
  files::write_atomically(path, write, {});
}

void write_qubo_text(const std::filesystem::path& path, const ising::SparseQubo& qubo) {
  write_text_file(path, [&](TextFile& file) { print_qubo(file, qubo); });
}

void write_dimod_coo(const std::filesystem::path& path, const ising::SparseQubo& qubo) {
  write_text_file(path, [&](TextFile& file) { print_dimod_coo(file, qubo); });
}

void write_qplib(const std::filesystem::path& path, const qcbo::Qcbo& problem, const std::string& name) {
  const std::vector<std::string> names = names_of(problem);
  write_text_file(path, [&](TextFile& file) { print_qplib(file, linearised(problem), name, names); });
}

}  // namespace isinglass::formats
