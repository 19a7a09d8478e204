// The kernels of moves by columns against plain loops, for every width of vectors. What the passes make of them is
// tested in moves.cpp.
#include "namespaces.hpp"
#include "random_words.hpp"
#include "train/anneal/column_kernel.hpp"
#include "train/anneal/gather_columns.hpp"
#include "train/anneal/layer_sums.hpp"
#include "train/anneal/lead_loss.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

BOOST_AUTO_TEST_SUITE(move_columns)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

template <class T>
std::vector<T> random_values(Words& words, std::size_t count, int low, int high) {
  std::vector<T> values(count);
  for (T& value : values) value = static_cast<T>(words.between(low, high));
  return values;
}

std::int64_t plain_heights(const ColumnView& view, const std::int8_t* x, const std::int8_t* minus, int step) {
  std::int64_t sum = 0;
  for (std::size_t s = 0; s < view.size; ++s) {
    const int input = x == nullptr ? 1 : x[s] - (minus == nullptr ? 0 : minus[s]);
    sum += std::int64_t{view.jumps[s]} * std::clamp(view.z[s] + view.shift + step * input, 0, view.top);
  }
  return sum;
}

}  // namespace

BOOST_AUTO_TEST_CASE(columns_are_those_of_the_chosen_rows) {
  Words words(1);
  for (const std::size_t features : {1U, 7U, 8U, 31U, 33U, 100U})
    for (const std::size_t count : {0U, 1U, 8U, 13U, 130U}) {
      const std::size_t length = simd::padded(features, 32) + 32, stride = simd::padded(count, 128);
      const std::vector<std::int8_t> rows = random_values<std::int8_t>(words, 200 * length, -128, 127);
      const std::vector<std::uint32_t> chosen = random_values<std::uint32_t>(words, count, 0, 199);
      for (const simd::Width width : simd::cpu_widths()) {
        std::vector<std::int8_t> columns(simd::padded(features, 32) * stride, 99);
        gather_columns({rows.data(), length}, chosen, features, stride, columns.data(), width);
        for (std::size_t i = 0; i < features; ++i)
          for (std::size_t k = 0; k < stride; ++k)
            BOOST_REQUIRE_EQUAL(int{columns[i * stride + k]}, k < count ? int{rows[chosen[k] * length + i]} : 0);
      }
    }
}

BOOST_AUTO_TEST_CASE(sums_of_a_layer_are_those_of_plain_loops) {
  Words words(3);
  for (const std::size_t inputs : {1U, 31U, 64U, 100U})
    for (const std::size_t samples : {1U, 5U, 32U}) {
      const std::size_t units = static_cast<std::size_t>(words.between(1, 9)), length = simd::padded(inputs, 32);
      const auto rows = random_values<std::int8_t>(words, samples * length, -128, 127);
      const auto weights = random_values<std::int16_t>(words, units * inputs, -255, 255);
      for (const simd::Width width : simd::cpu_widths()) {
        std::vector<BlockSums> sums(units);
        layer_sums({rows.data(), length, samples, weights.data(), inputs}, sums, width);
        for (std::size_t j = 0; j < units; ++j)
          for (std::size_t s = 0; s < samples; ++s) {
            int expected = 0;
            for (std::size_t i = 0; i < inputs; ++i) expected += weights[j * inputs + i] * rows[s * length + i];
            BOOST_REQUIRE_EQUAL(sums[j][s], expected);
          }
      }
    }
}

// Jumps as large as they may be, so that sums of few samples fill 32 bits; z near both ends of the heights.
BOOST_AUTO_TEST_CASE(sums_of_moved_heights_are_exact) {
  Words words(2);
  for (int round = 0; round < 60; ++round) {
    const std::size_t size = 128 * static_cast<std::size_t>(words.between(0, 5));
    const int top = words.one_of<int>({1, 2, 60, 400}), largest = words.one_of<int>({1, 4, 300, 32767});
    const auto z = random_values<std::int16_t>(words, size, -2 * top - 9, 2 * top + 9);
    const auto jumps = random_values<std::int16_t>(words, size, round % 2 == 0 ? -largest : largest, largest);
    const auto x = random_values<std::int8_t>(words, size, -15, 15),
               y = random_values<std::int8_t>(words, size, -15, 15);
    const ColumnView view{z.data(), jumps.data(),
                          size,     words.between(-3, 3),
                          top,      static_cast<std::size_t>(INT32_MAX / (2 * std::int64_t{largest} * top))};
    const int step = words.between(-6, 6);
    for (const simd::Width width : simd::cpu_widths()) {
      BOOST_REQUIRE_EQUAL(sum_moved_heights(view, nullptr, nullptr, step, width),
                          plain_heights(view, nullptr, nullptr, step));
      BOOST_REQUIRE_EQUAL(sum_moved_heights(view, x.data(), nullptr, step, width),
                          plain_heights(view, x.data(), nullptr, step));
      BOOST_REQUIRE_EQUAL(sum_moved_heights(view, x.data(), y.data(), step, width),
                          plain_heights(view, x.data(), y.data(), step));
    }
  }
}

BOOST_AUTO_TEST_CASE(jumps_of_all_samples_are_those_of_each) {
  Words words(3);
  for (int round = 0; round < 40; ++round) {
    const auto outputs = static_cast<std::size_t>(words.between(2, 12));
    const auto samples = static_cast<std::size_t>(words.between(1, 70));
    const auto z_out = random_values<int>(words, samples * outputs, -30, 30);
    const auto z = random_values<std::int16_t>(words, samples, -3, 3);
    const auto labels = random_values<std::uint8_t>(words, samples, 0, static_cast<int>(outputs) - 1);
    const auto weights = random_values<std::int16_t>(words, outputs, -3, 3);
    const int threshold = words.between(-1, 1), low = -words.between(0, 2), high = words.between(1, 3),
              margin = words.between(1, 20);
    std::vector<std::int32_t> expected(samples);
    for (std::size_t s = 0; s < samples; ++s) {
      const int now = z[s] >= threshold ? high : low;
      const OutputMove move{{z_out.data() + s * outputs, outputs}, weights, low - now, high - now};
      expected[s] = static_cast<std::int32_t>(lead_jump(move, labels[s], margin));
    }
    for (const simd::Width width : simd::cpu_widths()) {
      std::vector<std::int32_t> jumps(samples);
      lead_jumps({z_out.data(), z.data(), labels.data(), weights, samples, threshold, low, high, margin}, jumps.data(),
                 width);
      BOOST_TEST(jumps == expected, boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
