#include "solve/qcgd_program.hpp"

#include "cgal/cgal.hpp"
#include "ising/read_all.hpp"
#include "solve/completion.hpp"
#include "solve/lifted_program.hpp"
#include "solve/solution_file.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace isinglass::solve {

namespace {

constexpr std::int64_t least_reads = 8;
/// Share of the objective's size that rounding may cost a bound.
constexpr double rounding_share = 4 * std::numeric_limits<double>::epsilon();

formats::Bits bits_of(std::span<const std::int8_t> spins, std::size_t variables) {
  formats::Bits x(variables);
  for (std::size_t i = 0; i < variables; ++i) x[i] = spins[i] > 0 ? 1 : 0;
  return x;
}

/// Images and multipliers of the lifted program's forms, in its units. The same on every rank.
class Forms final : public cgal::Constraints {
public:
  Forms(const LiftedProgram& lifted, double initial_multiplier)
      : lifted_(lifted), v_(lifted.forms(), 0.0), y_(lifted.forms(), initial_multiplier) {}

  /// mu = y + beta v.
  [[nodiscard]] std::vector<double> prices(double beta) const {
    std::vector<double> mu(y_.size());
    for (std::size_t c = 0; c < mu.size(); ++c) mu[c] = y_[c] + beta * v_[c];
    return mu;
  }
  void set_atom(std::span<const std::int8_t> spins) { violations_ = lifted_.images(spins); }

  [[nodiscard]] double count() const override { return static_cast<double>(v_.size()); }
  [[nodiscard]] double diameter_square() const override { return lifted_.diameter_square(); }
  [[nodiscard]] double add_gap(double start, double beta) const override {
    for (std::size_t c = 0; c < v_.size(); ++c) start += (y_[c] + beta * v_[c]) * (v_[c] - violations_[c]);
    return start;
  }
  void move_images(double eta) override {
    for (std::size_t c = 0; c < v_.size(); ++c) v_[c] += eta * (violations_[c] - v_[c]);
  }
  [[nodiscard]] double image_square() const override {
    double square = 0;
    for (const double v : v_) square += v * v;
    return square;
  }
  [[nodiscard]] double multiplier_square(double sigma) const override {
    double square = 0;
    for (std::size_t c = 0; c < v_.size(); ++c) square += std::pow(y_[c] + sigma * v_[c], 2);
    return square;
  }
  void move_multipliers(double sigma) override {
    for (std::size_t c = 0; c < v_.size(); ++c) y_[c] += sigma * v_[c];
  }

private:
  const LiftedProgram& lifted_;
  std::vector<double> v_, y_, violations_;
};

/// The loop's state.
class ProgramSolver {
public:
  ProgramSolver(const formats::BinaryProgram& program, const ising::Machine& machine, const ProgramPlan& plan,
                const parallel::Communicator& comm);
  ProgramResult solve(const std::function<void(const ProgramIteration&)>& report);

private:
  [[nodiscard]] ising::ReadSet call_oracle(const ising::IsingProblem& problem, std::int64_t t);
  void complete(const ising::ReadSet& set, std::int64_t t, ProgramIteration& row);
  void offer(const formats::Bits& x);
  void move(const ising::Read& atom, std::int64_t t, ProgramIteration& row);
  [[nodiscard]] std::optional<ProgramEnd> end_after(std::int64_t t) const;
  [[nodiscard]] double seconds() const { return seconds_since(plan_.begin); }

