#pragma once

#include <array>
#include <functional>
#include <string_view>
#include <vector>

namespace isinglass {

/// A user's table of a function: x and y of each point, x ascending.
using Points = std::vector<std::array<double, 2>>;

/// Activation `name` as a real function of u, the pre-activation in units of its rms: sign (1 at 0), relu, leaky_relu (slope
/// 0.1 below 0), hard_tanh, tanh, sigmoid, softplus ln(1 + e^u), gelu u Phi(u), or table: linear between `points`, constant
/// outside. InputError for another name, and for a table whose points are fewer than two or not ascending in x.
[[nodiscard]] std::function<double(double)> activation_function(std::string_view name, const Points& points = {});

/// Loss `name` of one output as a function of u = y z / M: hinge max(0, 1 - u), squared_hinge its square, squared (1 - u)^2,
/// logistic log2(1 + e^-u). cross_entropy is logistic: the cross-entropy of sigmoid(u), an output against all others, in bits.
/// InputError for another name.
[[nodiscard]] std::function<double(double)> loss_function(std::string_view name);

}  // namespace isinglass
