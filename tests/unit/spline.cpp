#include "spline/spline.hpp"
#include "namespaces.hpp"
#include "print_names.hpp"

#include "activation_list.hpp"
#include "base/error.hpp"
#include "random_words.hpp"
#include "spline/minimax.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>

BOOST_AUTO_TEST_SUITE(spline)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

/// Largest |f - spline|, piece by piece, on points that make_spline did not look at.
double plain_error(const std::function<double(double)>& f, const Spline& spline) {
  double error = 0;
  for (std::size_t k = 0; k < spline.coefficients.size(); ++k)
    for (int i = 0; i <= 3001; ++i) {
      const double t = (spline.knots[k + 1] - spline.knots[k]) * i / 3001;
      error = std::max(error, std::abs(f(spline.knots[k] + t) - polynomial(spline.coefficients[k], t)));
    }
  return error;
}

}  // namespace

BOOST_AUTO_TEST_CASE(functions_have_known_values) {
  const auto value = [](Activation name, double u) { return activation_function(name, zigzag)(u); };
  BOOST_TEST(value(Activation::sign, 0) == 1);
  BOOST_TEST(value(Activation::sign, -1e-9) == -1);
  BOOST_TEST(value(Activation::relu, -3) == 0);
  BOOST_TEST(value(Activation::leaky_relu, -3) == -0.3, boost::test_tools::tolerance(1e-15));
  BOOST_TEST(value(Activation::hard_tanh, 3) == 1);
  BOOST_TEST(value(Activation::sigmoid, 0) == 0.5);
  BOOST_TEST(value(Activation::softplus, 0) == std::log(2.0));
  BOOST_TEST(value(Activation::softplus, 1000) == 1000);
  BOOST_TEST(value(Activation::softplus, -1000) == 0);
  BOOST_TEST(value(Activation::gelu, 1) == 0.8413447460685429, boost::test_tools::tolerance(1e-14));
  BOOST_TEST(value(Activation::table, -9) == 0.2);
  BOOST_TEST(value(Activation::table, 9) == -0.3);
  BOOST_TEST(value(Activation::table, -0.05) == 0.2,
             boost::test_tools::tolerance(1e-12));  // the middle of -0.7 and 1.1
}

BOOST_AUTO_TEST_CASE(shapes_that_do_not_exist_are_refused) {
  const auto f = activation_function(Activation::tanh);
  BOOST_CHECK_THROW(static_cast<void>(make_spline(f, {3, 4, Knots::uniform, -2, 2})), InputError);
  BOOST_CHECK_THROW(static_cast<void>(make_spline(f, {1, 0, Knots::uniform, -2, 2})), InputError);
  BOOST_CHECK_THROW(static_cast<void>(make_spline(f, {1, 4, Knots::uniform, 2, 2})), InputError);
}

// The exchange algorithm against what defines the best polynomial: its error has degree + 2 alternating extremes.
BOOST_AUTO_TEST_CASE(minimax_fits_alternate) {
  Words words(5);
  for (int round = 0; round < 300; ++round) {
    const int degree = words.between(0, 2);
    const auto count = static_cast<std::size_t>(words.between(degree + 2, 60));
    std::vector<double> t, y;
    for (std::size_t i = 0; i < count; ++i) {
      t.push_back((t.empty() ? 0 : t.back()) + 0.1 * words.between(1, 9));
      y.push_back(0.01 * words.between(-100, 100));
    }
    const MinimaxFit fit = fit_minimax(t, y, degree);
    int extremes = 0, sign = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const double error = y[i] - polynomial(fit.coefficients, t[i]);
      BOOST_TEST(std::abs(error) <= fit.error * (1 + 1e-9) + 1e-12);
      const int now = std::abs(error) >= fit.error * (1 - 1e-6) - 1e-12 ? (error < 0 ? -1 : 1) : 0;
      if (now == 0 || (now == sign && extremes > 0)) continue;
      sign = now;
      ++extremes;
    }
    BOOST_TEST((extremes >= degree + 2 || fit.error < 1e-12), "degree " << degree << ", " << extremes << " extremes");
  }
}

