// From files to integer samples: pooling, levels, centring, statistics and shards against plain references.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cmath>
#include <numeric>
#include <set>

#include "base/error.hpp"
#include "data/pixels.hpp"
#include "data/splits.hpp"
#include "filters/copies.hpp"
#include "idx_files.hpp"
#include "namespaces.hpp"

BOOST_AUTO_TEST_SUITE(data_splits)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

DataConfig small_config(const TemporaryFolder& folder) {
  write_small_set(folder.path());
  DataConfig config;
  config.dataset = DataSource::idx;
  config.directory = folder.path().string();
  config.validation_fraction = 0.2;
  return config;
}

std::string load_error(const DataConfig& config) {
  return message_of<InputError>([&] { static_cast<void>(load_splits(config, 1, 0, 1)); });
}

void append(Samples& whole, const Samples& part) {
  BOOST_TEST(part.first == whole.size());
  whole.features = part.features;
  whole.global_size = part.global_size;
  whole.inputs.insert(whole.inputs.end(), part.inputs.begin(), part.inputs.end());
  whole.labels.insert(whole.labels.end(), part.labels.begin(), part.labels.end());
}

void expect_equal(const Samples& a, const Samples& b) {
  BOOST_TEST(a.features == b.features);
  BOOST_TEST(a.global_size == b.global_size);
  BOOST_TEST(a.size() == a.global_size);
  BOOST_CHECK(a.inputs == b.inputs);
  BOOST_CHECK(a.labels == b.labels);
}

