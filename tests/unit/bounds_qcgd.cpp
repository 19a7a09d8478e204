#include "bounds/qcgd_bound.hpp"
#include "namespaces.hpp"

#include "qcgd_bound_checks.hpp"
#include "random_words.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

BOOST_AUTO_TEST_SUITE(bounds_qcgd)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

/// A random QCBO of 8 variables that has a feasible point: a one-hot row, an interval row with two slack bits, a
/// product.
Qcbo random_qcbo(std::uint64_t seed) {
  Words words(seed);
  std::vector<int> x(8);
  for (int& bit : x) bit = words.between(0, 1);
  const auto hot = static_cast<std::size_t>(words.between(0, 2));
  for (std::size_t i = 0; i < 3; ++i) x[i] = i == hot ? 1 : 0;
  x[7] = x[3] * x[1];
  Qcbo qcbo;
  qcbo.parameters = qcbo.all_variables = 8;
  qcbo.unit = 0.5;
  const auto add_row = [&](const std::vector<std::pair<int, int>>& entries, RowKind kind) {
    std::int64_t rhs = 0;
    for (const auto& [variable, coefficient] : entries) {
      qcbo.rows.variable.push_back(variable);
      qcbo.rows.coefficient.push_back(coefficient);
      rhs += static_cast<std::int64_t>(coefficient) * x[static_cast<std::size_t>(variable)];
    }
    qcbo.rows.start.push_back(static_cast<std::int64_t>(qcbo.rows.variable.size()));
    qcbo.rows.rhs.push_back(rhs);
    qcbo.rows.kind.push_back(kind);
    qcbo.rows.sample.push_back(0);
  };
  add_row({{0, 1}, {1, 1}, {2, 1}}, RowKind::one_hot);
  add_row({{3, words.between(0, 1) == 0 ? 1 : -1}, {4, words.between(0, 1) == 0 ? 1 : -1}, {5, -1}, {6, 1}},
          RowKind::interval);
  qcbo.products.push_back({7, 3, 1});
  for (int i = 0; i < 8; ++i)
    for (int j = i; j < 8; ++j)
      if (words.between(0, 2) == 0) qcbo.objective.push_back({i, j, words.between(-3, 3)});
  return qcbo;
}

/// Coefficients of x_i x_j, i <= j, and a constant.
struct Form {
  std::map<std::pair<std::int64_t, std::int64_t>, double> coefficients;
  double constant = 0;

  void add(std::int64_t i, std::int64_t j, double c) { coefficients[std::minmax(i, j)] += c; }
  [[nodiscard]] double at(std::size_t x) const {
    double sum = constant;
    for (const auto& [pair, c] : coefficients) sum += ((x >> pair.first) & (x >> pair.second) & 1U) != 0 ? c : 0.0;
    return sum;
  }
};

Form objective_form(const Qcbo& qcbo) {
  Form form;
  for (const Term& term : qcbo.objective) form.add(term.i, term.j, qcbo.unit * static_cast<double>(term.coefficient));
  return form;
}

/// Rows multiplied out, then products.
std::vector<Form> constraint_forms(const Qcbo& qcbo) {
  std::vector<Form> forms;
  for (std::size_t r = 0; r < qcbo.rows.size(); ++r) {
    Form form;
    const auto rhs = static_cast<double>(qcbo.rows.rhs[r]);
    form.constant = rhs * rhs;
    for (auto v = qcbo.rows.entries(r); v; ++v) {
      const auto a = static_cast<double>(v.value());
      form.add(v.col(), v.col(), -2 * rhs * a);
      for (auto w = qcbo.rows.entries(r); w; ++w) form.add(v.col(), w.col(), a * static_cast<double>(w.value()));
    }
    forms.push_back(form);
  }
  for (const Product& product : qcbo.products) {
    Form form;
    form.add(product.w, product.b, 1);
    form.add(product.u, product.w, -2);
    form.add(product.u, product.b, -2);
    form.add(product.u, product.u, 3);
    forms.push_back(form);
  }
  return forms;
}

Atoms enumerate(const Qcbo& qcbo) {
  const Form objective = objective_form(qcbo);
  const std::vector<Form> forms = constraint_forms(qcbo);
  Atoms atoms;
  atoms.constraints = forms.size();
  for (std::size_t x = 0; x < (1U << qcbo.all_variables); ++x) {
    atoms.objective.push_back(objective.at(x));
    for (const Form& form : forms) atoms.images.push_back(form.at(x));
  }
  return atoms;
}

ReferenceOracle exact(const Atoms& atoms) {
  return [&atoms](int, std::span<const double> mu) { return atoms.minimiser(mu); };
}

/// The worst atom whose energy is at most `error` above the minimum.
std::size_t worst_within(const Atoms& atoms, std::span<const double> mu, double error) {
  const double least = atoms.energy(atoms.minimiser(mu), mu);
  std::size_t worst = atoms.minimiser(mu);
  for (std::size_t x = 0; x < atoms.objective.size(); ++x)
    if (atoms.energy(x, mu) <= least + error && atoms.energy(x, mu) > atoms.energy(worst, mu)) worst = x;
  return worst;
}

}  // namespace

