#include "filters/gradient.hpp"

#include "base/error.hpp"
#include "namespaces.hpp"
#include "plain_features.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(filters_gradient)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

struct Gradient {
  std::vector<std::int64_t> weights, thresholds;
  bool operator==(const Gradient&) const = default;
};

Gradient zeros(const Bank& bank) {
  std::size_t taps = 0;
  for (const Filter& filter : bank.filters) taps += filter.is_plus.size();
  return {std::vector<std::int64_t>(taps), std::vector<std::int64_t>(bank.filters.size())};
}

/// The gradient as its definition reads, on one image as it is seen.
class PlainGradient {
public:
  PlainGradient(const Bank& bank, std::span<const int> half_widths, const std::vector<std::uint8_t>& image)
      : bank_(bank),
        half_widths_(half_widths),
        image_(image, bank.shape.rows, bank.shape.columns),
        rows_(bank.shape.map_rows.size()),
        columns_(bank.shape.map_columns.size()) {}

  void add(std::span<const std::int32_t> signals, Gradient& gradient) const {
    std::size_t feature = 0;
    for (const Unit& unit : bank_.units)
      for (const Range& rows : bank_.shape.row_windows)
        for (const Range& columns : bank_.shape.column_windows)
          add_window(unit, rows, columns, signals[feature++], gradient);
  }

private:
  [[nodiscard]] int sum(const Filter& filter, int y, int x) const {
    int sum = 0;
    for (int i = 0; i < filter.side; ++i)
      for (int j = 0; j < filter.side; ++j) {
        const int value = tap(filter, y, x, i, j);
        sum += filter.is_plus[static_cast<std::size_t>(i * filter.side + j)] != 0 ? value : -value;
      }
    return sum;
  }

  [[nodiscard]] int tap(const Filter& filter, int y, int x, int i, int j) const {
    const int before = (filter.side - 1) * filter.dilation / 2;
    return image_.value(filter.channel, bank_.shape.map_rows.first + y + i * filter.dilation - before,
                        bank_.shape.map_columns.first + x + j * filter.dilation - before);
  }

  [[nodiscard]] bool bit(int number, int y, int x) const {
    const Filter& filter = bank_.filters[static_cast<std::size_t>(number)];
    return sum(filter, y, x) > filter.threshold;
  }

  /// The bits that a literal looks at from a position, row and column each.
  [[nodiscard]] std::vector<std::pair<int, int>> seen(const Literal& literal, int y, int x) const {
    const int row = std::clamp(y + literal.dy, 0, rows_ - 1), column = std::clamp(x + literal.dx, 0, columns_ - 1);
    const int around = literal.widened ? 1 : 0;
    std::vector<std::pair<int, int>> bits;
    for (int i = -around; i <= around; ++i)
      for (int j = -around; j <= around; ++j)
        if (row + i >= 0 && row + i < rows_ && column + j >= 0 && column + j < columns_)
          bits.emplace_back(row + i, column + j);
    return bits;
  }

  [[nodiscard]] bool is_true(const Literal& literal, int y, int x) const {
    const auto bits = seen(literal, y, x);
    const bool any =
        std::ranges::any_of(bits, [&](const auto& at) { return bit(literal.filter, at.first, at.second); });
    return any != literal.negated;
  }

  [[nodiscard]] bool is_true_without(const Unit& unit, std::size_t left_out, int y, int x) const {
    for (std::size_t l = 0; l < unit.literals.size(); ++l)
      if (l != left_out && !is_true(unit.literals[l], y, x)) return false;
    return true;
  }

  void add_window(const Unit& unit, const Range& rows, const Range& columns, std::int32_t signal,
                  Gradient& gradient) const {
    int count = 0, largest = 0;
    for (const Range& r : bank_.shape.row_windows)
      for (const Range& c : bank_.shape.column_windows) largest = std::max(largest, r.size() * c.size());
    for (int y = rows.first; y < rows.last; ++y)
      for (int x = columns.first; x < columns.last; ++x)
        count += is_true_without(unit, unit.literals.size(), y, x) ? 1 : 0;
    const int low = std::max(count - 2, 0), high = std::min(count + 2, largest);
    const std::vector<std::uint8_t>& levels = bank_.shape.levels;
    const double slope =
        static_cast<double>(levels[static_cast<std::size_t>(high)] - levels[static_cast<std::size_t>(low)]) /
        std::max(high - low, 1);
    const auto scaled =
        static_cast<std::int64_t>(std::floor(signal * std::round(slope * 256) / (256.0 * signal_step) + 0.5));
    for (int y = rows.first; y < rows.last; ++y)
      for (int x = columns.first; x < columns.last; ++x)
        for (std::size_t l = 0; l < unit.literals.size(); ++l)
          if (is_true_without(unit, l, y, x))
            add_literal(unit.literals[l], y, x, unit.literals[l].negated ? -scaled : scaled, gradient);
  }

  void add_literal(const Literal& literal, int y, int x, std::int64_t signal, Gradient& gradient) const {
    const auto bits = seen(literal, y, x);
    for (const auto& [row, column] : bits) {
      const bool is_alone = std::ranges::none_of(bits, [&](const auto& other) {
        return other != std::pair(row, column) && bit(literal.filter, other.first, other.second);
      });
      if (is_alone) add_bit(static_cast<std::size_t>(literal.filter), row, column, signal, gradient);
    }
  }

  void add_bit(std::size_t number, int y, int x, std::int64_t signal, Gradient& gradient) const {
    const Filter& filter = bank_.filters[number];
    const double distance = sum(filter, y, x) - filter.threshold - 0.5;
    if (std::abs(distance) > half_widths_[number]) return;
    std::size_t begin = 0;
    for (std::size_t f = 0; f < number; ++f) begin += bank_.filters[f].is_plus.size();
    for (int i = 0; i < filter.side; ++i)
      for (int j = 0; j < filter.side; ++j)
        gradient.weights[begin + static_cast<std::size_t>(i * filter.side + j)] += signal * tap(filter, y, x, i, j);
    gradient.thresholds[number] -= signal;
  }

