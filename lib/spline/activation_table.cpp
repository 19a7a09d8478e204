#include "spline/activation_table.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace isinglass {

namespace {

std::function<double(double)> function_named(std::string_view name) {
  if (name == "tanh") return [](double u) { return std::tanh(u); };
  if (name == "hard_tanh") return [](double u) { return std::clamp(u, -1.0, 1.0); };
  if (name == "relu") return [](double u) { return std::max(u, 0.0); };
  if (name == "sigmoid") return [](double u) { return 1 / (1 + std::exp(-u)); };
  throw InputError(fmt::format("activation \"{}\" does not exist: use sign, tanh, hard_tanh, relu or sigmoid", name));
}

}  // namespace

ActivationTable make_activation_table(std::string_view name, int segments, double range) {
  if (name == "sign") return {.knots = {0.0}, .values = {-1.0, 1.0}, .sup_error = 0.0};
  const auto f = function_named(name);
  if (segments < 2) throw InputError(fmt::format("activation {}: {} segments are too few, use 2 or more", name, segments));
  ActivationTable table;
  // Every supported f is non-decreasing: its extremes on a piece are at the piece's ends.
  for (int k = 0; k < segments; ++k) {
    const double left = -range + 2 * range * k / segments, right = -range + 2 * range * (k + 1) / segments;
    if (k > 0) table.knots.push_back(left);
    table.values.push_back((f(left) + f(right)) / 2);
    table.sup_error = std::max(table.sup_error, (f(right) - f(left)) / 2);
  }
  return table;
}

}  // namespace isinglass
