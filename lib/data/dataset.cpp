#include "data/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <filesystem>
#include <string>

#include "base/error.hpp"

namespace isinglass {
namespace {

namespace fs = std::filesystem;

constexpr const char* fashion_mnist_directory = "/usr/share/datasets/fashion-mnist";

/// The folder of a data set, and what to advise if a file is not in it.
struct Place {
  fs::path directory;
  std::string advice;
};

Place place_of(const DataConfig& config) {
  if (config.dataset == DataSource::fashion_mnist) {
    return {config.directory.empty() ? fashion_mnist_directory : config.directory,
            "Debian's package dataset-fashion-mnist provides it, or set data.directory to the folder of the IDX files"};
  }
  assert(!config.directory.empty());
  return {config.directory, "set data.directory to the folder of the IDX files"};
}

/// `name` is as on the page of MNIST; some programs that unpack the files put a dot before idx.
fs::path find_file(const Place& place, const std::string& name) {
  std::string dotted = name;
  dotted[name.find("-idx")] = '.';
  for (const std::string& spelling : {name + ".gz", name, dotted + ".gz", dotted}) {
    std::error_code ignored;
    if (fs::exists(place.directory / spelling, ignored)) return place.directory / spelling;
  }
  throw InputError(fmt::format("{}: no such file, plain or .gz, nor with a dot before idx: {}",
                               (place.directory / name).string(), place.advice));
}

LabelledImages read_labelled(const Place& place, const std::string& prefix) {
  const fs::path images_path = find_file(place, prefix + "-images-idx3-ubyte");
  const fs::path labels_path = find_file(place, prefix + "-labels-idx1-ubyte");
  LabelledImages set{read_idx_images(images_path), read_idx_labels(labels_path)};
  if (set.labels.size() != set.images.count) {
    throw InputError(fmt::format("{}: {} labels for the {} images of {}; the two files must belong together",
                                 labels_path.string(), set.labels.size(), set.images.count, images_path.filename().string()));
  }
  return set;
}

/// The classes of a data set without names: the labels that its training files hold.
std::vector<DataClass> classes_in(std::span<const std::uint8_t> labels) {
  std::array<bool, 256> seen{};
  for (const std::uint8_t label : labels) seen[label] = true;
  std::vector<DataClass> classes;
  for (int label = 0; label < 256; ++label) {
    if (seen[static_cast<std::size_t>(label)]) classes.push_back({label, std::to_string(label)});
  }
  return classes;
}

void expect_known_labels(const Place& place, const std::string& prefix, std::span<const std::uint8_t> labels,
                         std::span<const DataClass> classes) {
  std::array<bool, 256> known{};
  for (const DataClass& c : classes) known[static_cast<std::size_t>(c.label)] = true;
  const auto stranger = std::ranges::find_if(labels, [&](std::uint8_t label) { return !known[label]; });
  if (stranger == labels.end()) return;
  throw InputError(fmt::format("{}: label {} of image {} is of no class; the {} classes have labels from {} to {}",
                               find_file(place, prefix + "-labels-idx1-ubyte").string(), *stranger, stranger - labels.begin(),
                               classes.size(), classes.front().label, classes.back().label));
}

}  // namespace

Dataset read_dataset(const DataConfig& config) {
  const Place place = place_of(config);
  Dataset set{read_labelled(place, "train"), read_labelled(place, "t10k"), {}};
  if (set.train.images.count == 0) {
    throw InputError(fmt::format("{}: holds no images", find_file(place, "train-images-idx3-ubyte").string()));
  }
  if (set.test.images.rows != set.train.images.rows || set.test.images.columns != set.train.images.columns) {
    throw InputError(fmt::format("{}: test images of {} x {} pixels, but training images of {} x {}; they must agree",
                                 place.directory.string(), set.test.images.rows, set.test.images.columns, set.train.images.rows,
                                 set.train.images.columns));
  }
  set.classes = config.dataset == DataSource::fashion_mnist ? fashion_mnist_classes() : classes_in(set.train.labels);
  expect_known_labels(place, "train", set.train.labels, set.classes);
  expect_known_labels(place, "t10k", set.test.labels, set.classes);
  return set;
}

}  // namespace isinglass
