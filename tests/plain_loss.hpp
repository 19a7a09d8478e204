#pragma once

#include "namespaces.hpp"
#include "network/forward.hpp"
#include "network/loss.hpp"
#include "random_problem.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

/// What every method minimises, from the definitions.
namespace isinglass::testing {

/// The loss of one output with margin M: the formula of the exact ones, the spline of the logistic one.
class PlainLoss {
public:
  PlainLoss(const Architecture& architecture, int margin)
      : loss_(architecture.loss), spline_(make_loss_spline(architecture, margin, output_limit(architecture))) {}
  [[nodiscard]] double unit() const { return spline_.unit; }
  [[nodiscard]] std::int64_t at(int t) const {
    const std::int64_t lack = spline_.margin - t, hinge = std::max<std::int64_t>(0, lack);
    switch (loss_) {
      case Loss::hinge:
        return hinge;
      case Loss::squared_hinge:
        return hinge * hinge;
      case Loss::squared:
        return lack * lack;
      default:
        return spline_.at(t);
    }
  }

private:
  Loss loss_;
  LossSpline spline_;
};

/// The loss of problem `number`: each in turn; the logistic one with every degree.
inline void set_loss(Architecture& architecture, std::uint64_t number) {
  architecture.loss =
      std::array{Loss::hinge, Loss::squared_hinge, Loss::squared, Loss::logistic}[static_cast<std::size_t>(number % 4)];
  architecture.loss_degree = static_cast<int>(number / 4 % 3);
  architecture.loss_segments = 1 + static_cast<int>(number % 11);
}

/// Exact loss of one network in units of the output step: the objective every method minimises.
inline double plain_objective(const Architecture& architecture, const Samples& samples, const NetworkBits& bits,
                              const PlainLoss& plain) {
  const NetworkValues values = decode(architecture, bits);
  const int outputs = architecture.outputs();
  std::int64_t loss = 0;
  for (std::size_t s = 0; s < samples.size(); ++s) {
    const auto z = forward(architecture, values, samples.row(s));
    for (int c = 0; c < outputs; ++c)
      loss += plain.at(target_sign(outputs, c, samples.labels[s]) * z[static_cast<std::size_t>(c)]);
  }
  return static_cast<double>(loss) * plain.unit();
}

inline int margin_of(const Architecture& architecture, double margin) {
  return std::max(1, static_cast<int>(std::lround(margin * architecture.layers.back().rms)));
}

}  // namespace isinglass::testing