void expect_shards_make_the_whole(const DataConfig& config) {
  const DataSplits whole = load_splits(config, 5, 0, 1);
  for (int shards = 2; shards <= 4; ++shards) {
    DataSplits joined;
    for (int shard = 0; shard < shards; ++shard) {
      const DataSplits part = load_splits(config, 5, shard, shards);
      append(joined.train, part.train);
      append(joined.validation, part.validation);
      append(joined.test, part.test);
      BOOST_TEST(part.center == whole.center);
      BOOST_TEST(part.input_rms == whole.input_rms);
    }
    expect_equal(joined.train, whole.train);
    expect_equal(joined.validation, whole.validation);
    expect_equal(joined.test, whole.test);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(windows_are_averaged_and_rounded_to_the_nearest_level) {
  const PixelGrid grid(2, 4, 2, 16);
  BOOST_TEST(grid.rows() == 1);
  BOOST_TEST(grid.columns() == 2);
  const std::vector<std::uint8_t> image = {255, 255, 0, 8, 255, 255, 9, 17};
  std::vector<std::uint8_t> levels(2);
  grid.quantize(image, levels);
  BOOST_TEST(levels[0] == 15);
  BOOST_TEST(levels[1] == 1);  // mean 8.5 is exactly half a level of 17

  for (const int count : {2, 3, 16, 128}) {
    const PixelGrid one(1, 256, 1, count);
    std::vector<std::uint8_t> ramp(256), found(256);
    std::iota(ramp.begin(), ramp.end(), std::uint8_t{0});
    one.quantize(ramp, found);
    for (int v = 0; v < 256; ++v)
      BOOST_TEST(found[static_cast<std::size_t>(v)] == std::lround(v * (count - 1) / 255.0));
  }
}

BOOST_AUTO_TEST_CASE(windows_and_counts_that_do_not_fit_the_data) {
  const TemporaryFolder folder;
  DataConfig config = small_config(folder);
  config.pool = 3;
  BOOST_TEST(mentions(load_error(config), {"data.pool", "6 x 4", "1, 2"}), load_error(config));
  config.pool = 2;
  config.train_samples = 101;
  BOOST_TEST(mentions(load_error(config), {"data.train_samples", "101", "100"}));
}

BOOST_AUTO_TEST_CASE(statistics_agree_with_a_plain_reference) {
  const TemporaryFolder folder;
  const DataSplits splits = load_splits(small_config(folder), 1, 0, 1);
  BOOST_TEST(splits.rows == 3);
  BOOST_TEST(splits.columns == 2);
  BOOST_TEST(splits.train.size() == 80U);
  BOOST_TEST(splits.validation.size() == 20U);
  BOOST_TEST(splits.test.size() == 23U);
  BOOST_TEST((splits.class_names == std::vector<std::string>{"0", "1", "2", "5"}));

  double summed_variance = 0;
  const auto count = static_cast<double>(splits.train.size());
  for (std::size_t i = 0; i < 6; ++i) {
    double mean = 0, square = 0;
    for (std::size_t s = 0; s < splits.train.size(); ++s) {
      const double level = splits.train.row(s)[i] + splits.center[i];
      BOOST_TEST((level >= 0 && level <= 15));
      mean += level / count;
      square += level * level / count;
    }
    BOOST_TEST(splits.center[i] == static_cast<int>(std::floor(mean + 0.5)));
    summed_variance += square - mean * mean;
  }
  BOOST_TEST(splits.input_rms == std::sqrt(summed_variance), boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(levels_are_those_of_the_images_in_the_files) {
  const TemporaryFolder folder;
  DataConfig config = small_config(folder);
  config.pool = 1;
  config.levels = 128;
  config.validation_fraction = 0;
  const DataSplits splits = load_splits(config, 1, 0, 1);
  std::multiset<std::vector<int>> expected, found;
  const auto pixels = pattern(100, 24);
  for (std::size_t s = 0; s < 100; ++s) {
    std::vector<int> image, sample;
    for (std::size_t i = 0; i < 24; ++i) {
      image.push_back(static_cast<int>(std::lround(pixels[s * 24 + i] * 127 / 255.0)));
      sample.push_back(splits.train.row(s)[i] + splits.center[i]);
    }
    expected.insert(image);
    found.insert(sample);
  }
  BOOST_CHECK(expected == found);
}

BOOST_AUTO_TEST_CASE(shards_make_the_whole) {
  const TemporaryFolder folder;
  expect_shards_make_the_whole(small_config(folder));
}

// Behind the images come their first copies, then their second ones, with the same labels; the other splits have none.
BOOST_AUTO_TEST_CASE(copies_stand_behind_their_images) {
  const TemporaryFolder folder;
  DataConfig config = small_config(folder);
  config.validation_fraction = 0;
  config.pool = 1;
  config.copy_shift = 2;
  const DataSplits plain = load_splits(config, 5, 0, 1);
  config.copies = 2;
  const DataSplits splits = load_splits(config, 5, 0, 1);
  const std::size_t images = plain.train.size();
  BOOST_REQUIRE(splits.train.size() == 3 * images);
  BOOST_TEST(splits.train.global_size == 3 * images);
  BOOST_CHECK(splits.test.inputs == plain.test.inputs);
  BOOST_TEST(splits.center == plain.center);
  for (std::size_t s = 0; s < splits.train.size(); ++s)
    BOOST_TEST(int{splits.train.labels[s]} == int{plain.train.labels[s % images]});
  const std::size_t inputs = plain.train.inputs.size();
  BOOST_CHECK(std::equal(plain.train.inputs.begin(), plain.train.inputs.end(), splits.train.inputs.begin()));

  // As sets: the order of the samples is not known here.
  const auto pixels = pattern(100, 24);
  const PixelGrid grid(6, 4, 1, config.levels);
  for (std::uint32_t copy = 0; copy < 2; ++copy) {
    const std::vector<std::uint8_t> copies =
        affine_copies({pixels, 24}, 4, {config.copy_scale, config.copy_shear, config.copy_shift}, 5, copy);
    std::multiset<std::vector<int>> expected, found;
    std::vector<std::uint8_t> levels(24);
    for (std::size_t s = 0; s < 100; ++s) {
      grid.quantize(std::span(copies).subspan(s * 24, 24), levels);
      std::vector<int> wanted, is;
      for (std::size_t i = 0; i < 24; ++i) {
        wanted.push_back(levels[i] - splits.center[i]);
        is.push_back(splits.train.inputs[(copy + 1) * inputs + s * 24 + i]);
      }
      expected.insert(wanted);
      found.insert(is);
    }
    BOOST_CHECK(expected == found);
  }
  expect_shards_make_the_whole(config);
}

BOOST_AUTO_TEST_CASE(equal_images_are_refused) {
  const TemporaryFolder folder;
  const DataConfig config = small_config(folder);
  write_gzip(folder / "train-images-idx3-ubyte.gz", idx_images(6, 4, std::vector<std::uint8_t>(2400, 9)));
  BOOST_TEST(mentions(load_error(config), {"same pixels"}));
}

BOOST_AUTO_TEST_CASE(fashion_mnist_loads_whole_and_fast) {
  if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist")) {
    BOOST_TEST_MESSAGE("skipped: Debian's package dataset-fashion-mnist is not installed");
    return;
  }
  const auto start = std::chrono::steady_clock::now();
  const DataSplits all = load_splits(DataConfig{}, 1, 0, 1);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  BOOST_TEST_MESSAGE("all of Fashion-MNIST in " << seconds << " s");
  BOOST_TEST(all.train.size() == 54000U);
  BOOST_TEST(all.validation.size() == 6000U);
  BOOST_TEST(all.test.size() == 10000U);
  BOOST_TEST(all.train.features == 196);
  BOOST_TEST(all.class_names.back() == "Ankle boot");

  DataConfig pair;
  pair.classes = {"T-shirt", "Trouser"};
  pair.train_samples = 1000;
  const DataSplits two = load_splits(pair, 1, 0, 1);
  BOOST_TEST(two.train.size() == 900U);
  BOOST_TEST(two.validation.size() == 100U);
  BOOST_TEST(two.test.size() == 2000U);
  BOOST_TEST(std::accumulate(two.train.labels.begin(), two.train.labels.end(), 0) == 450);
  expect_shards_make_the_whole(pair);
}

BOOST_AUTO_TEST_SUITE_END()