BOOST_AUTO_TEST_CASE(exact_oracle_stays_below_the_bound) {
  double closest = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Qcbo qcbo = random_qcbo(seed);
    const Atoms atoms = enumerate(qcbo);
    const LiftedConstants constants = lifted_constants(qcbo);
    for (const double beta0 : {0.02, 0.3, 3.0}) {
      const ReferenceSettings settings{150, beta0, seed % 2 == 0 ? 0.0 : 0.25, seed % 3 == 0 ? 2.0 : 1e6};
      const auto steps = reference_qcgd(atoms, constants.image_diameter, settings, exact(atoms));
      closest =
          std::max(closest, check_bounds(atoms, constants, steps, bound_qcgd(constants, bound_settings(settings))));
    }
  }
  BOOST_TEST_MESSAGE("exact oracle: largest measured gap is " << closest << " of its bound");
  BOOST_TEST(closest > 0.05);
}

// The bounds say more than what is known without iterating: the objective's range, and the diameter of the images.
BOOST_AUTO_TEST_CASE(bounds_are_not_vacuous) {
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const Qcbo qcbo = random_qcbo(seed);
    const Atoms atoms = enumerate(qcbo);
    const LiftedConstants constants = lifted_constants(qcbo);
    const ReferenceSettings settings{5000, 0.4, 0, 1e6};
    const auto bounds = bound_qcgd(constants, bound_settings(settings));
    const auto steps = reference_qcgd(atoms, constants.image_diameter, settings, exact(atoms));
    check_bounds(atoms, constants, steps, bounds);
    const auto [low, high] = std::minmax_element(atoms.objective.begin(), atoms.objective.end());
    BOOST_TEST(bounds.back().gap < 0.6 * (*high - *low));
    BOOST_TEST(bounds.back().infeasibility < 0.5 * constants.image_diameter);
    BOOST_TEST(bounds.back().gap < 0.2 * bounds[49].gap);  // 1 / sqrt(t): a tenth
  }
}

BOOST_AUTO_TEST_CASE(constants_are_those_of_the_multiplied_out_rows) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const Qcbo qcbo = random_qcbo(seed);
    const Atoms atoms = enumerate(qcbo);
    const LiftedConstants constants = lifted_constants(qcbo);
    BOOST_TEST(constants.constraints == 3);
    double image_square = 0;
    for (std::size_t c = 0; c < atoms.constraints; ++c) {
      double largest = 0;
      for (std::size_t x = 0; x < atoms.objective.size(); ++x) largest = std::max(largest, atoms.image(x)[c]);
      image_square += largest * largest;
    }
    BOOST_TEST(constants.image_diameter == std::sqrt(image_square), boost::test_tools::tolerance(1e-12));
    // (22): with ||y*|| spread evenly over the rows, no atom is below the optimum.
    const double price = constants.dual_norm / std::sqrt(3.0), optimum = atoms.optimum();
    for (std::size_t x = 0; x < atoms.objective.size(); ++x)
      BOOST_TEST(atoms.energy(x, std::vector<double>(3, price)) >= optimum - rounding);
  }
}

BOOST_AUTO_TEST_CASE(an_oracle_with_additive_error_stays_below_the_bound) {
  double largest_mean = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Qcbo qcbo = random_qcbo(seed);
    const Atoms atoms = enumerate(qcbo);
    const LiftedConstants constants = lifted_constants(qcbo);
    for (const double error : {0.5, 2.0}) {
      const ReferenceSettings settings{200, 0.1, 0, 1e6};
      QcgdBoundSettings known = bound_settings(settings);
      known.oracle_error = error;
      const auto steps =
          reference_qcgd(atoms, constants.image_diameter, settings,
                         [&](int, std::span<const double> mu) { return worst_within(atoms, mu, error); });
      check_bounds(atoms, constants, steps, bound_qcgd(constants, known));
      for (const ReferenceStep& step : steps) largest_mean = std::max(largest_mean, step.oracle_error / error);
    }
  }
  BOOST_TEST(largest_mean > 0.9);  // the oracle was as bad as it may be
}

