#include "spline/functions.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

namespace isinglass {

namespace {

using Function = std::function<double(double)>;

/// A function and its name: a plain pointer, so that the lists below need no constructors.
struct Named {
  std::string_view name;
  double (*function)(double);
};

/// ln(1 + e^u) without overflow.
double softplus(double u) { return std::max(u, 0.0) + std::log1p(std::exp(-std::abs(u))); }

constexpr Named activations[] = {
    {"sign", [](double u) { return u < 0 ? -1.0 : 1.0; }},
    {"relu", [](double u) { return std::max(u, 0.0); }},
    {"leaky_relu", [](double u) { return u < 0 ? 0.1 * u : u; }},
    {"hard_tanh", [](double u) { return std::clamp(u, -1.0, 1.0); }},
    {"tanh", [](double u) { return std::tanh(u); }},
    {"sigmoid", [](double u) { return 1 / (1 + std::exp(-u)); }},
    {"softplus", softplus},
    {"gelu", [](double u) { return 0.5 * u * std::erfc(-u / std::numbers::sqrt2); }},
};

double logistic(double u) { return softplus(-u) / std::numbers::ln2; }

constexpr Named losses[] = {
    {"hinge", [](double u) { return std::max(0.0, 1 - u); }},
    {"squared_hinge",
     [](double u) {
       const double short_of = std::max(0.0, 1 - u);
       return short_of * short_of;
     }},
    {"squared", [](double u) { return (1 - u) * (1 - u); }},
    {"logistic", logistic},
    {"cross_entropy", logistic},
};

const Named* find(std::span<const Named> list, std::string_view name) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const Named& entry) { return entry.name == name; });
  return found == list.end() ? nullptr : &*found;
}

Function table_function(const Points& points) {
  if (points.size() < 2) throw InputError("activation table: needs two points [x, y] or more");
  for (std::size_t i = 1; i < points.size(); ++i)
    if (!(points[i - 1][0] < points[i][0])) throw InputError("activation table: x of the points must ascend");
  return [points](double u) {
    if (u <= points.front()[0]) return points.front()[1];
    if (u >= points.back()[0]) return points.back()[1];
    const auto right = std::upper_bound(points.begin(), points.end(), u, [](double x, const auto& p) { return x < p[0]; });
    const auto left = right - 1;
    return std::lerp((*left)[1], (*right)[1], (u - (*left)[0]) / ((*right)[0] - (*left)[0]));
  };
}

}  // namespace

Function activation_function(std::string_view name, const Points& points) {
  if (name == "table") return table_function(points);
  if (const Named* named = find(activations, name)) return named->function;
  throw InputError(
      fmt::format("activation \"{}\" does not exist: use sign, relu, leaky_relu, hard_tanh, tanh, sigmoid, softplus, "
                  "gelu or table",
                  name));
}

Function loss_function(std::string_view name) {
  if (const Named* named = find(losses, name)) return named->function;
  throw InputError(
      fmt::format("loss \"{}\" does not exist: use hinge, squared_hinge, squared, logistic or cross_entropy", name));
}

}  // namespace isinglass
