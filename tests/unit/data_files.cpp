// IDX files and the data sets made of them: what is read, and one clear line for each way a file can be bad.
#include <boost/test/unit_test.hpp>

#include "base/error.hpp"
#include "data/dataset.hpp"
#include "data/idx.hpp"
#include "idx_files.hpp"
#include "namespaces.hpp"

BOOST_AUTO_TEST_SUITE(data_files)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

std::string images_error(const std::filesystem::path& path) {
  return message_of<InputError>([&] { static_cast<void>(read_idx_images(path)); });
}

std::string labels_error(const std::filesystem::path& path) {
  return message_of<InputError>([&] { static_cast<void>(read_idx_labels(path)); });
}

std::string dataset_error(const DataConfig& config) {
  return message_of<InputError>([&] { static_cast<void>(read_dataset(config)); });
}

DataConfig idx_config(const TemporaryFolder& folder) {
  DataConfig config;
  config.dataset = DataSource::idx;
  config.directory = folder.path().string();
  return config;
}

}  // namespace

BOOST_AUTO_TEST_CASE(plain_and_gzip_files_read_alike) {
  const TemporaryFolder folder;
  const auto pixels = pattern(5, 12);
  overwrite(folder / "plain", idx_images(3, 4, pixels));
  write_gzip(folder / "packed.gz", idx_images(3, 4, pixels));
  for (const char* name : {"plain", "packed.gz"}) {
    const IdxImages images = read_idx_images(folder / name);
    BOOST_TEST(images.count == 5U);
    BOOST_TEST(images.rows == 3);
    BOOST_TEST(images.columns == 4);
    BOOST_TEST(images.pixels == pixels);
    BOOST_TEST(images.image(4)[0] == pixels[48]);
  }
  write_gzip(folder / "labels", idx_labels({3, 0, 255}));
  BOOST_TEST(read_idx_labels(folder / "labels") == (std::vector<std::uint8_t>{3, 0, 255}));
}

BOOST_AUTO_TEST_CASE(truncated_files_are_refused) {
  const TemporaryFolder folder;
  const std::string whole = idx_images(28, 28, pattern(20, 784));
  write_gzip(folder / "whole.gz", whole);
  const std::string packed = contents(folder / "whole.gz");
  const auto path = folder / "cut.gz";
  // Within the data, within the checksum at the end, within the header of the stream, and nothing at all.
  for (const std::size_t size :
       {packed.size() / 2, packed.size() - 3, packed.size() - 8, std::size_t{5}, std::size_t{0}}) {
    overwrite(path, packed.substr(0, size));
    BOOST_TEST(mentions(images_error(path), {path.string(), "truncated"}), size << ": " << images_error(path));
  }
  for (const std::size_t size : {whole.size() - 1, std::size_t{10}, std::size_t{2}}) {
    overwrite(path, whole.substr(0, size));
    BOOST_TEST(mentions(images_error(path), {path.string(), "truncated"}), size << ": " << images_error(path));
  }
}

BOOST_AUTO_TEST_CASE(damaged_and_foreign_files_are_refused) {
  const TemporaryFolder folder;
  const auto path = folder / "file";
  write_gzip(path, idx_images(28, 28, pattern(20, 784)));
  std::string packed = contents(path);
  packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 1);  // in the stored checksum
  overwrite(path, packed);
  BOOST_TEST(mentions(images_error(path), {path.string(), "damaged", "fetch it again"}), images_error(path));

  overwrite(path, "PNG and more");
  BOOST_TEST(mentions(images_error(path), {path.string(), "not an IDX file", "0x00000803"}), images_error(path));
  overwrite(path, idx_labels({1, 2}));
  BOOST_TEST(mentions(images_error(path), {path.string(), "holds labels", "mixed up"}), images_error(path));
  overwrite(path, idx_images(2, 2, pattern(2, 4)));
  BOOST_TEST(mentions(labels_error(path), {path.string(), "holds images", "mixed up"}), labels_error(path));

  overwrite(path, idx_images(2, 2, pattern(2, 4)) + "x");
  BOOST_TEST(mentions(images_error(path), {path.string(), "longer than the 24 bytes"}), images_error(path));
  overwrite(path, big_endian(0x803) + big_endian(0xFFFFFFFF) + big_endian(28) + big_endian(28) + "x");
  BOOST_TEST(mentions(images_error(path), {path.string(), "more than a file of 17 bytes can hold"}),
             images_error(path));
  overwrite(path, big_endian(0x803) + big_endian(1) + big_endian(0) + big_endian(28));
  BOOST_TEST(mentions(images_error(path), {path.string(), "0 x 28"}), images_error(path));
  BOOST_TEST(mentions(images_error(folder / "none"), {"none", "no such file"}), images_error(folder / "none"));
}

BOOST_AUTO_TEST_CASE(missing_files_say_where_to_get_them) {
  const TemporaryFolder folder;
  DataConfig config = idx_config(folder);
  BOOST_TEST(mentions(dataset_error(config), {folder.path().string(), "train-images-idx3-ubyte", "data.directory"}));
  config.dataset = DataSource::fashion_mnist;
  BOOST_TEST(mentions(dataset_error(config), {"train-images-idx3-ubyte", "dataset-fashion-mnist", "data.directory"}));
}

BOOST_AUTO_TEST_CASE(a_set_without_names_has_the_classes_of_its_labels) {
  const TemporaryFolder folder;
  write_small_set(folder.path());
  const Dataset set = read_dataset(idx_config(folder));
  BOOST_TEST(set.train.labels.size() == 100U);
  BOOST_TEST(set.test.images.count == 23U);
  BOOST_TEST((set.classes == std::vector<DataClass>{{0, "0"}, {1, "1"}, {2, "2"}, {5, "5"}}));
}

BOOST_AUTO_TEST_CASE(files_that_contradict_each_other_are_refused) {
  const TemporaryFolder folder;
  DataConfig config = idx_config(folder);
  const auto test_labels = folder / "t10k-labels-idx1-ubyte";
  write_small_set(folder.path());
  overwrite(test_labels, idx_labels({0, 1, 2}));
  BOOST_TEST(mentions(dataset_error(config), {test_labels.string(), "3 labels for the 23 images"}),
             dataset_error(config));

  overwrite(test_labels, idx_labels(std::vector<std::uint8_t>(23, 7)));
  BOOST_TEST(mentions(dataset_error(config), {test_labels.string(), "label 7 of image 0"}), dataset_error(config));

  write_small_set(folder.path());
  write_gzip(folder / "train-labels-idx1-ubyte.gz", idx_labels(std::vector<std::uint8_t>(100, 10)));
  config.dataset = DataSource::fashion_mnist;
  BOOST_TEST(mentions(dataset_error(config), {"train-labels-idx1-ubyte.gz", "label 10 of image 0", "0 to 9"}),
             dataset_error(config));

  write_small_set(folder.path());
  overwrite(folder / "t10k-images-idx3-ubyte", idx_images(4, 6, pattern(23, 24)));
  BOOST_TEST(mentions(dataset_error(config), {"4 x 6", "6 x 4"}), dataset_error(config));
}

BOOST_AUTO_TEST_SUITE_END()
