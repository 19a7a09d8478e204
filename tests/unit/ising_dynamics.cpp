#define BOOST_TEST_MODULE ising_dynamics
#include "ising/dynamics/bifurcation.hpp"
#include "ising/dynamics/cim.hpp"
#include "ising/dynamics/descent.hpp"
#include "ising/dynamics/dynamics_machine.hpp"
#include "ising/machines.hpp"
#include "machine_checks.hpp"
#include "random_ising.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cmath>

using namespace isinglass;
using namespace isinglass::dynamics;
using testing::Coefficients;
using testing::Words;

namespace {

const std::vector<std::string> kinds{"bsb", "dsb", "cim", "cac"};

std::unique_ptr<Machine> machine_of(const std::string& kind) {
  MachineConfig config;
  config.kind = kind;
  return make_machine(config);
}

FactoredCouplings random_factors(Words& words, std::size_t rows, std::size_t spins) {
  FactoredCouplings factored;
  for (std::size_t r = 0; r < rows; ++r) {
    factored.weight.push_back(words.between(-2, 2));
    for (std::size_t i = 0; i < spins; ++i) factored.factor.push_back(static_cast<float>(words.between(-3, 3)));
  }
  return factored;
}

/// The dense problem as one that only multiplies.
IsingProblem matrix_free(const IsingProblem& problem) {
  IsingProblem free = problem;
  free.couplings = MatrixFreeCouplings{[j = to_dense(problem), n = problem.spins](auto x, auto out, std::size_t batch) {
    for (std::size_t b = 0; b < batch; ++b)
      for (std::size_t i = 0; i < n; ++i) {
        double sum = 0;
        for (std::size_t k = 0; k < n; ++k) sum += j.value[i * n + k] * static_cast<double>(x[b * n + k]);
        out[b * n + i] = static_cast<float>(sum);
      }
  }};
  return free;
}

/// x with a few zeros and negative zeros, for the edges of signs.
Floats random_batch(Words& words, std::size_t spins, std::size_t lanes) {
  Floats x(padded(spins) * lanes);
  for (std::size_t k = 0; k < spins * lanes; ++k)
    x[k] = words.between(0, 20) == 0 ? 0.0F : static_cast<float>(2 * uniform(words.next()) - 1);
  return x;
}

Floats signs_of(const Floats& x) {
  Floats s(x.size());
  for (std::size_t k = 0; k < s.size(); ++k) s[k] = x[k] >= 0 ? 1.0F : -1.0F;
  return s;
}

/// J x of one lane in double precision, and the sum of the sizes of its terms.
struct Term {
  double value = 0, size = 0;
};
Term plain_product(const DenseCouplings& j, std::size_t spins, const Floats& x, std::size_t lanes, std::size_t i,
                   std::size_t l) {
  Term term;
  for (std::size_t k = 0; k < spins; ++k) {
    const double t = j.value[i * spins + k] * static_cast<double>(x[k * lanes + l]);
    term.value += t;
    term.size += std::abs(t);
  }
  return term;
}

void check_product(const IsingProblem& problem, const Kernels& kernels, const Floats& x, std::size_t lanes, double tolerance) {
  const DenseCouplings j = to_dense(problem);
  const Floats signs = signs_of(x);
  const auto product = batch_product(problem, kernels);
  Floats out(x.size()), sign_out(x.size());
  product->multiply(x, lanes, out);
  product->multiply_signs(x, lanes, sign_out);
  for (std::size_t i = 0; i < problem.spins; ++i)
    for (std::size_t l = 0; l < lanes; ++l) {
      const Term t = plain_product(j, problem.spins, x, lanes, i, l), s = plain_product(j, problem.spins, signs, lanes, i, l);
      BOOST_REQUIRE(std::abs(out[i * lanes + l] - t.value) <= tolerance * (1 + t.size));
      BOOST_REQUIRE(std::abs(sign_out[i * lanes + l] - s.value) <= tolerance * (1 + s.size));
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(products_of_all_forms_are_those_of_the_definition) {
  for (const Kernels* kernels : available_kernels())
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      Words words(seed);
      const auto n = static_cast<std::size_t>(words.between(2, 40));
      const auto kind = static_cast<Coefficients>(seed % 3);
      const std::size_t lanes = words.one_of<std::size_t>({16, 32, 64});
      const IsingProblem sparse = testing::random_ising(words, n, words.one_of<int>({10, 25, 100}), kind);
      IsingProblem dense = sparse, factored = sparse;
      dense.couplings = to_dense(sparse);
      factored.couplings = random_factors(words, 7, n);
      const Floats x = random_batch(words, n, lanes);
      BOOST_TEST_CONTEXT(kernels->name << " seed " << seed) {
        check_product(sparse, *kernels, x, lanes, 1e-6);
        check_product(dense, *kernels, x, lanes, 1e-6);
        check_product(factored, *kernels, x, lanes, 1e-4);  // its diagonal is taken off again
        check_product(matrix_free(sparse), *kernels, x, lanes, 1e-6);
      }
    }
}

BOOST_DATA_TEST_CASE(machines_agree_with_enumeration, kinds) {
  testing::agrees_with_enumeration(*machine_of(sample), 500, 64, 200);
}

BOOST_DATA_TEST_CASE(reads_depend_on_their_index, kinds) {
  Words words(5);
  testing::reads_depend_on_their_index_alone(*machine_of(sample), testing::random_ising(words, 60, 50, Coefficients::real), 50);
}
