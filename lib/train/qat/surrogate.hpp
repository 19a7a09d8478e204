#pragma once

#include "network/architecture.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace isinglass::qat {

/// A hidden layer's activation and the slope that stands in for its derivative, looked up by the integer z.
/// The slope is the derivative of the table's mean under uniform noise of z: each jump is spread evenly over
/// +-half_width, which for even knots is the straight line between them. Largest slope 1.
class Surrogate {
public:
  /// `window`: half-width for a single knot, in units of layer.rms; several knots are spread over half the widest gap.
  Surrogate(const Layer& layer, double window);

  [[nodiscard]] double value(double z) const { return values_[index(z)]; }
  [[nodiscard]] double slope(double z) const { return slopes_[index(z)]; }

private:
  // Outside the table z is beyond all knots and their windows: the end entries hold there too.
  [[nodiscard]] std::size_t index(double z) const {
    return static_cast<std::size_t>(std::clamp(z, lowest_, highest_) - lowest_);
  }

  double lowest_ = 0, highest_ = 0;
  std::vector<double> values_, slopes_;
};

}  // namespace isinglass::qat
