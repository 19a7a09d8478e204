#pragma once

#include "config/config.hpp"
#include "data/samples.hpp"
#include "filters/channels.hpp"
#include "filters/draw.hpp"
#include "filters/features.hpp"
#include "network/architecture.hpp"
#include "parallel/communicator.hpp"
#include "readout/problem.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Networks that begin with filters.
namespace isinglass::network {

/// A stage of filters as far as the seed and the training images determine it.
struct DrawnStage {
  filters::Candidates candidates;
  filters::FeatureSums sums;  ///< of the candidates' features over the images drawn from
  std::size_t images = 0;     ///< how many these are

  /// The variance of the features of the bank that has these units, summed over them.
  [[nodiscard]] double variance(std::span<const std::size_t> choice) const;
};

/// How the filters of a layer are drawn that have bits of this shape.
[[nodiscard]] filters::DrawOptions draw_options(const config::LayerConfig& layer, const filters::Shape& shape);

/// Draws a stage of a first hidden layer of kind filters from data.first_images, without its sums and centers. A
/// function of the arguments, the same on every rank. InputError that names the layer if it cannot be drawn.
[[nodiscard]] DrawnStage draw_stage(const config::LayerConfig& layer, const data::DataSplits& data, std::uint64_t seed,
                                    std::uint32_t stage);

/// Sums the features of a stage over data.first_images, each rank over a part of them, and takes its centers.
/// Collective.
void take_centers(DrawnStage& drawn, const data::DataSplits& data, const parallel::Communicator& ranks);

/// Features of all banks, and those before bank `bank`: where its features begin among the inputs of the first layer.
[[nodiscard]] std::size_t feature_count(const Architecture& architecture);
[[nodiscard]] std::size_t features_before(const Architecture& architecture, std::size_t bank);

/// The images of a split in blocks, whose features are made as needed.
[[nodiscard]] filters::Images images_of(const data::Samples& samples);

/// The samples with the features of all banks as inputs: 1 byte per feature and image.
[[nodiscard]] data::Samples with_features(const Architecture& architecture, const data::Samples& samples);

/// Whether there is but an output layer of one-bit weights behind the filters, and features fit lib/readout.
[[nodiscard]] bool is_readout(const Architecture& architecture);

/// The weights that such an output layer has for the features of a bank, and biases 0.
[[nodiscard]] readout::Readout readout_of(const Architecture& architecture, const NetworkBits& bits, std::size_t bank);
/// Puts the weights of a bank's features into the bits.
void set_weights(const Architecture& architecture, std::size_t bank, const readout::Readout& readout,
                 NetworkBits& bits);

/// The class that the network predicts for each image of a split.
[[nodiscard]] std::vector<int> predictions_by_filters(const Architecture& architecture, const NetworkBits& bits,
                                                      const data::Samples& samples);

}  // namespace isinglass::network
