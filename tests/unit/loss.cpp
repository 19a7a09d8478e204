// Losses on the integers: exact where they can be, else splines with the error that they report.
#include <boost/test/unit_test.hpp>

#include "base/error.hpp"
#include "namespaces.hpp"
#include "network/logistic_spline.hpp"
#include "network/loss.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>

BOOST_AUTO_TEST_SUITE(loss)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

/// 40 sign units, and outputs with two bits a weight.
Architecture with_loss(Loss loss, int segments = 8, int degree = 1) {
  Layer hidden, output;
  hidden.inputs = 3;
  hidden.units = output.inputs = 40;
  output.units = 1;
  hidden.weights = hidden.bias = make_codebook("1bit");
  output.weights = output.bias = make_codebook("2bit");
  output.bias_unit = 5;
  hidden.thresholds = {0};
  hidden.values = {-1, 1};
  Architecture architecture;
  architecture.layers = {hidden, output};
  architecture.loss = loss;
  architecture.loss_segments = segments;
  architecture.loss_degree = degree;
  return architecture;
}

/// In units of one output step, with the factor M.
double plain_loss(Loss loss, double u) {
  const double hinge = std::max(0.0, 1 - u);
  switch (loss) {
    case Loss::hinge:
      return hinge;
    case Loss::squared_hinge:
      return hinge * hinge;
    case Loss::squared:
      return (1 - u) * (1 - u);
    default:
      return u < -500 ? -u / std::log(2.0) : std::log2(1 + std::exp(-u));  // exp overflows from 710 on
  }
}

double measured_error(const Architecture& architecture, const LossSpline& spline, int limit) {
  const double scale = spline.unit * output_step(architecture) / spline.margin;  // of loss(u)
  double largest = 0;
  for (int t = -limit; t <= limit; ++t) {
    const double u = static_cast<double>(t) / spline.margin;
    largest = std::max(largest, std::abs(scale * static_cast<double>(spline.at(t)) - plain_loss(architecture.loss, u)));
  }
  return largest;
}

}  // namespace

BOOST_AUTO_TEST_CASE(polynomial_losses_are_exact_everywhere) {
  for (const Loss loss : {Loss::hinge, Loss::squared_hinge, Loss::squared})
    for (const int margin : {1, 7, 300})
      for (const int limit : {1, 50, 200}) {
        const Architecture architecture = with_loss(loss);
        const LossSpline spline = make_loss_spline(architecture, margin, limit);
        BOOST_TEST(spline.sup_error == 0);
        for (int t = -1000; t <= 1000; ++t) {
          const std::int64_t lack = margin - t, hinge = std::max<std::int64_t>(0, lack);
          const std::int64_t expected = loss == Loss::hinge     ? hinge
                                        : loss == Loss::squared ? lack * lack
                                                                : hinge * hinge;
          BOOST_REQUIRE_EQUAL(spline.at(t), expected);
        }
        BOOST_TEST(measured_error(architecture, spline, 1000) < 1e-9 * 1e6);
        BOOST_TEST(spline.pieces.size() == (loss == Loss::squared ? 1U : 2U));
        BOOST_TEST(spline.pieces.front().from == -limit);
      }
}

BOOST_AUTO_TEST_CASE(units_turn_integers_into_the_objective) {
  const Architecture hinge = with_loss(Loss::hinge), squared = with_loss(Loss::squared_hinge);
  const double step = output_step(hinge);
  BOOST_TEST(make_loss_spline(hinge, 12, 100).unit == 1 / step);
  BOOST_TEST(make_loss_spline(squared, 12, 100).unit == 1 / (step * 12));
  for (const Loss loss : {Loss::hinge, Loss::squared_hinge, Loss::squared, Loss::logistic}) {
    const LossSpline spline = make_loss_spline(with_loss(loss, 40, 2), 12, 100);
    const double expected = plain_loss(loss, -30.0 / 12) * 12 / step;
    BOOST_TEST(spline.unit * static_cast<double>(spline.at(-30)) == expected, boost::test_tools::tolerance(1e-3));
  }
}

BOOST_AUTO_TEST_CASE(a_logistic_spline_has_the_error_it_reports_and_never_rises) {
  for (const int degree : {0, 1, 2})
    for (const int segments : {1, 2, 3, 8, 25})
      for (const int margin : {1, 6, 90, 2000})
        for (const int limit : {1, 5, 120, 3000}) {
          const Architecture architecture = with_loss(Loss::logistic, segments, degree);
          const LossSpline spline = make_loss_spline(architecture, margin, limit);
          BOOST_TEST_CONTEXT("degree " << degree << " segments " << segments << " margin " << margin << " limit "
                                       << limit) {
            BOOST_TEST(measured_error(architecture, spline, limit) == spline.sup_error,
                       boost::test_tools::tolerance(1e-6));
            BOOST_TEST(spline.pieces.size() <= static_cast<std::size_t>(segments));
            BOOST_TEST(spline.pieces.front().from == -limit);
            for (std::size_t k = 1; k < spline.pieces.size(); ++k) {
              const int knot = spline.pieces[k].from;
              BOOST_TEST(knot > spline.pieces[k - 1].from);
              const LossPiece& left = spline.pieces[k - 1];
              const std::int64_t d = knot - left.from;
              if (degree > 0)  // the pieces meet
                BOOST_TEST(left.constant + d * (left.linear + d * left.quadratic) == spline.pieces[k].constant);
            }
            for (const LossPiece& piece : spline.pieces) {
              if (degree < 2) BOOST_TEST(piece.quadratic == 0);
              if (degree < 1) BOOST_TEST(piece.linear == 0);
            }
            for (int t = -limit; t < limit; ++t) BOOST_REQUIRE_GE(spline.at(t), spline.at(t + 1));
            BOOST_TEST(spline.at(limit) >= 0);
          }
        }
}