BOOST_AUTO_TEST_CASE(errors_are_as_measured_and_within_the_bound) {
  for (const Activation name : all_activations())
    for (int degree = 0; degree <= 2; ++degree)
      for (const int segments : {2, 3, 5, 8, 16})
        for (const Knots knots : {Knots::uniform, Knots::equalized}) {
          const auto f = activation_function(name, zigzag);
          const Spline spline = make_spline(f, {degree, segments, knots, -2.3, 1.9});
          const double error = plain_error(f, spline);
          BOOST_TEST_CONTEXT(name << ", degree " << degree << ", " << segments << " segments") {
            BOOST_TEST(spline.pieces() <= segments);
            BOOST_TEST((knots == Knots::equalized || spline.pieces() == segments));
            BOOST_TEST(std::is_sorted(spline.knots.begin(), spline.knots.end()));
            BOOST_TEST(spline.knots.front() == -2.3);
            BOOST_TEST(spline.knots.back() == 1.9);
            BOOST_TEST(error <= spline.sup_error * 1.02 + 1e-9);
            BOOST_TEST(error >= spline.sup_error * 0.99 - 1e-9);
            BOOST_TEST(spline.sup_error <= spline.error_bound * (1 + 1e-3) + 1e-12);
          }
        }
  const std::vector<std::pair<const char*, std::function<double(double)>>> losses{
      {"hinge", [](double u) { return std::max(0.0, 1 - u); }},
      {"squared_hinge", [](double u) { return std::pow(std::max(0.0, 1 - u), 2); }},
      {"squared", [](double u) { return (1 - u) * (1 - u); }},
      {"logistic", [](double u) { return std::log2(1 + std::exp(-u)); }}};
  for (const auto& [name, f] : losses)
    for (int degree = 0; degree <= 2; ++degree) {
      const Spline spline = make_spline(f, {degree, 6, Knots::uniform, -2, 2});
      BOOST_TEST(plain_error(f, spline) <= spline.error_bound * (1 + 1e-3) + 1e-12, name << ", degree " << degree);
    }
}

BOOST_AUTO_TEST_CASE(equalized_pieces_are_equal_and_no_worse_than_uniform_ones) {
  for (const Activation name : smooth)
    for (int degree = 0; degree <= 2; ++degree)
      for (const int segments : {2, 4, 7, 16}) {
        const auto f = activation_function(name);
        const Spline equal = make_spline(f, {degree, segments, Knots::equalized, -2, 3}),
                     uniform = make_spline(f, {degree, segments, Knots::uniform, -2, 3});
        const auto [least, most] = std::minmax_element(equal.errors.begin(), equal.errors.end());
        BOOST_TEST_CONTEXT(name << ", degree " << degree << ", " << segments << " segments") {
          BOOST_TEST(equal.pieces() == segments);
          BOOST_TEST(*least >= 0.95 * *most);
          BOOST_TEST(equal.sup_error <= uniform.sup_error * 1.001);
        }
      }
}

BOOST_AUTO_TEST_CASE(piecewise_linear_functions_take_as_many_linear_pieces_as_they_have) {
  const auto pieces = [](Activation name, int segments) {
    const Spline spline = make_spline(activation_function(name, zigzag), {1, segments, Knots::equalized, -2, 2});
    BOOST_TEST(spline.sup_error < 1e-6);
    return spline.pieces();
  };
  BOOST_TEST(pieces(Activation::relu, 8) == 2);
  BOOST_TEST(pieces(Activation::leaky_relu, 2) == 2);
  BOOST_TEST(pieces(Activation::hard_tanh, 5) == 3);
  BOOST_TEST(pieces(Activation::table, 6) == 6);
  // uniform knots with one on the kink
  BOOST_TEST(make_spline(activation_function(Activation::relu), {1, 4, Knots::uniform, -2, 2}).sup_error < 1e-12);
}

BOOST_AUTO_TEST_CASE(error_falls_with_the_order_of_the_degree) {
  const auto f = activation_function(Activation::tanh);
  for (const Knots knots : {Knots::uniform, Knots::equalized})
    for (int degree = 0; degree <= 2; ++degree) {
      const double coarse = make_spline(f, {degree, 16, knots, -2, 2}).sup_error,
                   fine = make_spline(f, {degree, 32, knots, -2, 2}).sup_error, order = std::pow(2, degree + 1);
      BOOST_TEST(coarse / fine > 0.9 * order, "degree " << degree << ": " << coarse / fine);
      BOOST_TEST(coarse / fine < 1.1 * order, "degree " << degree << ": " << coarse / fine);
    }
}

BOOST_AUTO_TEST_CASE(constant_pieces_are_midranges) {
  const auto f = activation_function(Activation::gelu);
  const Spline spline = make_spline(f, {0, 1, Knots::uniform, -2, 0.2});  // its minimum -0.17 is inside
  BOOST_TEST(spline.coefficients[0][0] == (f(0.2) - 0.1699712) / 2, boost::test_tools::tolerance(1e-4));
  BOOST_TEST(spline.at(-9) == spline.at(0.2));
}

BOOST_AUTO_TEST_SUITE_END()
