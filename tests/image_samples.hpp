#pragma once

#include "data/samples.hpp"
#include "network/architecture.hpp"
#include "plain_features.hpp"

namespace isinglass::testing {

/// Random labelled images for a network that begins with filters.
inline data::Samples random_samples(Words& words, const network::Architecture& network, std::size_t count) {
  const filters::Shape& shape = network.banks.front().shape;
  data::Samples samples;
  samples.features = shape.rows * shape.columns;
  samples.pixels = random_images(words, count, shape.rows, shape.columns);
  for (std::size_t s = 0; s < count; ++s)
    samples.labels.push_back(static_cast<std::uint8_t>(words.between(0, network.classes - 1)));
  samples.global_size = count;
  return samples;
}

}  // namespace isinglass::testing
