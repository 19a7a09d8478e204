#include "base/error.hpp"
#include "base/fingerprint.hpp"
#include "filters/draw.hpp"
#include "filters/features.hpp"
#include "namespaces.hpp"
#include "plain_features.hpp"

#include <map>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(filters_draw)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

struct Case {
  Shape shape = usual_shape(16, 14, 3);
  DrawOptions options;
  std::vector<std::uint8_t> pixels;
  Images images{};

  Case() {
    Words words(11);
    pixels = random_images(words, 40, 16, 14);
    images = {pixels, 16 * 14};
    options.filters = 12;
    options.units = 60;
    options.kinds = {{Channel::pixels, 4, 1, 0.30},
                     {Channel::box, 4, 2, 0.25},
                     {Channel::contrast, 4, 1, 0.15},
                     {Channel::contrast, 4, 2, 0.15},
                     {Channel::square_root, 4, 1, 0.15}};
    options.wiring = {{0.08, 0.42, 0.50}, 3, 0.3, 0.3};
    options.sample_images = 70;
  }
  Case(const Case&) = delete;

  [[nodiscard]] Bank drawn(std::uint64_t seed = 1, std::uint32_t stage = 0,
                           simd::Width width = simd::cpu_width()) const {
    return draw_bank(shape, options, images, seed, stage, width);
  }
};

/// A bank of these filters with one unit: a filter's own bit.
Bank alone(const Bank& bank) {
  Bank copy = bank;
  copy.units = {{{Literal{}}}};
  return copy;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_same_arguments_draw_the_same_bank) {
  const Case it;
  const Bank bank = it.drawn();
  check(bank);
  for (const simd::Width width : simd::cpu_widths()) BOOST_TEST((it.drawn(1, 0, width) == bank));
  BOOST_TEST((it.drawn(2, 0) != bank));
  BOOST_TEST((it.drawn(1, 1) != bank));
  BOOST_TEST(bank.filters.size() == 12U);
  BOOST_TEST(bank.units.size() == 60U);
}

/// The same with every compiler: what a change of this number changes are results of users.
BOOST_AUTO_TEST_CASE(a_bank_and_its_features_are_those_of_earlier_versions) {
  const Case it;
  FeatureMaker maker(it.drawn());
  std::vector<std::int8_t> features(maker.count() * it.images.count());
  maker.make(it.images, features, it.images.count());
  BOOST_TEST(Fingerprint().add(std::span<const std::int8_t>(features)).value() == 15775073008219972470U);
}

BOOST_AUTO_TEST_CASE(units_are_drawn_again_from_their_code) {
  const Bank bank = Case{}.drawn();
  BOOST_TEST_REQUIRE(bank.code.has_value());
  BOOST_TEST((units_of(*bank.code, static_cast<int>(bank.filters.size())) == bank.units));
  BOOST_TEST(std::ranges::any_of(bank.code->refused, [](std::uint32_t refused) { return refused > 0; }));
}

BOOST_AUTO_TEST_CASE(candidates_are_the_first_draws_that_suit) {
  Case it;
  const Bank bank = it.drawn();
  it.options.candidates = 3;
  const Candidates all = draw_candidates(it.shape, it.options, it.images, 1, 0);
  BOOST_TEST_REQUIRE(all.units() == bank.units.size());
  BOOST_TEST((all.bank.filters == bank.filters));
  BOOST_TEST((with_chosen(all, std::vector<std::size_t>(all.units())).units.front() == bank.units.front()));
  std::vector<std::size_t> last(all.units(), 2);
  const Bank other = with_chosen(all, last);
  check(other);
  for (std::size_t u = 0; u < all.units(); ++u) {
    const auto* of_unit = &all.bank.units[3 * u];
    BOOST_TEST((of_unit[0] != of_unit[1] && of_unit[1] != of_unit[2]));
    BOOST_TEST(of_unit[0].literals.size() == of_unit[2].literals.size());
    BOOST_TEST(other.code->refused[u] > all.code.refused[3 * u]);
  }
}

