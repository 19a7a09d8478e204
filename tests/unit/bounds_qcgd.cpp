#include "bounds/qcgd_bound.hpp"
#include "namespaces.hpp"
#include "network/forward.hpp"

#include "lifted_reference.hpp"
#include "random_problem.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

BOOST_AUTO_TEST_SUITE(bounds_qcgd)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

constexpr double rounding = 1e-9;  // of the floating-point sums that are compared

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

/// The structured form of a tiny network: every assignment of weights and reachable segments, slack minimised out.
Atoms enumerate(const Architecture& architecture, const Samples& samples, const LayerReach& reach, int margin) {
  const Layer &hidden = architecture.layers[0], &output = architecture.layers[1];
  const auto units = static_cast<std::size_t>(hidden.units);
  std::size_t bits = 0, choices = 1;
  NetworkBits network = random_bits(architecture, 1);
  for (const LayerBits& layer : network) bits += layer.weights.size() + layer.biases.size();
  for (std::size_t i = 0; i < units * samples.size(); ++i) choices *= static_cast<std::size_t>(hidden.cell_count());
  Atoms atoms;
  atoms.constraints = units * samples.size();
  for (std::size_t w = 0; w < (1U << bits); ++w) {
    std::size_t rest = w;
    for (LayerBits& layer : network)
      for (auto* part : {&layer.weights, &layer.biases})
        for (std::uint8_t& bit : *part) {
          bit = rest & 1U;
          rest >>= 1U;
        }
    const NetworkValues values = decode(architecture, network);
    for (std::size_t k = 0; k < choices; ++k) {
      std::size_t choice = k;
      double loss = 0;
      bool reachable = true;
      std::vector<double> images;
      for (std::size_t s = 0; s < samples.size(); ++s) {
        int z_out = values[1].biases[0];
        for (std::size_t j = 0; j < units; ++j) {
          int z = values[0].biases[j];
          for (std::size_t i = 0; i < samples.row(s).size(); ++i)
            z += values[0].weights[j * samples.row(s).size() + i] * samples.row(s)[i];
          const std::size_t segment = choice % static_cast<std::size_t>(hidden.cell_count());
          choice /= static_cast<std::size_t>(hidden.cell_count());
          reachable = reachable && segment >= reach.first[s] && segment <= reach.last[s];
          int distance = 0;
          if (segment > 0) distance = std::max(distance, hidden.thresholds[segment - 1] - z);
          if (segment < hidden.thresholds.size()) distance = std::max(distance, z - (hidden.thresholds[segment] - 1));
          images.push_back(std::pow(distance / hidden.rms, 2));
          z_out += values[1].weights[j] * hidden.values[segment];
        }
        loss += output_loss_at(architecture, margin, target_sign(output.units, 0, samples.labels[s]) * z_out);
      }
      if (!reachable) continue;
      atoms.objective.push_back(loss);
      atoms.images.insert(atoms.images.end(), images.begin(), images.end());
    }
  }
  return atoms;
}

/// Every iteration of `steps` within `bounds`; returns the largest measured gap of the augmented Lagrangian, which is
/// what the proof bounds, as a fraction of its bound.
double check_bounds(const Atoms& atoms, const LiftedConstants& constants, const std::vector<ReferenceStep>& steps,
                    const std::vector<QcgdBound>& bounds) {
  const double optimum = atoms.optimum();
  BOOST_REQUIRE(std::isfinite(optimum));
  BOOST_REQUIRE(steps.size() == bounds.size());
  std::size_t broken = 0;
  double closest = 0;
  for (std::size_t t = 0; t < steps.size(); ++t) {
    const double gap = steps[t].objective - optimum;
    const double lagrangian_gap = steps[t].lagrangian - optimum;
    const bool good = gap <= lagrangian_gap + rounding && lagrangian_gap <= bounds[t].gap + rounding &&
                      steps[t].violation <= bounds[t].infeasibility + rounding &&
                      gap >= -constants.dual_norm * steps[t].violation - rounding &&
                      steps[t].multiplier_norm <= bounds[t].multiplier_norm + rounding;
    broken += good ? 0 : 1;
    closest = std::max(closest, lagrangian_gap / bounds[t].gap);
  }
  BOOST_TEST(broken == 0U);
  return closest;
}

QcgdBoundSettings bound_settings(const ReferenceSettings& settings) {
  QcgdBoundSettings same;
  same.iterations = settings.iterations;
  same.beta0 = settings.beta0;
  same.initial_multiplier = settings.initial_multiplier;
  same.multiplier_cap = settings.multiplier_cap;
  return same;
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

double to_grid(double value, double step) { return step > 0 ? step * std::round(value / step) : value; }

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

// The form that is implemented: slack minimised out, multipliers rounded (26).
BOOST_AUTO_TEST_CASE(the_structured_form_stays_below_the_bound) {
  double closest = 0, closest_rounding = 0;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    Words words(seed);
    const Samples samples = random_samples(words, 3, 2, 2, 6);
    NetworkConfig config;
    config.hidden[0].units = 1 + static_cast<int>(seed % 2);
    config.hidden[0].activation = seed % 3 == 0 ? Activation::sign : Activation::hard_tanh;
    config.hidden[0].segments = config.hidden[0].units == 1 ? 4 : 2;
    config.hidden[0].bias = config.output.bias = "1bit";
    config.output.loss = seed % 4 < 2 ? OutputLoss::hinge : OutputLoss::squared_hinge;
    const Architecture architecture = build_network(config, {2, 2, input_rms(samples), 0}).architecture;
    const int margin = std::max(1, static_cast<int>(std::lround(architecture.layers.back().rms)));
    const std::vector<LayerReach> reach = propagate_intervals(architecture, samples);
    const Atoms atoms = enumerate(architecture, samples, reach[0], margin);
    const LiftedConstants constants = structured_constants(architecture, reach, margin, Communicator());
    for (std::size_t x = 0; x < atoms.objective.size(); ++x) {
      BOOST_REQUIRE(norm(atoms.image(x)) <= constants.image_diameter + rounding);
      const double price = constants.dual_norm / std::sqrt(static_cast<double>(constants.constraints));
      BOOST_REQUIRE(atoms.energy(x, std::vector<double>(atoms.constraints, price)) >= atoms.optimum() - rounding);
    }
    for (const int bits : {0, 5}) {
      const ReferenceSettings settings{30, bits == 0 ? 1.0 : 0.05, 0.25, 1e6};
      QcgdBoundSettings known = bound_settings(settings);
      known.coefficient_bits = bits;
      const auto bounds = bound_qcgd(constants, known);
      const auto steps =
          reference_qcgd(atoms, constants.image_diameter, settings, [&](int, std::span<const double> mu) {
            std::vector<double> rounded(mu.begin(), mu.end());
            const double largest = *std::max_element(mu.begin(), mu.end());
            if (bits > 0)
              for (double& m : rounded) m = to_grid(m, largest / (std::ldexp(1.0, bits - 1) - 1));
            return atoms.minimiser(rounded);
          });
      closest = std::max(closest, check_bounds(atoms, constants, steps, bounds));
      for (std::size_t t = 0; t < steps.size() && bits > 0; ++t) {
        BOOST_TEST(steps[t].oracle_error <= bounds[t].rounding_error + rounding);
        closest_rounding = std::max(closest_rounding, steps[t].oracle_error / bounds[t].rounding_error);
      }
    }
  }
  BOOST_TEST_MESSAGE("structured: largest measured gap is " << closest << " of its bound, rounding "
                                                            << closest_rounding);
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
