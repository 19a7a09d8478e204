#pragma once

#include "config/config.hpp"
#include "data/samples.hpp"
#include "filters/channels.hpp"
#include "filters/draw.hpp"
#include "network/architecture.hpp"
#include "readout/problem.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

/// Networks that begin with filters.
namespace isinglass::network {

/// The filters of a configuration, as its seed and the training images determine them.
struct DrawnBanks {
  std::vector<filters::Bank> banks;  ///< [stage]
  double input_rms = 0;  ///< sqrt of the variance of the features, summed over all of them, on the images drawn from
};

/// How the filters of a layer are drawn that have bits of this shape.
[[nodiscard]] filters::DrawOptions draw_options(const config::LayerConfig& layer, const filters::Shape& shape);

/// Draws the banks of a first hidden layer of kind filters from data.first_images, on which their centers are taken,
/// too. A function of the arguments, the same on every rank. InputError that names the layer if they cannot be drawn.
[[nodiscard]] DrawnBanks draw_banks(const config::LayerConfig& layer, const data::DataSplits& data, std::uint64_t seed);

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
