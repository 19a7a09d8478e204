#include "dynamics_batches.hpp"
#include "ising/descent.hpp"
#include "ising/hardware/transform.hpp"
#include "namespaces.hpp"
#include "random_ising.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

BOOST_AUTO_TEST_SUITE(ising_products)

using namespace isinglass;
using namespace isinglass::testing;
using namespace isinglass::ising::dynamics;
using testing::Coefficients;
using testing::Words;

namespace {

/// J x of one lane in double precision, and the sum of the sizes of its terms.
struct Term {
  double value = 0, size = 0;
};
Term plain_product(const DenseCouplings& j, std::size_t spins, const Floats& x, std::size_t lanes, std::size_t i,
                   std::size_t l) {
  Term term;
  for (std::size_t k = 0; k < spins; ++k) {
    const double t = j(i, k) * static_cast<double>(x[k * lanes + l]);
    term.value += t;
    term.size += std::abs(t);
  }
  return term;
}

void check_product(const IsingProblem& problem, const ProductKernels& kernels, const Floats& x, std::size_t lanes,
                   double tolerance) {
  const DenseCouplings j = to_dense(problem);
  const Floats signs = signs_of(x);
  const auto product = batch_product(problem, kernels);
  Floats out(x.size()), sign_out(x.size());
  product->multiply(x, lanes, out);
  product->multiply_signs(x, lanes, sign_out);
  for (std::size_t i = 0; i < problem.spins; ++i)
    for (std::size_t l = 0; l < lanes; ++l) {
      const Term t = plain_product(j, problem.spins, x, lanes, i, l),
                 s = plain_product(j, problem.spins, signs, lanes, i, l);
      BOOST_REQUIRE(std::abs(out[i * lanes + l] - t.value) <= tolerance * (1 + t.size));
      BOOST_REQUIRE(std::abs(sign_out[i * lanes + l] - s.value) <= tolerance * (1 + s.size));
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(products_of_all_forms_are_those_of_the_definition) {
  for (const simd::Width width : simd::cpu_widths())
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
      BOOST_TEST_CONTEXT("width " << static_cast<int>(width) << " seed " << seed) {
        check_product(sparse, product_kernels(width), x, lanes, 1e-6);
        check_product(dense, product_kernels(width), x, lanes, 1e-6);
        check_product(factored, product_kernels(width), x, lanes, 1e-4);  // its diagonal is taken off again
        check_product(matrix_free(sparse), product_kernels(width), x, lanes, 1e-6);
        check_product(hardware::rounded(dense, 6), product_kernels(width), x, lanes, 1e-6);
      }
    }
}

BOOST_AUTO_TEST_CASE(descent_ends_where_no_flip_helps) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Words words(seed);
    const auto n = static_cast<std::size_t>(words.between(2, 40));
    IsingProblem problem = testing::random_ising(words, n, 40, static_cast<Coefficients>(seed % 3));
    if (seed % 4 == 1) problem.couplings = random_factors(words, 5, n);
    if (seed % 4 == 2) problem = matrix_free(problem);
    if (seed % 4 == 3) problem.couplings = to_dense(problem);
    Spins s = testing::random_spins(words, n);
    const double before = ising::energy(problem, s), after = descend(problem, s, coupling_products(problem, s));
    BOOST_TEST(after <= before + 1e-9);
    BOOST_TEST(std::abs(after - ising::energy(problem, s)) < 1e-4);
    const std::vector<double> fields = local_fields(problem, s);
    for (std::size_t i = 0; i < n; ++i) BOOST_TEST(s[i] * fields[i] <= 1e-3);
  }
}

BOOST_AUTO_TEST_CASE(common_units_are_found_or_refused) {
  const std::vector<double> halves{0.5, -1.5, 0, 2}, thirds{1.0 / 3}, sixes{6, -12, 18}, wide{1, 128}, none{0, 0};
  BOOST_TEST(common_unit(halves)->unit == 0.5);
  BOOST_TEST(common_unit(sixes)->unit == 6);
  BOOST_TEST(common_unit(sixes)->fits_bytes());
  BOOST_TEST(!common_unit(thirds));
  BOOST_TEST(!common_unit(none));
  BOOST_TEST(!common_unit(wide)->fits_bytes());
  std::vector<double> coarse;
  for (const int k : {127, -3, 0, 64, -127}) coarse.push_back(k * (0.7312 / 127));
  BOOST_TEST(!common_unit(coarse));
  BOOST_TEST(std::abs(byte_unit(coarse).value() - 0.7312 / 127) < 1e-15);
  coarse.push_back(0.1);
  BOOST_TEST(!byte_unit(coarse));
  BOOST_TEST(!byte_unit(none));
  BOOST_TEST(byte_unit(sixes).value() == 6);
  BOOST_TEST(common_unit(wide)->sums_exactly(131071));
  BOOST_TEST(!common_unit(wide)->sums_exactly(131072));
}

BOOST_AUTO_TEST_SUITE_END()
