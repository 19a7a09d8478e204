#include "data/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <tuple>
#include <utility>

#include "base/error.hpp"
#include "base/random.hpp"

namespace isinglass::data {
namespace {

/// Purposes of random numbers of Stream::subset.
enum class Purpose : std::uint32_t { permute, train_order, validation_order, test_order };

/// File indices of the samples of each class.
using Members = std::vector<std::vector<std::uint32_t>>;

Members members_of(std::span<const DataClass> classes, std::span<const std::uint8_t> labels) {
  std::array<int, 256> class_of{};
  class_of.fill(-1);
  for (std::size_t c = 0; c < classes.size(); ++c)
    class_of[static_cast<std::size_t>(classes[c].label)] = static_cast<int>(c);
  Members members(classes.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (const int c = class_of[labels[i]]; c >= 0)
      members[static_cast<std::size_t>(c)].push_back(static_cast<std::uint32_t>(i));
  }
  return members;
}

std::vector<std::size_t> sizes_of(const Members& members) {
  std::vector<std::size_t> sizes;
  for (const auto& list : members) sizes.push_back(list.size());
  return sizes;
}

/// Fisher-Yates, keyed by the class's own label: its permutation is the same whatever classes are chosen beside it.
void permute(std::vector<std::uint32_t>& list, const DataClass& data_class, std::uint64_t seed) {
  for (std::size_t i = list.size(); i > 1; --i) {
    const auto n = static_cast<std::uint32_t>(i);
    const auto words = draw(seed, Stream::subset, n, static_cast<std::uint32_t>(data_class.label),
                            static_cast<std::uint32_t>(Purpose::permute));
    std::swap(list[i - 1], list[below(words[0], n)]);
  }
}

/// Merges the classes: sample k of n of a class falls at a random place of the k-th n-th of the order.
std::vector<ChosenSample> interleave(const Members& members, std::span<const DataClass> classes, std::uint64_t seed,
                                     Purpose purpose) {
  std::vector<std::tuple<double, std::uint8_t, std::uint32_t>> places;
  for (std::size_t c = 0; c < members.size(); ++c) {
    for (std::size_t k = 0; k < members[c].size(); ++k) {
      const auto words = draw(seed, Stream::subset, static_cast<std::uint32_t>(k),
                              static_cast<std::uint32_t>(classes[c].label), static_cast<std::uint32_t>(purpose));
      const double place = (static_cast<double>(k) + uniform(words[0])) / static_cast<double>(members[c].size());
      places.emplace_back(place, static_cast<std::uint8_t>(c), members[c][k]);
    }
  }
  std::ranges::sort(places);
  std::vector<ChosenSample> picks;
  picks.reserve(places.size());
  for (const auto& [place, label, index] : places) picks.push_back({index, label});
  return picks;
}

std::size_t wanted_samples(const config::DataConfig& config, std::span<const DataClass> classes,
                           std::span<const std::size_t> available) {
  for (std::size_t c = 0; c < classes.size(); ++c) {
    if (available[c] == 0) {
      throw InputError(fmt::format("data.classes: the training files hold no image of class {} ({}); leave it out",
                                   classes[c].label, classes[c].name));
    }
  }
  const std::size_t total = std::reduce(available.begin(), available.end(), std::size_t{0});
  const auto wanted = static_cast<std::size_t>(config.train_samples);
  if (wanted > total) {
    throw InputError(
        fmt::format("data.train_samples: {} is more than the {} training images of the {} chosen classes; use at most "
                    "{}, or all",
                    wanted, total, classes.size(), total));
  }
  if (wanted != 0 && wanted < classes.size()) {
    throw InputError(
        fmt::format("data.train_samples: {} is fewer than the {} chosen classes; use at least one per class", wanted,
                    classes.size()));
  }
  return wanted == 0 ? total : wanted;
}

/// Cuts the held-out part off the front of each class's list and returns it.
Members hold_out(Members& members, std::span<const DataClass> classes, double fraction) {
  Members held(members.size());
  for (std::size_t c = 0; c < members.size(); ++c) {
    auto& list = members[c];
    const auto count = std::lround(fraction * static_cast<double>(list.size()));
    if (static_cast<std::size_t>(count) == list.size()) {
      throw InputError(fmt::format(
          "data.validation_fraction: {} leaves none of the {} samples of class {} for training; lower it or "
          "raise data.train_samples",
          fraction, list.size(), classes[c].name));
    }
    held[c].assign(list.begin(), list.begin() + count);
    list.erase(list.begin(), list.begin() + count);
  }
  return held;
}

}  // namespace

std::vector<std::size_t> stratified_counts(std::span<const std::size_t> available, std::size_t wanted) {
  const std::size_t classes = available.size();
  const std::size_t rest = wanted - classes;
  const std::size_t pool = std::reduce(available.begin(), available.end(), std::size_t{0}) - classes;
  std::vector<std::size_t> counts(classes, 1), remainders(classes, 0), order(classes);
  for (std::size_t c = 0; c < classes && pool > 0; ++c) {
    counts[c] += rest * (available[c] - 1) / pool;
    remainders[c] = rest * (available[c] - 1) % pool;
  }
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater<>{}, [&](std::size_t c) { return remainders[c]; });
  const std::size_t missing = wanted - std::reduce(counts.begin(), counts.end(), std::size_t{0});
  for (std::size_t i = 0; i < missing; ++i) ++counts[order[i]];
  return counts;
}

Selection select_samples(const Dataset& set, std::span<const DataClass> classes, const config::DataConfig& config,
                         std::uint64_t seed) {
  Members train = members_of(classes, set.train.labels);
  const std::vector<std::size_t> available = sizes_of(train);
  const std::vector<std::size_t> counts = stratified_counts(available, wanted_samples(config, classes, available));
  for (std::size_t c = 0; c < classes.size(); ++c) {
    permute(train[c], classes[c], seed);
    train[c].resize(counts[c]);
  }
  const Members validation = hold_out(train, classes, config.validation_fraction);
  const Members test = members_of(classes, set.test.labels);
  return {interleave(train, classes, seed, Purpose::train_order),
          interleave(validation, classes, seed, Purpose::validation_order),
          interleave(test, classes, seed, Purpose::test_order)};
}

}  // namespace isinglass::data
