#include "formats/export.hpp"
#include "formats/linear_form.hpp"

#include <string_view>

namespace isinglass::formats {

namespace {

constexpr int terms_a_line = 8;  // readers have limits on the length of lines

/// Prints the terms of one row, and lines of a list.
class TermPrinter {
public:
  explicit TermPrinter(TextFile& file) : file_(file) {}

  template <class Number>
  void print(Number coefficient, std::string_view name) {
    if (count_++ % terms_a_line == 0 && count_ > 1) file_.print("\n ");
    file_.print(" {} {} {}", coefficient < 0 ? '-' : '+', coefficient < 0 ? -coefficient : coefficient, name);
  }

private:
  TextFile& file_;
  int count_ = 0;
};

std::string pair_name(const qcbo::Term& term) { return fmt::format("q.{}.{}", term.i, term.j); }

void print_constraint(TextFile& file, const LinearConstraint& constraint, const std::vector<std::string>& names) {
  TermPrinter terms(file);
  if (constraint.form.empty()) terms.print(0, "one");
  for (const auto& [variable, coefficient] : constraint.form)
    terms.print(coefficient, names[static_cast<std::size_t>(variable)]);
  file.print(" {} {}\n", constraint.is_equation ? "=" : "<=", constraint.rhs);
}

/// The constant is the coefficient of a variable that is 1: not all readers allow one.
void print_objective(TextFile& file, const qcbo::Qcbo& problem, const SplitObjective& objective,
                     const std::vector<std::string>& names) {
  const auto real = [&](std::int64_t coefficient) { return problem.unit * static_cast<double>(coefficient); };
  file.print("Minimize\n objective:");
  TermPrinter terms(file);
  terms.print(real(problem.constant), "one");
  for (const auto& [variable, coefficient] : objective.linear)
    terms.print(real(coefficient), names[static_cast<std::size_t>(variable)]);
  for (const qcbo::Term& term : objective.pairs) terms.print(real(term.coefficient), pair_name(term));
  file.print("\n");
}

void print_constraints(TextFile& file, const qcbo::Qcbo& problem, const SplitObjective& objective,
                       std::vector<std::string> names) {
  file.print("Subject To\n");
  for (std::size_t r = 0; r < problem.rows.size(); ++r) {
    file.print(" r{}:", r);
    print_constraint(file, constraint_of(problem.rows, r), names);
  }
  const auto print_product = [&](const qcbo::Product& product, char letter, std::size_t number) {
    int part = 0;
    for (const LinearConstraint& constraint : product_constraints(product)) {
      file.print(" {}{}.{}:", letter, number, part++);
      print_constraint(file, constraint, names);
    }
  };
  for (std::size_t p = 0; p < problem.products.size(); ++p) print_product(problem.products[p], 'p', p);
  names.emplace_back();  // of the pair's own variable
  for (std::size_t t = 0; t < objective.pairs.size(); ++t) {
    names.back() = pair_name(objective.pairs[t]);
    print_product({problem.all_variables, objective.pairs[t].i, objective.pairs[t].j}, 'o', t);
  }
}

}  // namespace

void write_lp(const std::filesystem::path& path, const qcbo::Qcbo& problem, const std::string& name) {
  const std::vector<std::string> names = names_of(problem);
  const SplitObjective objective = split_objective(problem);
  write_text_file(path, [&](TextFile& file) {
    file.print("\\ {}: QCBO of isinglass, linearised\n", name);
    print_objective(file, problem, objective, names);
    print_constraints(file, problem, objective, names);
    file.print("Bounds\n one = 1\n");
    for (const qcbo::Term& term : objective.pairs) file.print(" 0 <= {} <= 1\n", pair_name(term));
    file.print("Binaries\n");
    for (const std::string& variable : names) file.print(" {}\n", variable);
    file.print("End\n");
  });
}

}  // namespace isinglass::formats
