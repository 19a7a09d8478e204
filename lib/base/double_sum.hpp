#pragma once

namespace isinglass {

/// A sum of doubles to about twice their precision (Knuth's error-free addition, TAOCP vol. 2, 4.2.2, theorem B): terms
/// that cancel leave what is below them. Finite terms of a finite sum of magnitudes are assumed.
class DoubleSum {
public:
  DoubleSum() = default;
  explicit DoubleSum(double start) : high_(start) {}

  DoubleSum& operator+=(double term) {
    const double sum = high_ + term, rounded_term = sum - high_;
    low_ += (high_ - (sum - rounded_term)) + (term - rounded_term);
    high_ = sum;
    return *this;
  }
  [[nodiscard]] double value() const { return high_ + low_; }

private:
  double high_ = 0, low_ = 0;
};

}  // namespace isinglass
