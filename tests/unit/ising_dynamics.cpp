#include "dynamics_batches.hpp"
#include "ising/dynamics/kinds.hpp"
#include "namespaces.hpp"
#include "random_ising.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <cmath>

BOOST_AUTO_TEST_SUITE(ising_dynamics)

using namespace isinglass;
using namespace isinglass::testing;
using namespace isinglass::ising::dynamics;
using testing::Coefficients;
using testing::Words;

namespace {

const std::vector<std::string> kinds{"bsb", "dsb", "cim", "cac"};

Kind kind_of(const std::string& name) { return static_cast<Kind>(std::ranges::find(kinds, name) - kinds.begin()); }

std::vector<Dynamics> all_dynamics() {
  const MachineConfig c;
  return {bifurcation(Kind::bsb, c.bsb), bifurcation(Kind::dsb, c.dsb), mean_field_cim(c.cim), controlled_cim(c.cac)};
}

/// x after `steps` steps, each of them sampled.
Floats positions_after(const IsingProblem& problem, const Dynamics& dynamics, BatchProduct& product,
                       const StepKernels& kernels, std::size_t lanes, std::int64_t steps) {
  Start start;
  start.product = &product;
  start.kernels = &kernels;
  start.field.assign(padded(problem.spins), 0.0F);
  std::ranges::transform(problem.fields, start.field.begin(), [](double h) { return static_cast<float>(h); });
  start.scale = normalisation(problem, product);
  start.spins = problem.spins;
  start.lanes = lanes;
  start.steps = steps;
  const auto trajectory = dynamics.begin(start);
  Floats signs(start.size()), energy(lanes), best(lanes, 1e9F);
  for (std::int64_t step = 0; step < steps; ++step) {
    product.multiply_signs(trajectory->x(), lanes, signs);
    kernels.energies(trajectory->x().data(), signs.data(), start.field.data(), start.rows(), lanes, energy.data());
    for (std::size_t l = 0; l < lanes; ++l) best[l] = std::min(best[l], energy[l]);
    const Sample sample{&signs, energy, best};
    trajectory->advance(step, &sample);
  }
  return trajectory->x();
}

constexpr std::size_t lanes = 16;

/// A random state of any of the dynamics, and its next step by plain loops from the definitions.
struct PlainState {
  PlainState(const IsingProblem& problem, Words& words)
      : spins(problem.spins),
        field(padded(spins)),
        x(random_batch(words, spins, lanes)),
        second(x.size()),
        product(x.size()) {
    std::ranges::transform(problem.fields, field.begin(), [](double h) { return static_cast<float>(h); });
    for (std::size_t k = 0; k < spins * lanes; ++k) second[k] = static_cast<float>(2 * uniform(words.next()));
    batch_product(problem, product_kernels())->multiply(x, lanes, product);
    for (Floats* values : {&amplitude, &strength, &target, &rate})
      for (std::size_t l = 0; l < lanes; ++l) values->push_back(static_cast<float>(uniform(words.next())));
  }

  void check_after(const std::string& kind, const Floats& new_x, const Floats& new_second, const Floats& sum) const {
    for (std::size_t l = 0; l < lanes; ++l) {
      double total = 0;
      for (std::size_t i = 0; i < spins; ++i) {
        const auto [px, ps] = next(kind, i, l);
        BOOST_REQUIRE(std::abs(new_x[i * lanes + l] - px) < 1e-5 * (1 + std::abs(px)));
        BOOST_REQUIRE(std::abs(new_second[i * lanes + l] - ps) < 1e-5 * (1 + std::abs(ps)));
        total += std::abs(px);
      }
      BOOST_TEST(std::abs(sum[l] - total) < 1e-4 * (1 + total));
    }
  }