  const Bank& bank_;
  std::span<const int> half_widths_;
  PlainImage image_;
  int rows_, columns_;
};

Gradient plain_gradient(const Bank& bank, std::span<const int> half_widths, const Images& images,
                        const std::vector<std::int32_t>& signals, std::size_t stride) {
  Gradient gradient = zeros(bank);
  const Shape& shape = bank.shape;
  for (std::size_t i = 0; i < images.count(); ++i) {
    std::vector<std::int32_t> of_image;
    for (std::size_t f = 0; f < feature_count(bank); ++f) of_image.push_back(signals[f * stride + i]);
    std::vector<std::vector<std::uint8_t>> seen;
    for (const AffineMap& map : shape.views) seen.push_back(plain_view(images[i], shape.rows, shape.columns, map));
    if (seen.empty()) seen.emplace_back(images[i].begin(), images[i].end());
    if (shape.mirror)
      for (std::size_t v = seen.size(); v > 0; --v) seen.push_back(plain_mirror(seen[v - 1], shape.columns));
    for (const auto& image : seen) PlainGradient(bank, half_widths, image).add(of_image, gradient);
  }
  return gradient;
}

}  // namespace

BOOST_AUTO_TEST_CASE(gradient_of_random_banks_is_that_of_the_definition_for_every_width) {
  int moved = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Words words(seed);
    Bank bank = random_bank(words);
    std::vector<int> half_widths;
    for (std::size_t f = 0; f < bank.filters.size(); ++f) half_widths.push_back(words.between(1, 60));
    const auto count = static_cast<std::size_t>(seed % 10 == 0 ? 70 : words.between(1, 4));
    const auto pixels = random_images(words, count, bank.shape.rows, bank.shape.columns);
    const Images images{pixels, pixels.size() / count};
    const std::size_t stride = count + 1;
    std::vector<std::int32_t> signals(feature_count(bank) * stride);
    for (std::int32_t& signal : signals) signal = words.between(-300000, 300000);
    const Gradient expected = plain_gradient(bank, half_widths, images, signals, stride);
    for (const std::int64_t sum : expected.weights) moved += sum != 0 ? 1 : 0;
    for (const simd::Width width : simd::cpu_widths()) {
      Gradient found = zeros(bank);
      FilterGradient layer(bank, half_widths, width);
      for (std::size_t sight = 0; sight < layer.sights(); ++sight)
        layer.add(images, sight, signals, stride, found.weights, found.thresholds);
      BOOST_TEST((found == expected), "seed " << seed);
    }
  }
  BOOST_TEST(moved > 300);
}

BOOST_AUTO_TEST_CASE(images_of_least_signals_add_nothing) {
  int seen = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Words words(seed);
    const Bank bank = random_bank(words);
    const std::vector<int> half_widths(bank.filters.size(), 60);
    const auto pixels = random_images(words, 3, bank.shape.rows, bank.shape.columns);
    FilterGradient layer(bank, half_widths);
    for (const std::int32_t signal : {layer.least_signal(), -layer.least_signal() + 1}) {
      Gradient found = zeros(bank);
      const std::vector<std::int32_t> signals(3 * feature_count(bank), signal);
      layer.add({pixels, pixels.size() / 3}, 0, signals, 3, found.weights, found.thresholds);
      const bool is_nothing = found == zeros(bank);
      if (signal < 0) BOOST_TEST(is_nothing);
      seen += is_nothing ? 0 : 1;
    }
  }
  BOOST_TEST(seen > 0);  // the bound is not far off
}

BOOST_AUTO_TEST_CASE(gradient_points_where_a_wide_step_lies) {
  // One weight on images of a row of pixels, one unit, one window: the count falls as the threshold rises.
  Bank bank;
  bank.shape = {1, 8, {0, 1}, {0, 8}, {{0, 1}}, {{0, 8}}, {0, 1, 2, 3, 4, 5, 6, 7, 8}, false, {}, 8, 1};
  bank.filters = {{Channel::pixels, 1, 1, {1}, 15}};
  bank.units = {{{{0, 0, 0, false, false}}}};
  const std::vector<std::uint8_t> pixels{0, 255, 100, 130, 140, 0, 80, 125};  // levels 0, 31, 12, 15, 17, 0, 9, 15
  const std::vector<std::int32_t> signals{10 * signal_step};
  std::vector<std::int64_t> weights(1), thresholds(1);
  const std::vector<int> half_widths{4};
  FilterGradient(bank, half_widths).add({pixels, 8}, 0, signals, 1, weights, thresholds);
  BOOST_TEST(thresholds[0] == -40);                    // 12, 15, 17, 15 are within 12 .. 19
  BOOST_TEST(weights[0] == 10 * (12 + 15 + 17 + 15));  // those of 15 are not above the threshold, but within the step
}

BOOST_AUTO_TEST_CASE(images_of_another_size_are_refused) {
  Words words(3);
  const Bank bank = random_bank(words);
  std::vector<int> half_widths(bank.filters.size(), 1);
  Gradient gradient = zeros(bank);
  const std::vector<std::uint8_t> pixels(7);
  const std::vector<std::int32_t> signals(feature_count(bank));
  BOOST_CHECK_THROW(
      FilterGradient(bank, half_widths).add({pixels, 7}, 0, signals, 1, gradient.weights, gradient.thresholds),
      InputError);
}

BOOST_AUTO_TEST_SUITE_END()