BOOST_AUTO_TEST_CASE(too_few_candidates_are_filled_up_with_the_last_one) {
  Case it;
  it.options.units = 1;
  it.options.candidates = 3;
  it.options.wiring = {{0, 1}, 3, 0.3, 0};
  bool is_filled = false;
  try {
    for (; !is_filled && it.options.least_active < 1; it.options.least_active += 0.005) {
      const Candidates all = draw_candidates(it.shape, it.options, it.images, 1, 0);
      BOOST_TEST_REQUIRE(all.bank.units.size() == 3U);
      is_filled = all.code.refused[1] == all.code.refused[2];
      BOOST_TEST(is_filled == (all.bank.units[1] == all.bank.units[2]));
      check(with_chosen(all, std::vector<std::size_t>{2}));
    }
  } catch (const InputError&) {  // none suits any more
  }
  BOOST_TEST(is_filled);
}

BOOST_AUTO_TEST_CASE(more_units_leave_the_first_ones_as_they_are) {
  Case it;
  const Bank few = it.drawn();
  it.options.units = 80;
  const Bank more = it.drawn();
  BOOST_TEST((few.filters == more.filters));
  BOOST_TEST((std::equal(few.units.begin(), few.units.end(), more.units.begin())));
}

BOOST_AUTO_TEST_CASE(filters_are_balanced_and_of_the_kinds_asked_for) {
  Case it;
  it.options.filters = 400;
  it.options.units = 0;
  std::map<std::pair<Channel, int>, int> kinds;
  for (const Filter& filter : it.drawn().filters) {
    BOOST_TEST(std::ranges::count(filter.is_plus, 1) == 8);
    BOOST_TEST(filter.side == 4);
    ++kinds[{filter.channel, filter.dilation}];
  }
  BOOST_TEST(kinds.size() == 5U);
  BOOST_TEST((std::abs(kinds[{Channel::pixels, 1}] - 120) < 40));  // more than 4 standard deviations
  BOOST_TEST((std::abs(kinds[{Channel::box, 2}] - 100) < 40));
}

BOOST_AUTO_TEST_CASE(filters_without_noise_and_swaps_are_ranked_patches) {
  Case it;
  it.options.noise = 0;
  it.options.swap_share = 0;
  it.options.kinds = {{Channel::pixels, 3, 1, 1}};
  it.options.units = 0;
  const Bank bank = it.drawn();
  for (const Filter& filter : bank.filters) {
    bool is_found = false;
    for (std::size_t i = 0; i < it.images.count() && !is_found; ++i) {
      const PlainImage image(it.images[i], 16, 14);
      for (int y = 1; y < 14 && !is_found; ++y)
        for (int x = 1; x < 12 && !is_found; ++x) {
          int darkest_plus = 99, brightest_minus = -1, low = 99, high = 0;
          for (int t = 0; t < 9; ++t) {
            const int value = image.value(Channel::pixels, y + t / 3 - 1, x + t % 3 - 1);
            low = std::min(low, value);
            high = std::max(high, value);
            if (filter.is_plus[static_cast<std::size_t>(t)] != 0)
              darkest_plus = std::min(darkest_plus, value);
            else
              brightest_minus = std::max(brightest_minus, value);
          }
          is_found = darkest_plus >= brightest_minus && high - low >= it.options.least_range;
        }
    }
    BOOST_TEST(is_found);
  }
}

BOOST_AUTO_TEST_CASE(thresholds_are_at_the_quantile) {
  Case it;
  it.options.kinds = {{Channel::pixels, 4, 1, 1}};
  it.options.lowest_quantile = it.options.highest_quantile = 0.7;
  it.options.units = 0;
  it.options.sample_images = 400;  // nearly every image
  it.options.threshold_positions = 4000;
  const Bank bank = it.drawn();
  for (std::size_t f = 0; f < bank.filters.size(); ++f) {
    // Of the positions with a bit below the threshold, at it, and above it.
    Bank above = alone(bank), from = alone(bank);
    above.filters = {bank.filters[f]};
    from.filters = {bank.filters[f]};
    --from.filters[0].threshold;
    double positions = 0, more = 0, more_or_equal = 0;
    for (std::size_t i = 0; i < it.images.count(); ++i) {
      const PlainLayer strict(above, it.images[i]), weak(from, it.images[i]);
      for (int y = 0; y < 13; ++y)
        for (int x = 0; x < 11; ++x) {
          positions += 1;
          more += strict.is_true(above.units[0], y, x) ? 1 : 0;
          more_or_equal += weak.is_true(from.units[0], y, x) ? 1 : 0;
        }
    }
    BOOST_TEST(more / positions < 0.3 + 0.06);
    BOOST_TEST(more_or_equal / positions > 0.3 - 0.12);  // blank positions are not asked
  }
}