  /// x and y or e of one spin; the constants are those of the test.
  [[nodiscard]] std::pair<double, double> next(const std::string& kind, std::size_t i, std::size_t l) const {
    double p = x[i * lanes + l], q = second[i * lanes + l];
    const double c = strength[l],
                 drive = static_cast<double>(product[i * lanes + l]) + static_cast<double>(field[i]) * amplitude[l];
    if (kind == "cim") return {std::clamp(p + 0.2 * ((-0.4 - p * p) * p - c * drive), -0.9, 0.9), q};
    if (kind == "cac")
      return {std::clamp(p + 0.1 * ((-0.5 - 0.8 * p * p) * p - c * q * drive), -0.9, 0.9),
              std::clamp(q - 0.1 * rate[l] * (p * p - target[l]) * q, -1.5, 1.5)};
    q += 0.6 * (-0.3 * p - c * drive);
    p += 0.6 * q;
    return std::abs(p) > 1 ? std::pair{p > 0 ? 1.0 : -1.0, 0.0} : std::pair{p, q};
  }

  std::size_t spins;
  Floats field, x, second, product, amplitude, strength, target, rate;
};

}  // namespace

BOOST_AUTO_TEST_CASE(products_and_steps_have_the_same_bits_on_all_processors) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Words words(seed);
    const auto n = static_cast<std::size_t>(words.between(2, 60));
    IsingProblem problem =
        testing::random_ising(words, n, words.one_of<int>({10, 100}), static_cast<Coefficients>(seed % 3));
    if (seed % 4 == 3) problem.couplings = random_factors(words, 7, n);
    ReadRequest request;
    request.sweeps = 20;
    for (const Dynamics& dynamics : all_dynamics()) {
      std::vector<Floats> ends;
      for (const simd::Width width : simd::cpu_widths()) {
        const auto product = batch_product(problem, product_kernels(width));
        ends.push_back(positions_after(problem, dynamics, *product, step_kernels(width), 16, 20));
      }
      for (const Floats& end : ends) BOOST_TEST(end == ends.front());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_lane_is_the_same_in_batches_of_any_width) {
  Words words(3);
  const IsingProblem problem = testing::random_ising(words, 50, 50, Coefficients::real);
  const auto product = batch_product(problem, product_kernels());
  for (const Dynamics& dynamics : all_dynamics()) {
    const Floats narrow = positions_after(problem, dynamics, *product, step_kernels(), 16, 20),
                 wide = positions_after(problem, dynamics, *product, step_kernels(), 64, 20);
    for (std::size_t i = 0; i < problem.spins; ++i)
      for (std::size_t l = 0; l < 16; ++l) BOOST_REQUIRE(narrow[i * 16 + l] == wide[i * 64 + l]);
  }
}

BOOST_DATA_TEST_CASE(steps_are_those_of_the_definition, kinds) {
  const MachineConfig c;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Words words(seed);
    const auto n = static_cast<std::size_t>(words.between(2, 30));
    const IsingProblem problem = testing::random_ising(words, n, 60, static_cast<Coefficients>(seed % 3));
    PlainState plain(problem, words);
    Floats field(plain.field.begin(), plain.field.end()), x = plain.x, second = plain.second, product = plain.product;
    Floats sum(lanes), amplitude = plain.amplitude, strength = plain.strength, target = plain.target, rate = plain.rate;
    const std::size_t rows = padded(n);
    for (const simd::Width width : simd::cpu_widths()) {
      x = plain.x;
      second = plain.second;
      BatchStep step{.rows = rows, .lanes = lanes, .product = product.data(), .field = field.data(), .x = x.data()};
      step.second = second.data();
      step.amplitude = amplitude.data();
      step.sum = sum.data();
      step.strength = strength.data();
      step.target = target.data();
      step.rate = rate.data();
      step.time_step = sample == "cim" ? 0.2F : sample == "cac" ? 0.1F : 0.6F;
      step.gain = sample == "cim" ? -0.4F : sample == "cac" ? -0.5F : -0.3F;
      step.saturation = sample == "cac" ? 0.8F : 1;
      step.limit = 0.9F;
      step.largest_error = 1.5F;
      step_kernels(width).advance(kind_of(sample), step);
      plain.check_after(sample, x, second, sum);
    }
  }
}

