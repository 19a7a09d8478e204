#pragma once

#include "config/choices.hpp"
#include "namespaces.hpp"
#include "spline/functions.hpp"

#include <vector>

namespace isinglass::testing {

/// Activations without and with kinks.
inline const std::vector<Activation> smooth{Activation::tanh, Activation::sigmoid, Activation::softplus,
                                            Activation::gelu},
    kinked{Activation::relu, Activation::leaky_relu, Activation::hard_tanh, Activation::table};
/// The points of the activation `table`.
inline const Points zigzag{{-1.5, 0.2}, {-0.4, -0.7}, {0.3, 1.1}, {1.0, 1.1}, {1.7, -0.3}};

inline std::vector<Activation> all_activations() {
  std::vector<Activation> all = smooth;
  all.insert(all.end(), kinked.begin(), kinked.end());
  return all;
}

}  // namespace isinglass::testing
