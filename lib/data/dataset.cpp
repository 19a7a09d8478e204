#include "data/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cctype>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "config/diagnostics.hpp"

namespace isinglass::data {
namespace {

namespace fs = std::filesystem;

constexpr const char* fashion_mnist_directory = "/usr/share/datasets/fashion-mnist";

/// The folder of a data set, and what to advise if a file is not in it.
struct Place {
  fs::path directory;
  std::string advice;
};

Place place_of(const config::DataConfig& config) {
  if (config.dataset == config::DataSource::fashion_mnist) {
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
                                 labels_path.string(), set.labels.size(), set.images.count,
                                 images_path.filename().string()));
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
                               find_file(place, prefix + "-labels-idx1-ubyte").string(), *stranger,
                               stranger - labels.begin(), classes.size(), classes.front().label, classes.back().label));
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

std::string listing(std::span<const DataClass> known) {
  std::string text;
  for (const DataClass& c : known) {
    text += text.empty() ? "" : ", ";
    text += c.name == std::to_string(c.label) ? c.name : fmt::format("{} {}", c.label, c.name);
  }
  return text;
}

std::vector<std::string> class_names(std::span<const DataClass> known) {
  std::vector<std::string> names;
  for (const DataClass& c : known) names.push_back(c.name);
  return names;
}

const DataClass& find_class(const std::string& text, std::span<const DataClass> known) {
  const std::string wanted = lower(text);
  const auto same = [&](const DataClass& c) { return wanted == std::to_string(c.label) || wanted == lower(c.name); };
  if (const auto found = std::ranges::find_if(known, same); found != known.end()) return *found;

  const auto begins = [&](const DataClass& c) { return !wanted.empty() && lower(c.name).starts_with(wanted); };
  const auto first = std::ranges::find_if(known, begins);
  const auto matches = std::ranges::count_if(known, begins);
  // A beginning of a number is a different number, not an abbreviation.
  const bool is_number =
      !wanted.empty() && std::ranges::all_of(wanted, [](unsigned char c) { return std::isdigit(c) != 0; });
  if (matches == 1 && !is_number) return *first;
  if (matches > 1 && !is_number) {
    throw InputError(
        fmt::format("data.classes: \"{}\" begins the names of several classes (there are: {})", text, listing(known)));
  }
  throw InputError(fmt::format("data.classes: unknown class \"{}\"{} (there are: {})", text,
                               config::suggestion(text, class_names(known)), listing(known)));
}

}  // namespace

std::vector<DataClass> fashion_mnist_classes() {
  constexpr std::array names = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
  std::vector<DataClass> classes;
  for (const char* name : names) classes.push_back({static_cast<int>(classes.size()), name});
  return classes;
}

Dataset read_dataset(const config::DataConfig& config) {
  const Place place = place_of(config);
  Dataset set{read_labelled(place, "train"), read_labelled(place, "t10k"), {}};
  if (set.train.images.count == 0) {
    throw InputError(fmt::format("{}: holds no images", find_file(place, "train-images-idx3-ubyte").string()));
  }
  if (set.test.images.rows != set.train.images.rows || set.test.images.columns != set.train.images.columns) {
    throw InputError(fmt::format("{}: test images of {} x {} pixels, but training images of {} x {}; they must agree",
                                 place.directory.string(), set.test.images.rows, set.test.images.columns,
                                 set.train.images.rows, set.train.images.columns));
  }
  set.classes =
      config.dataset == config::DataSource::fashion_mnist ? fashion_mnist_classes() : classes_in(set.train.labels);
  expect_known_labels(place, "train", set.train.labels, set.classes);
  expect_known_labels(place, "t10k", set.test.labels, set.classes);
  return set;
}

std::vector<DataClass> choose_classes(std::span<const std::string> requested, std::span<const DataClass> known) {
  std::vector<DataClass> chosen;
  for (const std::string& text : requested) {
    const DataClass& found = find_class(text, known);
    if (std::ranges::find(chosen, found) != chosen.end()) {
      throw InputError(fmt::format("data.classes: \"{}\" ({}) is named twice; name each class once", text, found.name));
    }
    chosen.push_back(found);
  }
  if (requested.empty()) chosen.assign(known.begin(), known.end());
  if (chosen.size() < 2) {
    throw InputError(
        fmt::format("data.classes: a classifier needs at least two classes (there are: {})", listing(known)));
  }
  return chosen;
}

}  // namespace isinglass::data