// Of degree d the error falls with the power -(d + 1) of the number of pieces, until integers or grid limit it.
BOOST_AUTO_TEST_CASE(the_error_falls_with_segments_and_degree) {
  constexpr int margin = 40, limit = 400;
  double errors[3][5];
  for (int degree = 0; degree < 3; ++degree)
    for (int doubling = 0; doubling < 5; ++doubling)
      errors[degree][doubling] =
          make_loss_spline(with_loss(Loss::logistic, 2 << doubling, degree), margin, limit).sup_error;
  for (int degree = 0; degree < 3; ++degree) {
    BOOST_TEST_MESSAGE("degree " << degree << ": " << errors[degree][0] << ' ' << errors[degree][1] << ' '
                                 << errors[degree][2] << ' ' << errors[degree][3] << ' ' << errors[degree][4]
                                 << " with 2 4 8 16 32 pieces");
    for (int doubling = 1; doubling < 5; ++doubling)
      BOOST_TEST(errors[degree][doubling] < errors[degree][doubling - 1] * (degree == 0   ? 0.6
                                                                            : degree == 1 ? 0.4
                                                                                          : 0.3));
  }
  for (int doubling = 0; doubling < 5; ++doubling) {
    BOOST_TEST(errors[1][doubling] < errors[0][doubling]);
    BOOST_TEST(errors[2][doubling] < errors[1][doubling]);
  }
}

// With equal errors, no piece may be much better than the worst: knots would serve elsewhere. The last one ends where
// the outputs end.
BOOST_AUTO_TEST_CASE(the_pieces_share_the_error) {
  for (const int degree : {0, 1, 2}) {
    const LogisticSpline spline = fit_logistic({30, 600, 9, degree});
    BOOST_TEST(spline.pieces.size() == 9U);
    for (std::size_t k = 0; k + 1 < spline.pieces.size(); ++k) {
      double largest = 0;
      for (int t = spline.pieces[k].from; t < spline.pieces[k + 1].from; ++t) {
        const std::int64_t d = t - spline.pieces[k].from;
        const auto value = static_cast<double>(spline.pieces[k].constant +
                                               d * (spline.pieces[k].linear + d * spline.pieces[k].quadratic));
        largest = std::max(largest, std::abs(value / spline.levels - logistic_loss(t / 30.0)));
      }
      BOOST_TEST(largest > 0.6 * spline.sup_error,
                 "degree " << degree << " piece " << k << ": " << largest << " of " << spline.sup_error);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_grid_with_few_points_is_met_exactly) {
  for (const int degree : {0, 1, 2}) {
    const LossSpline spline = make_loss_spline(with_loss(Loss::logistic, 30, degree), 3, 4);
    BOOST_TEST(spline.sup_error < 1e-4);
    BOOST_TEST(spline.pieces.size() <= 9U);
  }
}

BOOST_AUTO_TEST_CASE(a_table_says_what_its_spline_says) {
  for (const Loss loss : {Loss::hinge, Loss::squared, Loss::logistic}) {
    const Architecture architecture = with_loss(loss);
    const LossTable table = make_loss_table(architecture, 17);
    const int limit = output_limit(architecture);
    const LossSpline spline = make_loss_spline(architecture, 17, limit);
    BOOST_TEST(table.unit() == spline.unit);
    for (int t = -limit; t <= limit; ++t) BOOST_REQUIRE_EQUAL(table.at(17 - t), spline.at(t));
  }
}

BOOST_AUTO_TEST_CASE(the_limit_is_what_outputs_reach) {
  Architecture architecture = with_loss(Loss::logistic);
  BOOST_TEST(output_limit(architecture) == 40 * 3 + 5 * 3);
  architecture.layers[0].values = {-7, 0, 15};
  BOOST_TEST(output_limit(architecture) == 40 * 15 * 3 + 5 * 3);
  architecture.layers[1].inputs = 4000;
  BOOST_TEST(output_limit(architecture) == 1 << 14);
}

BOOST_AUTO_TEST_CASE(impossible_losses_are_refused) {
  const auto refused = [](const Architecture& architecture, int margin, int limit) {
    BOOST_CHECK_THROW(static_cast<void>(make_loss_spline(architecture, margin, limit)), InputError);
  };
  refused(with_loss(Loss::hinge), 0, 10);
  refused(with_loss(Loss::hinge), 1, 0);
  refused(with_loss(Loss::logistic, 0, 1), 1, 10);
  refused(with_loss(Loss::logistic, 8, 3), 1, 10);
  refused(with_loss(Loss::logistic, 8, -1), 1, 10);
  BOOST_CHECK_THROW(LossTable(make_loss_spline(with_loss(Loss::squared), 40000, 10000), 10000), InputError);
}

BOOST_AUTO_TEST_SUITE_END()
