#include "cgal/cgal.hpp"
#include "namespaces.hpp"
#include "random_problem.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

BOOST_AUTO_TEST_SUITE(cgal)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

constexpr std::size_t spins = 5, rows = 3, points = 1U << spins;
using Matrix = std::array<std::array<double, spins>, spins>;

/// <A, x x^T> of the binary point whose bits are those of `point`.
double value(const Matrix& a, std::size_t point) {
  double sum = 0;
  for (std::size_t i = 0; i < spins; ++i)
    for (std::size_t j = 0; j < spins; ++j) sum += ((point >> i) & (point >> j) & 1U) != 0U ? a[i][j] : 0;
  return sum;
}

/// min <Q, X> s.t. <P_c, X> = 0, with P_c = (a_c x - a_c x0)^2 for a point x0 that is then feasible.
struct Problem {
  Matrix objective{};
  std::array<Matrix, rows> forms{};
  std::array<double, rows> constants{};

  [[nodiscard]] double violation(std::size_t c, std::size_t point) const {
    return value(forms[c], point) + constants[c];
  }
};

Problem random_problem_of(std::uint64_t seed) {
  Words words(seed);
  Problem problem;
  const auto feasible = static_cast<std::size_t>(words.between(0, points - 1));
  for (auto& row : problem.objective)
    for (double& q : row) q = words.between(-9, 9);
  for (std::size_t c = 0; c < rows; ++c) {
    std::array<double, spins> a{};
    double b = 0;
    for (std::size_t i = 0; i < spins; ++i) {
      a[i] = words.between(-3, 3);
      b += ((feasible >> i) & 1U) != 0U ? a[i] : 0;
    }
    for (std::size_t i = 0; i < spins; ++i)
      for (std::size_t j = 0; j < spins; ++j) problem.forms[c][i][j] = a[i] * a[j] - (i == j ? 2 * b * a[i] : 0);
    problem.constants[c] = b * b;
  }
  return problem;
}

/// Images and multipliers by plain sums.
class PlainConstraints final : public Constraints {
public:
  explicit PlainConstraints(const Problem& problem) : problem_(problem) {}
  std::array<double, rows> v{}, y{};
  std::size_t atom = 0;

  [[nodiscard]] double count() const override { return rows; }
  [[nodiscard]] double diameter_square() const override {
    double sum = 0;
    for (std::size_t c = 0; c < rows; ++c) {
      double largest = 0;
      for (std::size_t x = 0; x < points; ++x) largest = std::max(largest, problem_.violation(c, x));
      sum += largest * largest;
    }
    return sum;
  }
  [[nodiscard]] double add_gap(double start, double beta) const override {
    for (std::size_t c = 0; c < rows; ++c) start += (y[c] + beta * v[c]) * (v[c] - problem_.violation(c, atom));
    return start;
  }
  void move_images(double eta) override {
    for (std::size_t c = 0; c < rows; ++c) v[c] += eta * (problem_.violation(c, atom) - v[c]);
  }
  [[nodiscard]] double image_square() const override { return multiplier_square_of(v, y, 1, 0); }
  [[nodiscard]] double multiplier_square(double sigma) const override { return multiplier_square_of(v, y, sigma, 1); }
  void move_multipliers(double sigma) override {
    for (std::size_t c = 0; c < rows; ++c) y[c] += sigma * v[c];
  }
  /// The point with the smallest objective plus priced violations, by enumeration.
  [[nodiscard]] std::size_t best_point(double beta) const {
    std::size_t best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t x = 0; x < points; ++x) {
      double energy = value(problem_.objective, x);
      for (std::size_t c = 0; c < rows; ++c) energy += (y[c] + beta * v[c]) * problem_.violation(c, x);
      if (energy >= least) continue;
      least = energy;
      best = x;
    }
    return best;
  }

private:
  static double multiplier_square_of(const std::array<double, rows>& v, const std::array<double, rows>& y, double sigma,
                                     double of_y) {
    double sum = 0;
    for (std::size_t c = 0; c < rows; ++c) sum += std::pow(of_y * y[c] + sigma * v[c], 2);
    return sum;
  }
  const Problem& problem_;
};

/// An atom of X and its weight.
struct Atom {
  std::size_t point = 0;
  double weight = 0;
};

}  // namespace