BOOST_DATA_TEST_CASE(steps_with_forces_are_those_of_the_definition, kinds) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Words words(seed);
    const auto n = static_cast<std::size_t>(words.between(1, 70));
    std::vector<float> x, second, force;
    for (std::vector<float>* values : {&x, &second, &force})
      for (std::size_t k = 0; k < n; ++k) values->push_back(static_cast<float>(3 * uniform(words.next()) - 1.5));
    StepRule rule{.kind = kind_of(sample), .time_step = 0.3F, .gain = -0.2F, .coupling = 0.7F, .friction = 0.5F};
    rule.saturation = seed % 2 == 0 ? 1 : 0;
    rule.target = 0.6F;
    rule.rate = 0.4F;
    rule.limit = 1.25F;
    std::vector<float> plain_x = x, plain_second = second;
    step_kernels(simd::Width::plain).advance_forced(rule, {plain_x.data(), plain_second.data(), force.data(), n});
    for (const simd::Width width : simd::cpu_widths()) {
      std::vector<float> new_x = x, new_second = second;
      step_kernels(width).advance_forced(rule, {new_x.data(), new_second.data(), force.data(), n});
      BOOST_TEST((new_x == plain_x && new_second == plain_second));
    }
    for (std::size_t k = 0; k < n; ++k) {
      double p = x[k], q = second[k];
      const double drive = 0.7 * static_cast<double>(force[k]) * (sample == "cac" ? q : 1),
                   pull = rule.saturation * p * p;
      if (sample == "cim" || sample == "cac") {
        if (sample == "cac") q = std::clamp(q - 0.3 * 0.4 * (p * p - 0.6) * q, 0.01, 10.0);
        p = std::clamp(p + 0.3 * ((-0.2 - pull) * p + drive), -1.25, 1.25);
      } else {
        q = 0.85 * q + 0.3 * (-0.2 * p + drive);
        p += 0.3 * q;
        if (std::abs(p) > 1) q = 0;
        p = std::clamp(p, -1.0, 1.0);
      }
      BOOST_TEST(std::abs(plain_x[k] - p) < 1e-5);
      BOOST_TEST(std::abs(plain_second[k] - q) < 1e-5);
    }
  }
}

BOOST_AUTO_TEST_CASE(measurements_have_mean_x_and_the_given_noise) {
  constexpr std::size_t rows = 6000, reads = 16;
  for (const simd::Width width : simd::cpu_widths()) {
    Start start;
    start.field.resize(rows);
    start.lanes = reads;
    start.seed = 7;
    simd::AlignedVector<std::uint32_t> generators = lane_generators(start);
    const Floats x(rows * reads, 0.25F);
    Floats measured(x.size());
    step_kernels(width).measure({rows, reads, x.data(), measured.data(), generators.data(), 0.5F});
    double sum = 0, squares = 0, products = 0;
    for (std::size_t k = 0; k < x.size(); ++k) {
      const double z = (static_cast<double>(measured[k]) - 0.25) / 0.5;
      sum += z;
      squares += z * z;
      if (k >= reads) products += z * (static_cast<double>(measured[k - reads]) - 0.25) / 0.5;
    }
    const auto count = static_cast<double>(x.size());  // standard errors: 0.0032, 0.004, 0.0032
    BOOST_TEST(std::abs(sum / count) < 0.013);
    BOOST_TEST(std::abs(squares / count - 1) < 0.016);
    BOOST_TEST(std::abs(products / count) < 0.013);
  }
}

BOOST_AUTO_TEST_CASE(energies_along_the_way_are_those_of_the_signs) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Words words(seed);
    const auto n = static_cast<std::size_t>(words.between(2, 40));
    const IsingProblem problem = testing::random_ising(words, n, 40, static_cast<Coefficients>(seed % 3));
    const Floats x = random_batch(words, n, 16), signs = signs_of(x);
    Floats product(x.size()), field(padded(n)), energies(16);
    std::ranges::transform(problem.fields, field.begin(), [](double h) { return static_cast<float>(h); });
    for (const simd::Width width : simd::cpu_widths()) {
      batch_product(problem, product_kernels(width))->multiply_signs(x, 16, product);
      step_kernels(width).energies(x.data(), product.data(), field.data(), padded(n), 16, energies.data());
      for (std::size_t l = 0; l < 16; ++l) {
        Spins s(n);
        for (std::size_t i = 0; i < n; ++i) s[i] = signs[i * 16 + l] > 0 ? std::int8_t{1} : std::int8_t{-1};
        BOOST_TEST(std::abs(problem.offset + energies[l] - ising::energy(problem, s)) <
                   1e-4 * (1 + std::abs(ising::energy(problem, s))));
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
