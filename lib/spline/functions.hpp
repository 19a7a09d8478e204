#pragma once

#include "config/choices.hpp"

#include <array>
#include <functional>
#include <vector>

namespace isinglass::spline {

/// A user's table of a function: x and y of each point, x ascending.
using Points = std::vector<std::array<double, 2>>;

/// An activation as a real function of u, the pre-activation in units of its rms: sign (1 at 0), relu, leaky_relu
/// (slope 0.1 below 0), hard_tanh, tanh, sigmoid, softplus ln(1 + e^u), gelu u Phi(u), or table: linear between
/// `points`, constant outside. `points` has two points or more, ascending in x.
[[nodiscard]] std::function<double(double)> activation_function(config::Activation activation,
                                                                const Points& points = {});

}  // namespace isinglass::spline
