#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/idx.hpp"
#include "data/selection.hpp"

namespace isinglass::data {

/// Average pooling and quantization of images of one size: pixels 0 .. 255 become levels 0 .. levels-1.
class PixelGrid {
public:
  /// Throws InputError unless `pool` divides both sides. 2 <= levels <= 128.
  PixelGrid(int image_rows, int image_columns, int pool, int levels);

  [[nodiscard]] int rows() const { return image_rows_ / pool_; }
  [[nodiscard]] int columns() const { return image_columns_ / pool_; }
  [[nodiscard]] int features() const { return rows() * columns(); }

  /// Levels of one image, [row][column] of the pooled image, into `levels` of features() elements: the nearest level
  /// to the mean of each window, ties upward.
  void quantize(std::span<const std::uint8_t> image, std::span<std::uint8_t> levels) const;

private:
  int image_rows_, image_columns_, pool_;
  std::vector<std::uint8_t> level_of_sum_;  // by the sum of a window
};

/// Facts of the training samples about the inputs.
struct InputStatistics {
  std::vector<int> center;  ///< [feature], mean level, rounded
  double rms = 0;           ///< sqrt of the variance summed over the features, in levels
};

/// Mean and variance over `picks`, from integer sums, so that the order of the samples does not matter. InputError if
/// all samples are equal.
[[nodiscard]] InputStatistics input_statistics(const PixelGrid& grid, const IdxImages& images,
                                               std::span<const ChosenSample> picks);

}  // namespace isinglass::data