  const formats::BinaryProgram& program_;
  const ising::Machine& machine_;
  const ProgramPlan& plan_;
  const parallel::Communicator& comm_;
  LiftedProgram lifted_;
  Completion completion_;
  std::unique_ptr<ising::ProgrammedMachine> programmed_;
  std::optional<ising::IsingProblem> loaded_;  // what the machine was programmed with
  Forms forms_;
  double objective_image_ = 0;  // f(X)
  double proof_tolerance_;      // difference of bound and incumbent that proves
  ProgramResult result_;
};

ProgramSolver::ProgramSolver(const formats::BinaryProgram& program, const ising::Machine& machine,
                             const ProgramPlan& plan, const parallel::Communicator& comm)
    : program_(program),
      machine_(machine),
      plan_(plan),
      comm_(comm),
      lifted_(program, machine.keeps_groups() ? LiftedProgram::Groups::native : LiftedProgram::Groups::as_rows),
      completion_(program),
      forms_(lifted_, plan.initial_multiplier),
      // Between whole objectives there is nothing: half of a step leaves room for the bound's rounding.
      proof_tolerance_(formats::has_whole_objective(program) ? 0.5 : rounding_share * objective_size(program)) {
  result_.spins = static_cast<std::int64_t>(lifted_.spins());
  result_.slack_bits = static_cast<std::int64_t>(lifted_.slack_bits());
  result_.forms = static_cast<std::int64_t>(lifted_.forms());
  result_.couplers = lifted_.couplers();
}

/// The machine is programmed by the first problem; later ones have the same pattern.
ising::ReadSet ProgramSolver::call_oracle(const ising::IsingProblem& problem, std::int64_t t) {
  if (!programmed_) {
    loaded_ = problem;
    programmed_ = machine_.program(*loaded_);
  } else {
    programmed_->set_couplings(std::get<ising::SparseCouplings>(problem.couplings).values());
    programmed_->set_fields(problem.fields);
  }
  ising::ReadRequest request;
  request.count = machine_.is_exact() ? 1 : plan_.reads > 0 ? plan_.reads : std::max(least_reads, machine_.block());
  request.first = (t - 1) * request.count;
  request.sweeps = plan_.sweeps;
  request.seed = plan_.seed;
  request.begin = plan_.begin;
  if (plan_.seconds) request.deadline = time_after(plan_.begin, *plan_.seconds);
  request.stop_is_asked = plan_.stop_is_asked;
  return ising::read_all(machine_, *programmed_, problem, request, comm_);
}

/// A point counts only if the program itself says that it is feasible.
void ProgramSolver::offer(const formats::Bits& x) {
  if (formats::largest_violation(program_, x) > 0) return;
  const double objective = objective_of(program_, x);
  if (result_.best && objective >= result_.objective) return;
  result_.best = x;
  result_.objective = objective;
  result_.seconds_to_best = seconds();
}

/// The reads are shared out over the ranks; what each makes of its own is put together in the order of the reads.
void ProgramSolver::complete(const ising::ReadSet& set, std::int64_t t, ProgramIteration& row) {
  const auto variables = static_cast<std::size_t>(program_.variables);
  const auto count = set.reads.size();
  std::vector<std::uint8_t> points(count * variables);
  std::vector<std::int64_t> is_found(count), is_feasible(count);
  for (std::size_t r = static_cast<std::size_t>(comm_.rank()); r < count; r += static_cast<std::size_t>(comm_.size())) {
    const formats::Bits x = bits_of(set.reads[r].spins, variables);
    is_feasible[r] = formats::largest_violation(program_, x) > 0 ? 0 : 1;
    const auto completed = completion_.complete(x, plan_.seed, static_cast<std::uint64_t>(set.reads[r].index));
    is_found[r] = completed ? 1 : 0;
    if (completed) std::ranges::copy(*completed, points.begin() + static_cast<std::ptrdiff_t>(r * variables));
  }
  comm_.all_sum(is_found);
  comm_.all_sum(is_feasible);
  for (std::size_t r = 0; r < count; ++r) {
    row.feasible_reads += is_feasible[r];
    row.completed_reads += is_found[r];
    if (is_feasible[r] != 0) offer(bits_of(set.reads[r].spins, variables));
    if (is_found[r] == 0) continue;
    const auto point = std::span(points).subspan(r * variables, variables);
    comm_.broadcast(parallel::bytes_of(point), static_cast<int>(r) % comm_.size());
    offer(formats::Bits(point.begin(), point.end()));
  }
  row.iteration = t;
  if (result_.best) row.incumbent = result_.objective;
}

/// X, v and y towards the atom: docs/theory.md, section 4.
void ProgramSolver::move(const ising::Read& atom, std::int64_t t, ProgramIteration& row) {
  const double objective = lifted_.objective(atom.spins), scale = lifted_.objective_scale();
  forms_.set_atom(atom.spins);
  const cgal::CgalStep step =
      cgal::take_step(forms_, {plan_.beta0, plan_.multiplier_cap}, t, objective, objective_image_);
  cgal::add_atom(result_.atoms, {pack_spins(atom.spins)}, cgal::cgal_eta(t));
  row.energy = scale * atom.energy;
  row.objective = scale * objective;
  row.gap = scale * step.gap;
  row.violation = step.violation;
}

std::optional<ProgramEnd> ProgramSolver::end_after(std::int64_t t) const {
  if (result_.best && plan_.target && result_.objective <= relaxed_target(program_, *plan_.target))
    return ProgramEnd::target;
  if (result_.best && result_.lower_bound && *result_.lower_bound >= result_.objective - proof_tolerance_)
    return ProgramEnd::proven;
  if (comm_.any(plan_.stop_is_asked())) return ProgramEnd::stop;
  if (plan_.seconds && comm_.all_max(seconds()) >= *plan_.seconds) return ProgramEnd::time;
  if (plan_.iterations && t >= *plan_.iterations) return ProgramEnd::iterations;
  return std::nullopt;
}

ProgramResult ProgramSolver::solve(const std::function<void(const ProgramIteration&)>& report) {
  if (!lifted_.impossible_rows().empty()) {
    result_.end = ProgramEnd::infeasible;
    return std::move(result_);
  }
  if (plan_.start) offer(*plan_.start);
  for (std::int64_t t = 1;; ++t) {
    const ising::IsingProblem problem = lifted_.problem(forms_.prices(cgal::cgal_beta(plan_.beta0, t)));
    result_.groups = std::ssize(problem.groups);
    const ising::ReadSet set = call_oracle(problem, t);
    result_.reads += std::ssize(set.reads);
    result_.spin_updates += set.spin_updates;
    result_.field_evaluations += set.field_evaluations;
    ProgramIteration row;
    complete(set, t, row);
    if (const ising::Read* atom = set.best()) {
      move(*atom, t, row);
      // An exact minimum of f + mu P is at most f of any feasible point, where P = 0.
      if (machine_.is_exact() && lifted_.is_exact() && !set.was_cut)
        result_.lower_bound =
            std::max(row.energy, result_.lower_bound.value_or(-std::numeric_limits<double>::infinity()));
    }
    row.seconds = comm_.all_max(seconds());
    result_.iterations.push_back(row);
    report(row);
    if (const auto end = end_after(t)) {
      result_.end = *end;
      break;
    }
  }
  // A bound that meets the best point within rounding is that point's objective, never on its wrong side.
  if (result_.lower_bound && result_.best) result_.lower_bound = std::min(*result_.lower_bound, result_.objective);
  if (result_.end == ProgramEnd::proven && result_.best) result_.lower_bound = result_.objective;
  result_.wall_seconds = comm_.all_max(seconds());
  result_.seconds_to_best = comm_.all_max(result_.seconds_to_best);
  return std::move(result_);
}

}  // namespace

double relaxed_target(const formats::BinaryProgram& program, double target) {
  return formats::has_whole_objective(program) ? target : target + rounding_share * objective_size(program);
}

ProgramResult solve_program(const formats::BinaryProgram& program, const ising::Machine& machine,
                            const ProgramPlan& plan, const parallel::Communicator& comm,
                            const std::function<void(const ProgramIteration&)>& report) {
  return ProgramSolver(program, machine, plan, comm).solve(report);
}

}  // namespace isinglass::solve
