#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "data/dataset.hpp"

namespace isinglass::data {

/// A chosen sample: where it is in its file, and its label among the chosen classes.
struct ChosenSample {
  std::uint32_t index = 0;
  std::uint8_t label = 0;
  bool operator==(const ChosenSample&) const = default;
};

/// The samples of each split, in the order in which they are used.
struct Selection {
  std::vector<ChosenSample> train, validation, test;
};

/// How many samples of each class a subset of `wanted` takes: at least one, else in proportion to what is available
/// (largest remainder). Needs available.size() <= wanted <= the sum of `available`.
[[nodiscard]] std::vector<std::size_t> stratified_counts(std::span<const std::size_t> available, std::size_t wanted);

/// A seeded stratified subset of the training file, part of it held out for validation, and all test samples of the
/// classes. Each split is in a random order in which every prefix holds the classes in about equal proportion. A larger
/// subset of the same seed contains the smaller. InputError if there are too few samples.
[[nodiscard]] Selection select_samples(const Dataset& set, std::span<const DataClass> classes,
                                       const config::DataConfig& config, std::uint64_t seed);

}  // namespace isinglass::data