// f(X), the images and the gap are those of X itself, summed up from its atoms; the weights sum to one.
BOOST_AUTO_TEST_CASE(a_step_moves_what_belongs_to_the_combination_of_atoms) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Problem problem = random_problem_of(seed);
    PlainConstraints constraints(problem);
    constraints.y.fill(0.5);
    const CgalSettings settings{.beta0 = 0.3, .multiplier_cap = 1e6};
    std::vector<Atom> atoms;
    double objective_image = 0;
    for (std::int64_t t = 1; t <= 30; ++t) {
      const double beta = 0.3 * std::sqrt(static_cast<double>(t + 1)), before = objective_image;
      const std::array<double, rows> v = constraints.v, y = constraints.y;
      constraints.atom = constraints.best_point(beta);
      const double objective = value(problem.objective, constraints.atom);
      const CgalStep step = take_step(constraints, settings, t, objective, objective_image);
      add_atom(atoms, {constraints.atom}, cgal_eta(t));

      double weights = 0, image = 0, gap = before - objective;
      std::array<double, rows> images{};
      for (const Atom& atom : atoms) {
        weights += atom.weight;
        image += atom.weight * value(problem.objective, atom.point);
        for (std::size_t c = 0; c < rows; ++c) images[c] += atom.weight * problem.violation(c, atom.point);
      }
      double square = 0;
      for (std::size_t c = 0; c < rows; ++c) {
        gap += (y[c] + beta * v[c]) * (v[c] - problem.violation(c, constraints.atom));
        square += images[c] * images[c];
        BOOST_TEST(std::abs(constraints.v[c] - images[c]) < 1e-9);
      }
      const double sigma = std::min(
          0.3, square > 0 ? beta * 4 / std::pow(static_cast<double>(t) + 1, 2) * constraints.diameter_square() / square
                          : 0.3);
      for (std::size_t c = 0; c < rows; ++c) BOOST_TEST(std::abs(constraints.y[c] - (y[c] + sigma * images[c])) < 1e-9);
      BOOST_TEST(std::abs(weights - 1) < 1e-12);
      BOOST_TEST(std::abs(objective_image - image) < 1e-9);
      BOOST_TEST(std::abs(step.gap - gap) < 1e-9);
      BOOST_TEST(std::abs(step.violation - std::sqrt(square / rows)) < 1e-9);
    }
  }
}

// With an exact oracle the bound of the lifted problem is approached: X becomes feasible, and the best feasible atom is
// optimal.
BOOST_AUTO_TEST_CASE(steps_of_an_exact_oracle_find_the_optimum) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Problem problem = random_problem_of(seed);
    const auto is_feasible = [&](std::size_t x) {
      for (std::size_t c = 0; c < rows; ++c)
        if (problem.violation(c, x) > 1e-9) return false;
      return true;
    };
    double optimum = std::numeric_limits<double>::infinity(), found = optimum;
    for (std::size_t x = 0; x < points; ++x)
      if (is_feasible(x)) optimum = std::min(optimum, value(problem.objective, x));
    PlainConstraints constraints(problem);
    double objective_image = 0, violation = 0;
    for (std::int64_t t = 1; t <= 400; ++t) {
      constraints.atom = constraints.best_point(cgal_beta(1.0, t));
      const double objective = value(problem.objective, constraints.atom);
      violation =
          take_step(constraints, {.beta0 = 1.0, .multiplier_cap = 1e6}, t, objective, objective_image).violation;
      if (is_feasible(constraints.atom)) found = std::min(found, objective);
    }
    BOOST_TEST(found == optimum);
    BOOST_TEST(violation < 0.1);
  }
}

BOOST_AUTO_TEST_CASE(a_dual_step_past_the_cap_is_rejected) {
  const Problem problem = random_problem_of(3);
  PlainConstraints constraints(problem);
  constraints.v.fill(2);
  constraints.y.fill(1);
  const std::array<double, rows> before = constraints.y;
  double objective_image = 0;
  take_step(constraints, {.beta0 = 1.0, .multiplier_cap = 1.0}, 5, 1.0, objective_image);
  BOOST_TEST((constraints.y == before));
  take_step(constraints, {.beta0 = 1.0, .multiplier_cap = 1e6}, 5, 1.0, objective_image);
  BOOST_TEST((constraints.y != before));
}

BOOST_AUTO_TEST_CASE(gap_and_violation_end_the_loop_together) {
  BOOST_TEST(has_converged({.gap = 0.5, .violation = 0.01}, -100, {.gap = 0.01, .infeasibility = 0.02}));
  BOOST_TEST(!has_converged({.gap = 1.5, .violation = 0.01}, -100, {.gap = 0.01, .infeasibility = 0.02}));
  BOOST_TEST(!has_converged({.gap = 0.5, .violation = 0.03}, -100, {.gap = 0.01, .infeasibility = 0.02}));
  BOOST_TEST(!has_converged({.gap = -1, .violation = 0}, 0, {.gap = 0, .infeasibility = 1}));
}

BOOST_AUTO_TEST_SUITE_END()
