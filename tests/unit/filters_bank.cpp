#include "base/error.hpp"
#include "filters/bank.hpp"
#include "filters/bits.hpp"
#include "namespaces.hpp"
#include "plain_features.hpp"

#include <functional>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(filters_bank)

using namespace isinglass;
using namespace isinglass::testing;

BOOST_AUTO_TEST_CASE(the_usual_shape_of_28_pixels) {
  const Shape shape = usual_shape(28, 28);
  BOOST_TEST((shape.map_rows == Range{1, 26}));
  BOOST_TEST((shape.column_windows == std::vector<Range>{{0, 7}, {3, 12}, {8, 17}, {13, 22}, {18, 25}}));
  BOOST_TEST(windows_per_unit(shape) == 25U);
  BOOST_TEST(largest_count(shape) == 81);
  BOOST_TEST(shape.levels.size() == 82U);
  for (std::size_t c = 0; c < shape.levels.size(); ++c)
    BOOST_TEST(shape.levels[c] == static_cast<int>(std::lround(2 * std::sqrt(static_cast<double>(c)))));
  BOOST_CHECK_THROW(usual_shape(7, 28), InputError);
  check(usual_shape(8, 32));
}

BOOST_AUTO_TEST_CASE(features_of_the_usual_views_stay_below_64) {
  BOOST_TEST(usual_views(1).empty());
  BOOST_CHECK_THROW(usual_views(0), InputError);
  BOOST_CHECK_THROW(usual_views(most_usual_views + 1), InputError);
  for (int views = 2; views <= most_usual_views; ++views)
    for (const int cells : {3, 5, 7}) {
      const Shape shape = usual_shape(28, 28, cells, views);
      BOOST_TEST(shape.views.size() == static_cast<std::size_t>(views));
      BOOST_TEST((shape.views.front() == AffineMap{}));
      BOOST_TEST(largest_feature(shape) <= 63);
      const int highest = 63 / (2 * views), largest = largest_count(shape);
      for (int c = 0; c <= largest; ++c) {
        const double level = highest * std::sqrt(c / static_cast<double>(largest));
        BOOST_TEST(shape.levels[static_cast<std::size_t>(c)] == static_cast<int>(std::lround(level)));
      }
    }
}

BOOST_AUTO_TEST_CASE(banks_that_cannot_be_evaluated_are_refused) {
  Words words(5);
  const Bank good = [&] {
    Bank bank = random_bank(words);
    bank.centers.assign(feature_count(bank), 0);
    return bank;
  }();
  check(good);
  const std::vector<std::function<void(Bank&)>> spoil{
      [](Bank& b) { b.shape.rows = 0; },
      [](Bank& b) { b.shape.map_rows.last = b.shape.rows + 1; },
      [](Bank& b) { b.shape.map_columns.first = -1; },
      [](Bank& b) { b.shape.row_windows.clear(); },
      [](Bank& b) { b.shape.row_windows[0].last = b.shape.map_rows.size() + 1; },
      [](Bank& b) {
        b.shape.column_windows[0] = {1, 1};
      },
      [](Bank& b) { b.shape.levels.resize(1); },
      [](Bank& b) { b.shape.levels[0] = 1; },
      [](Bank& b) { b.shape.levels.back() = 200; },
      [](Bank& b) { b.shape.views.assign(128, {}); },
      [](Bank& b) { b.shape.views = {{AffineMap::one * 17}}; },
      [](Bank& b) {
        b.shape.views = {{AffineMap::one, 0, 0, AffineMap::one, 0, AffineMap::one * 2000}};
      },
      [](Bank& b) { b.shape.threshold_bits = 0; },
      [](Bank& b) { b.filters[0].side = 0; },
      [](Bank& b) {
        b.filters[0].dilation = 30;
        b.filters[0].side = 2;
        b.filters[0].is_plus.assign(4, 0);
      },
      [](Bank& b) { b.filters[0].is_plus.push_back(1); },
      [](Bank& b) { b.filters[0].is_plus[0] = 2; },
      [](Bank& b) { b.filters[0].threshold = 128 * b.shape.threshold_step; },
      [](Bank& b) { b.units[0].literals.clear(); },
      [](Bank& b) { b.units[0].literals.resize(9); },
      [](Bank& b) { b.units[0].literals[0].filter = 6; },
      [](Bank& b) { b.units[0].literals[0].dx = -b.shape.map_columns.size(); },
      [](Bank& b) { b.centers.push_back(0); },
      [](Bank& b) { b.centers[0] = -1; },
  };
  for (std::size_t i = 0; i < spoil.size(); ++i) {
    Bank bank = good;
    spoil[i](bank);
    BOOST_TEST_CONTEXT("case " << i) { BOOST_CHECK_THROW(check(bank), InputError); }
  }
}