// (24): random errors of known mean and deviation; at most `failure` of the runs may exceed it, at each iteration.
BOOST_AUTO_TEST_CASE(random_oracle_errors_stay_below_the_bound_as_often_as_it_says) {
  constexpr double error = 1, rate = 0.2, failure = 0.2;
  constexpr int iterations = 40, runs = 400;
  const Qcbo qcbo = random_qcbo(3);
  const Atoms atoms = enumerate(qcbo);
  const LiftedConstants constants = lifted_constants(qcbo);
  const ReferenceSettings settings{iterations, 0.1, 0, 1e6};
  QcgdBoundSettings known = bound_settings(settings);
  known.oracle_error = error * rate;
  const auto mean = bound_qcgd(constants, known);
  known.oracle_deviation = error * std::sqrt(rate * (1 - rate));
  known.failure = failure;
  const auto bounds = bound_qcgd(constants, known);
  Words words(11);
  std::vector<int> above(iterations), noise_above(iterations);
  for (int run = 0; run < runs; ++run) {
    double weighted = 0;  // sum of 2 t e_t / (t (t + 1)) as a running mean, for e_t = error or 0
    std::vector<double> noise;
    const auto steps =
        reference_qcgd(atoms, constants.image_diameter, settings, [&](int t, std::span<const double> mu) {
          const bool bad = uniform(words.next()) < rate;
          weighted += 2.0 / (t + 1) * ((bad ? error : 0.0) - weighted);
          noise.push_back(weighted);
          return bad ? worst_within(atoms, mu, error) : atoms.minimiser(mu);
        });
    for (std::size_t t = 0; t < steps.size(); ++t) {
      above[t] += steps[t].lagrangian - atoms.optimum() > bounds[t].gap ? 1 : 0;
      noise_above[t] += noise[t] > error * rate + bounds[t].gap - mean[t].gap ? 1 : 0;
    }
  }
  const int allowed = static_cast<int>(runs * failure + 4 * std::sqrt(runs * failure * (1 - failure)));
  BOOST_TEST(*std::max_element(above.begin(), above.end()) <= allowed);
  BOOST_TEST(*std::max_element(noise_above.begin(), noise_above.end()) <= allowed);
  BOOST_TEST(*std::max_element(noise_above.begin(), noise_above.end()) > 0);  // the errors do reach it
}

// (25): every coefficient of the oracle's QUBO rounded to b signed bits.
BOOST_AUTO_TEST_CASE(rounded_coefficients_stay_below_the_bound) {
  double closest = 0, closest_by_norm = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const Qcbo qcbo = random_qcbo(seed);
    const Atoms atoms = enumerate(qcbo);
    const LiftedConstants constants = lifted_constants(qcbo);
    const Form objective = objective_form(qcbo);
    const std::vector<Form> forms = constraint_forms(qcbo);
    for (const int bits : {3, 4, 6}) {
      const double levels = std::ldexp(1.0, bits - 1) - 1;
      const ReferenceSettings settings{60, 0.3, 0.25, 1e6};
      QcgdBoundSettings known = bound_settings(settings);
      known.coefficient_bits = bits;
      const auto bounds = bound_qcgd(constants, known);
      const auto steps =
          reference_qcgd(atoms, constants.image_diameter, settings, [&](int, std::span<const double> mu) {
            Form qubo = objective;
            for (std::size_t c = 0; c < forms.size(); ++c)
              for (const auto& [pair, p] : forms[c].coefficients) qubo.add(pair.first, pair.second, mu[c] * p);
            double largest = 0;
            for (const auto& [pair, c] : qubo.coefficients) largest = std::max(largest, std::abs(c));
            for (auto& [pair, c] : qubo.coefficients) c = to_grid(c, largest / levels);
            std::size_t best = 0;
            for (std::size_t x = 1; x < atoms.objective.size(); ++x)
              if (qubo.at(x) < qubo.at(best)) best = x;
            return best;
          });
      check_bounds(atoms, constants, steps, bounds);
      for (std::size_t t = 0; t < steps.size(); ++t) {
        BOOST_TEST(steps[t].oracle_error <= bounds[t].rounding_error + rounding);
        closest = std::max(closest, steps[t].oracle_error / bounds[t].rounding_error);
        const double by_norm =
            (constants.objective_coefficient + constants.row_coefficient * steps[t].multipliers_norm) / levels;
        BOOST_TEST(steps[t].oracle_error <= by_norm + rounding);
        closest_by_norm = std::max(closest_by_norm, steps[t].oracle_error / by_norm);
      }
    }
  }
  BOOST_TEST_MESSAGE("rounding: measured " << closest << " of its bound, " << closest_by_norm
                                           << " of that with the actual ||mu||");
  BOOST_TEST(closest > 0);
}

BOOST_AUTO_TEST_CASE(iterations_for_a_gap_are_enough_and_not_one_more) {
  LiftedConstants constants;
  constants.constraints = 5;
  constants.image_diameter = 7;
  for (const double gap : {0.5, 3.0, 40.0}) {
    const double iterations = iterations_for_gap(constants, 0.3, 0.1, gap);
    const auto closed_form = [&](double t) { return 0.1 + 4 * 0.3 * 49 * std::sqrt(t + 1) / t; };
    BOOST_TEST(closed_form(iterations) <= gap * (1 + 1e-12));
    BOOST_TEST((iterations == 1 || closed_form(iterations - 1) > gap));
    if (iterations > 2000) continue;
    QcgdBoundSettings settings;
    settings.iterations = static_cast<int>(iterations);
    settings.beta0 = 0.3;
    settings.oracle_error = 0.1;
    BOOST_TEST(bound_qcgd(constants, settings).back().gap <= gap);  // the exact sum is below its closed form
  }
  BOOST_TEST(std::isinf(iterations_for_gap(constants, 0.3, 0.1, 0.1)));
}

BOOST_AUTO_TEST_SUITE_END()
