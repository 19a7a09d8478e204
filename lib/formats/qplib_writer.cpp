#include "formats/export.hpp"
#include "formats/linear_form.hpp"
#include "formats/text_file.hpp"

namespace isinglass {

namespace {

constexpr double infinity = 1e30;

std::vector<LinearConstraint> constraints_of(const Qcbo& problem) {
  std::vector<LinearConstraint> constraints;
  for (std::size_t r = 0; r < problem.rows.size(); ++r) constraints.push_back(constraint_of(problem.rows, r));
  for (const Product& product : problem.products)
    for (LinearConstraint& constraint : product_constraints(product)) constraints.push_back(std::move(constraint));
  return constraints;
}

/// An entry v of the lower triangle means v/2 x_i x_j, off the diagonal too, as in the files of the library: twice the pair's
/// coefficient is listed.
void print_objective(TextFile& file, const Qcbo& problem, const SplitObjective& objective) {
  if (!objective.pairs.empty()) {
    file.print("{} # number of quadratic terms in objective\n", objective.pairs.size());
    for (const Term& term : objective.pairs)
      file.print("{} {} {}\n", term.j + 1, term.i + 1, 2 * problem.unit * static_cast<double>(term.coefficient));
  }
  file.print("0 # default value for linear coefficients in objective\n");
  file.print("{} # number of non-default linear coefficients in objective\n", objective.linear.size());
  for (const auto& [variable, coefficient] : objective.linear)
    file.print("{} {}\n", variable + 1, problem.unit * static_cast<double>(coefficient));
  file.print("{} # objective constant\n", problem.unit * static_cast<double>(problem.constant));
}

void print_entries(TextFile& file, const std::vector<LinearConstraint>& constraints) {
  std::size_t entries = 0;
  for (const LinearConstraint& constraint : constraints) entries += constraint.form.size();
  file.print("{} # number of linear terms in all constraints\n", entries);
  for (std::size_t c = 0; c < constraints.size(); ++c)
    for (const auto& [variable, coefficient] : constraints[c].form) file.print("{} {} {}\n", c + 1, variable + 1, coefficient);
}

/// Left-hand sides are -infinity for products, right-hand sides 0, unless listed.
void print_sides(TextFile& file, const std::vector<LinearConstraint>& constraints) {
  std::size_t equations = 0, sides = 0;
  for (const LinearConstraint& constraint : constraints) {
    equations += constraint.is_equation ? 1 : 0;
    sides += constraint.rhs != 0 ? 1 : 0;
  }
  file.print("{} # value for infinity\n", infinity);
  file.print("{} # default left-hand-side value\n{} # number of non-default left-hand-sides\n", -infinity, equations);
  for (std::size_t c = 0; c < constraints.size(); ++c)
    if (constraints[c].is_equation) file.print("{} {}\n", c + 1, constraints[c].rhs);
  file.print("0 # default right-hand-side value\n{} # number of non-default right-hand-sides\n", sides);
  for (std::size_t c = 0; c < constraints.size(); ++c)
    if (constraints[c].rhs != 0) file.print("{} {}\n", c + 1, constraints[c].rhs);
}

void print_start_and_names(TextFile& file, const Qcbo& problem) {
  file.print(
      "0 # default variable primal value in starting point\n0 # number of non-default variable primal values in starting "
      "point\n");
  file.print(
      "0 # default constraint dual value in starting point\n0 # number of non-default constraint dual values in starting "
      "point\n");
  file.print("0 # default variable bound dual value in starting point\n");
  file.print("0 # number of non-default variable bound dual values in starting point\n");
  const std::vector<std::string> names = names_of(problem);
  file.print("{} # number of non-default variable names\n", names.size());
  for (std::size_t v = 0; v < names.size(); ++v) file.print("{} {}\n", v + 1, names[v]);
  file.print("0 # number of non-default constraint names\n");
}

}  // namespace

void write_qplib(const std::filesystem::path& path, const Qcbo& problem, const std::string& name) {
  const std::vector<LinearConstraint> constraints = constraints_of(problem);
  const SplitObjective objective = split_objective(problem);
  write_text_file(path, [&](TextFile& file) {
    file.print("{}\n{}BL # problem type\nminimize # problem sense\n", name, objective.pairs.empty() ? 'L' : 'Q');
    file.print("{} # number of variables\n{} # number of constraints\n", problem.all_variables, constraints.size());
    print_objective(file, problem, objective);
    print_entries(file, constraints);
    print_sides(file, constraints);
    print_start_and_names(file, problem);
  });
}

}  // namespace isinglass