BOOST_AUTO_TEST_CASE(units_keep_the_rules) {
  Case it;
  it.options.sample_images = 1;  // so that the test can tell which image it is: one of 40
  it.options.least_active = 0.05;
  it.options.most_active = 0.8;
  const Bank bank = it.drawn();
  std::size_t most_kept = 0;
  for (std::size_t i = 0; i < it.images.count(); ++i) {
    const PlainLayer layer(bank, it.images[i]);
    const auto active = [&](const Unit& unit) {
      int count = 0;
      for (int y = 0; y < 13; ++y)
        for (int x = 0; x < 11; ++x) count += layer.is_true(unit, y, x) ? 1 : 0;
      return count;
    };
    std::size_t kept = 0;
    for (const Unit& unit : bank.units) {
      const int all = active(unit);
      const bool is_rare = all < 0.05 * 13 * 11;
      const bool adds = unit.literals.size() == 1 || std::ranges::all_of(unit.literals, [&](const Literal& literal) {
                          return all <= 0.8 * active({{literal}});
                        });
      kept += !is_rare && adds ? 1 : 0;
    }
    most_kept = std::max(most_kept, kept);
  }
  BOOST_TEST(most_kept == bank.units.size());
}

BOOST_AUTO_TEST_CASE(units_repeat_only_where_there_are_no_others) {
  Case it;
  const Bank varied = it.drawn();
  for (std::size_t u = 0; u < varied.units.size(); ++u)
    BOOST_TEST(std::ranges::count(varied.units, varied.units[u]) == 1);
  it.options.wiring.literal_shares = {1};
  BOOST_TEST(it.drawn().units.size() == 60U);  // of 24 that there are at most
}

BOOST_AUTO_TEST_CASE(literals_have_the_shares_asked_for) {
  Case it;
  it.options.units = 400;
  const Bank bank = it.drawn();
  std::map<std::size_t, int> sizes;
  int widened = 0, negated = 0, literals = 0;
  for (const Unit& unit : bank.units) {
    ++sizes[unit.literals.size()];
    const Literal& first = unit.literals.front();
    BOOST_TEST((first.dy == 0 && first.dx == 0 && !first.negated));
    for (const Literal& literal : unit.literals) {
      BOOST_TEST((std::abs(literal.dy) <= 3 && std::abs(literal.dx) <= 3));
      widened += literal.widened ? 1 : 0;
      negated += literal.negated ? 1 : 0;
      ++literals;
    }
  }
  BOOST_TEST(std::abs(sizes[1] - 32) < 24);
  BOOST_TEST(std::abs(sizes[2] - 168) < 45);
  BOOST_TEST(std::abs(sizes[3] - 200) < 45);
  BOOST_TEST((widened > literals / 8 && widened < literals / 2));
  BOOST_TEST((negated > literals / 20 && negated < literals / 2));
}

BOOST_AUTO_TEST_CASE(images_that_are_too_alike_and_bad_options_are_refused) {
  Case it;
  const std::vector<std::uint8_t> blank(16 * 14 * 2, 0);
  BOOST_CHECK_THROW(draw_bank(it.shape, it.options, {blank, 16 * 14}, 1, 0), InputError);
  BOOST_CHECK_THROW(draw_bank(it.shape, it.options, {blank, 5}, 1, 0), InputError);
  BOOST_CHECK_THROW(draw_bank(it.shape, it.options, {{}, 16 * 14}, 1, 0), InputError);
  const DrawOptions good = it.options;
  it.options.least_active = 0.99;
  BOOST_CHECK_THROW(it.drawn(), InputError);
  it.options = good;
  it.options.wiring.reach = 11;
  BOOST_CHECK_THROW(it.drawn(), InputError);
  it.options = good;
  it.options.kinds[0].side = -1;
  BOOST_CHECK_THROW(it.drawn(), InputError);
  it.options = good;
  it.options.kinds.clear();
  BOOST_CHECK_THROW(it.drawn(), InputError);
  it.options = good;
  it.options.wiring.literal_shares = {0, 0};
  BOOST_CHECK_THROW(it.drawn(), InputError);
}

BOOST_AUTO_TEST_SUITE_END()
