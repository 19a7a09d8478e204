#pragma once

#include "network/architecture.hpp"

/// How many samples make the training error tell the error on new samples of the same distribution.
/// `error`: allowed difference of the two error rates, 0 to 1; `failure`: probability that the statement does not hold.
namespace isinglass::bounds {

/// ln of the number of networks, formula (10): ln 2 times the information bits of all parameters.
[[nodiscard]] double log_class_size(const network::Architecture& architecture);

/// Formula (11), agnostic: with this many samples all of the exp(log_size) networks have a training error within
/// `error`.
[[nodiscard]] double samples_finite_class(double log_size, double error, double failure);

/// Formula (12), realizable: then every network without training errors errs on new samples at most at rate `error`.
[[nodiscard]] double samples_realizable(double log_size, double error, double failure);

/// Sizes that a growth function of piecewise-constant networks depends on.
struct ThresholdCounts {
  double parameters = 0;  ///< W: weights and biases
  double thresholds = 0;  ///< U: cells - 1 of each hidden unit, plus the comparisons that decide the class
};

[[nodiscard]] ThresholdCounts count_thresholds(const network::Architecture& architecture);

/// ln of formula (13): in how many ways networks of any real weights can be right or wrong on `samples` labelled
/// samples.
[[nodiscard]] double log_growth(const ThresholdCounts& counts, double samples);

/// Formula (14): VC dimension <= 2 W log2(e U), and of a finite class at most log2 of its size.
[[nodiscard]] double vc_dimension_bound(const ThresholdCounts& counts, double log_size);

/// Formula (15), agnostic: the smallest number of samples N with 4 growth(2 N) exp(-error^2 N / 8) <= failure.
[[nodiscard]] double samples_vc(const ThresholdCounts& counts, double error, double failure);

}  // namespace isinglass::bounds
