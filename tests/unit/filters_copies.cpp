#include "base/error.hpp"
#include "base/fingerprint.hpp"
#include "base/random.hpp"
#include "filters/copies.hpp"
#include "namespaces.hpp"
#include "plain_features.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(filters_copies)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

constexpr int rows = 20, columns = 16;

std::vector<std::uint8_t> some_images(std::size_t count) {
  Words words(21);
  return random_images(words, count, rows, columns);
}

/// Centre of mass of an image.
std::pair<double, double> centre(std::span<const std::uint8_t> image) {
  double mass = 0, y = 0, x = 0;
  for (std::size_t i = 0; i < image.size(); ++i) {
    mass += image[i];
    y += image[i] * static_cast<double>(i / columns);
    x += image[i] * static_cast<double>(i % columns);
  }
  return {y / mass, x / mass};
}

}  // namespace

BOOST_AUTO_TEST_CASE(without_ranges_copies_are_the_images) {
  const auto pixels = some_images(3);
  BOOST_TEST(affine_copies({pixels, rows * columns}, columns, {0, 0, 0}, 1, 0) == pixels,
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_copy_depends_on_seed_copy_and_number_of_the_image_alone) {
  const auto pixels = some_images(6);
  const AffineRanges ranges;
  const Images images{pixels, rows * columns};
  const auto all = affine_copies(images, columns, ranges, 1, 0);
  BOOST_TEST(all != pixels);
  BOOST_TEST(all != affine_copies(images, columns, ranges, 2, 0));
  BOOST_TEST(all != affine_copies(images, columns, ranges, 1, 1));
  const std::vector<std::uint32_t> order{4, 2};
  const auto two = affine_copies({pixels, rows * columns, order}, columns, ranges, 1, 0);
  BOOST_TEST(std::equal(two.begin(), two.begin() + rows * columns, all.begin() + 4 * rows * columns));
  BOOST_TEST(std::equal(two.begin() + rows * columns, two.end(), all.begin() + 2 * rows * columns));
  BOOST_TEST(Fingerprint().add(std::span<const std::uint8_t>(all)).value() ==
             16850589097009333267U);  // with every compiler
}

/// In reals, with the same draws: positions in 256ths may shift a value by two neighbours' difference / 256 each way.
BOOST_AUTO_TEST_CASE(copies_are_bilinear_values_at_affine_positions) {
  const auto pixels = some_images(8);
  const AffineRanges ranges{0.3, 0.2, 3};
  const auto copies = affine_copies({pixels, rows * columns}, columns, ranges, 9, 4);
  double largest = 0;
  for (std::uint32_t i = 0; i < 8; ++i) {
    const PlainImage image{std::span(pixels).subspan(i * rows * columns, rows * columns), rows, columns};
    const auto four = draw(9, Stream::copy, 4, i, 0), two = draw(9, Stream::copy, 4, i, 1);
    const auto part = [](double range, std::uint32_t word) { return range * (2 * uniform(word) - 1); };
    for (int y = 0; y < rows; ++y)
      for (int x = 0; x < columns; ++x) {
        const double dy = y - (rows - 1) / 2.0, dx = x - (columns - 1) / 2.0;
        const double at_y = y + part(0.3, four[0]) * dy + part(0.2, four[1]) * dx + part(3, two[0]);
        const double at_x = x + part(0.2, four[2]) * dy + part(0.3, four[3]) * dx + part(3, two[1]);
        const int top = static_cast<int>(std::floor(at_y)), left = static_cast<int>(std::floor(at_x));
        const double fy = at_y - top, fx = at_x - left;
        const double value = (1 - fy) * ((1 - fx) * image.pixel(top, left) + fx * image.pixel(top, left + 1)) +
                             fy * ((1 - fx) * image.pixel(top + 1, left) + fx * image.pixel(top + 1, left + 1));
        const auto place = static_cast<std::size_t>((static_cast<int>(i) * rows + y) * columns + x);
        largest = std::max(largest, std::abs(value - copies[place]));
      }
  }
  BOOST_TEST(largest < 2.6);
}

/// A block that lies d from the centre in the image is (I + E)^-1 (d - t) from it in the copy.
BOOST_AUTO_TEST_CASE(copies_are_moved_within_the_ranges) {
  std::vector<std::uint8_t> pixels(rows * columns * 200);
  for (std::size_t i = 0; i < pixels.size(); i += rows * columns)
    for (const std::size_t place : {3 * columns + 6, 3 * columns + 7, 4 * columns + 6, 4 * columns + 7})
      pixels[i + place] = 200;  // around row 3.5, column 6.5: 6 above the centre, 1 left of it
  const Images images{pixels, rows * columns};
  double lowest_y = 99, highest_y = 0, lowest_x = 99, highest_x = 0;
  const auto copies = affine_copies(images, columns, {0.1, 0.1, 0.5}, 3, 0);
  for (std::size_t i = 0; i < images.count(); ++i) {
    const auto [y, x] = centre(std::span(copies).subspan(i * rows * columns, rows * columns));
    lowest_y = std::min(lowest_y, y);
    highest_y = std::max(highest_y, y);
    lowest_x = std::min(lowest_x, x);
    highest_x = std::max(highest_x, x);
  }
  // Rows: by 0.5 from the shift, 0.6 from the scale, 0.1 from the shear, a little more since the inverse is taken.
  BOOST_TEST((lowest_y > 3.5 - 1.5 && lowest_y < 3.5 - 0.6 && highest_y < 3.5 + 1.5 && highest_y > 3.5 + 0.6));
  // Columns: 0.5, 0.1 and 0.6.
  BOOST_TEST((lowest_x > 6.5 - 1.5 && lowest_x < 6.5 - 0.6 && highest_x < 6.5 + 1.5 && highest_x > 6.5 + 0.6));
}

BOOST_AUTO_TEST_CASE(edges_are_mixed_with_the_black_outside) {
  const std::vector<std::uint8_t> white(rows * columns, 255);
  const Images images{white, rows * columns};
  const auto copies = affine_copies(images, columns, {0, 0, 0.5}, 5, 0);
  // Inside all stays white, and each edge is as dark along its length.
  for (int y = 1; y + 1 < rows; ++y)
    for (int x = 1; x + 1 < columns; ++x) BOOST_TEST(copies[static_cast<std::size_t>(y * columns + x)] == 255);
  for (int x = 2; x + 1 < columns; ++x) {
    BOOST_TEST(copies[static_cast<std::size_t>(x)] == copies[1]);
    BOOST_TEST(copies[static_cast<std::size_t>((rows - 1) * columns + x)] == copies[(rows - 1) * columns + 1]);
  }
  const int top = copies[1], bottom = copies[(rows - 1) * columns + 1];
  BOOST_TEST(((top == 255) != (bottom == 255)));
  BOOST_TEST(std::min(top, bottom) >= 127);
}

BOOST_AUTO_TEST_CASE(ranges_out_of_bounds_are_refused) {
  const auto pixels = some_images(1);
  for (const AffineRanges& ranges : {AffineRanges{-0.1, 0, 0}, AffineRanges{0, 0.6, 0}, AffineRanges{0, 0, 65}})
    BOOST_CHECK_THROW((void)affine_copies({pixels, rows * columns}, columns, ranges, 1, 0), InputError);
}

BOOST_AUTO_TEST_SUITE_END()