/// 512 units, 64 filters of five kinds, 8 %, 42 % and 50 % with 1, 2 and 3 literals, offsets within 3; with the 128,000
/// weights and ten 16-bit biases of a readout of ten classes, 130 k parameters.
BOOST_AUTO_TEST_CASE(bits_of_a_bank_are_those_counted_by_hand) {
  Bank bank;
  bank.shape = usual_shape(28, 28);
  const std::vector<Filter> kinds{{Channel::pixels, 4, 1, {}, 0},
                                  {Channel::box, 4, 2, {}, 0},
                                  {Channel::contrast, 4, 1, {}, 0},
                                  {Channel::contrast, 4, 2, {}, 0},
                                  {Channel::square_root, 4, 1, {}, 0}};
  for (std::size_t i = 0; i < 64; ++i) {
    bank.filters.push_back(kinds[i % 5]);
    bank.filters.back().is_plus.assign(16, 1);
    for (std::size_t bit = 0; bit < 4; ++bit) bank.filters.back().is_plus[bit] = ((i / 5) >> bit) & 1;
  }
  for (int i = 0; i < 512; ++i) {
    const Literal later{i / 64, -3, 2, true, true};
    Unit unit{{{i % 64, 0, 0, false, false}}};
    if (i >= 41) unit.literals.push_back(later);
    if (i >= 256) unit.literals.push_back(later);
    bank.units.push_back(unit);
  }
  check(bank);
  const auto close = boost::test_tools::tolerance(1e-9);
  const BankBits bits = count_bits(bank);
  BOOST_TEST(bits.weights == 1024);
  BOOST_TEST(bits.thresholds == 512);
  BOOST_TEST(bits.kinds == 64 * std::log2(5.0), close);
  // 1239 literals: 6 bits for the filter, 1 for widening; 727 of them placed among 49 offsets and negated or not;
  // 1, 2 or 3 literals in each of 512 units.
  BOOST_TEST(bits.wiring == 512 * std::log2(3.0) + 1239 * 7 + 727 * (std::log2(49.0) + 1), close);
  BOOST_TEST(bits.steps == 18 * std::log2(82.0), close);
  BOOST_TEST(bits.order == (std::lgamma(513.0) + std::lgamma(65.0)) / std::log(2.0), close);
  BOOST_TEST(parameter_count(bank) == 1024 + 64);
  const double all = bits.total() + 128000 + 160, parameters = 1024 + 64 + 128000 + 10;
  BOOST_TEST(all / parameters == 1.0851, boost::test_tools::tolerance(1e-4));
  BOOST_TEST((all + bits.order) / parameters == 1.1174, boost::test_tools::tolerance(1e-4));

  bank.units[2] = bank.units[1] = bank.units[0];
  BOOST_TEST(count_bits(bank).order == bits.order - std::log2(6.0), close);
  bank.filters[5] = bank.filters[0];
  BOOST_TEST(count_bits(bank).order == bits.order - std::log2(6.0) - 1, close);
  bank.units[0].literals[0].dy = 1;  // now first literals are placed as well
  BOOST_TEST(count_bits(bank).wiring == 512 * std::log2(3.0) + 1239 * (7 + std::log2(49.0) + 1), close);
}

/// Refusals of n units that sum to R: as many as there are ways to write R as a sum of n numbers in order.
BOOST_AUTO_TEST_CASE(wiring_that_can_be_drawn_again_is_counted_by_its_refusals) {
  const std::vector<std::uint8_t> weights(16, 1);
  Bank bank{usual_shape(28, 28), {{Channel::pixels, 4, 1, weights, 0}, {Channel::box, 4, 2, weights, 0}}, {}, {}};
  const int filters = static_cast<int>(bank.filters.size());
  bank.code = WiringCode{{{0.2, 0.5, 0.3}, 3, 0.3, 0.3}, 7, 2, {0, 4, 0, 1}};
  bank.units = units_of(*bank.code, filters);
  check(bank);
  int ways = 0;
  for (int a = 0; a <= 5; ++a)
    for (int b = 0; a + b <= 5; ++b)
      for (int c = 0; a + b + c <= 5; ++c) ++ways;
  const auto close = boost::test_tools::tolerance(1e-9);
  const double by_seed = 64 + 32 + 32 + std::log2(ways);
  Bank plain = bank;
  plain.code.reset();
  const BankBits by_parts = count_bits(plain);
  BOOST_TEST(count_bits(bank).wiring == by_parts.wiring, close);  // four units are told sooner than a seed
  BOOST_TEST(by_parts.wiring < by_seed);

  bank.code->refused.assign(200, 0);
  bank.code->refused[77] = 5;
  bank.units = units_of(*bank.code, filters);
  const BankBits many = count_bits(bank);
  BOOST_TEST(many.wiring == 128 + (std::lgamma(205.0) - std::lgamma(6.0) - std::lgamma(200.0)) / std::log(2.0), close);
  BOOST_TEST(many.order == 0);

  bank.units[3].literals.front().widened = !bank.units[3].literals.front().widened;
  BOOST_CHECK_THROW(check(bank), InputError);
}

BOOST_AUTO_TEST_SUITE_END()
