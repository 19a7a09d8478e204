#pragma once

#include <array>
#include <cstddef>

namespace isinglass {

/// exp(-x) for x >= 0 to a relative error of 1e-11, the same bits on every machine (the library's exp has variants with and
/// without fused multiply-adds). Zero past `most`.
class Boltzmann {
public:
  static constexpr double most = 23;  ///< exp(-23) < 2^-33: less than the chance of one 32-bit word

  Boltzmann() {
    double value = 1;
    for (double& v : power_) {
      v = value;
      value *= 0.98449643700540845;  // exp(-1/64)
    }
  }
  [[nodiscard]] double operator()(double x) const {
    if (x >= most) return 0;
    const auto k = static_cast<std::size_t>(x * 64);
    const double r = x - static_cast<double>(k) / 64;
    return power_[k] * (1 - r * (1 - r / 2 * (1 - r / 3 * (1 - r / 4))));
  }
  /// Whether u in (0, 1) is below exp(-x); most calls end at the table.
  [[nodiscard]] bool accepts(double x, double u) const {
    if (x <= 0) return true;
    if (x >= most) return false;
    const auto k = static_cast<std::size_t>(x * 64);
    if (u < power_[k + 1]) return true;
    return u < power_[k] && u < (*this)(x);
  }

private:
  std::array<double, static_cast<std::size_t>(64 * most) + 2> power_{};
};

}  // namespace isinglass
