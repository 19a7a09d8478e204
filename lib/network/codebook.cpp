#include "network/codebook.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace isinglass::network {

namespace {

/// Calls visit(value, bits) for every assignment of the codebook's bits.
template <class Visit>
void for_each_value(const Codebook& codebook, Visit&& visit) {
  std::vector<std::uint8_t> bits(codebook.steps.size());
  for (unsigned pattern = 0; pattern < (1U << codebook.bits()); ++pattern) {
    for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = (pattern >> i) & 1U;
    visit(codebook.value(bits), bits);
  }
}

}  // namespace

int Codebook::largest() const { return -offset; }

double Codebook::rms() const {
  double sum = 0, count = 0;
  for_each_value(*this, [&](int v, const auto&) {
    sum += static_cast<double>(v) * v;
    ++count;
  });
  return std::sqrt(sum / count);
}

double Codebook::information_bits() const {
  std::set<int> distinct;
  for_each_value(*this, [&](int v, const auto&) { distinct.insert(v); });
  return std::log2(static_cast<double>(distinct.size()));
}

int Codebook::value(std::span<const std::uint8_t> bits_of_value) const {
  int sum = offset;
  for (std::size_t i = 0; i < steps.size(); ++i) sum += steps[i] * bits_of_value[i];
  return sum;
}

std::vector<std::uint8_t> Codebook::nearest_bits(double target) const {
  std::vector<std::uint8_t> best;
  int best_value = 0;
  for_each_value(*this, [&](int v, const auto& candidate) {
    const double distance = std::abs(v - target), best_distance = std::abs(best_value - target);
    if (best.empty() || distance < best_distance || (distance == best_distance && v < best_value)) {
      best = candidate;
      best_value = v;
    }
  });
  return best;
}

Codebook make_codebook(std::string_view name) {
  Codebook codebook{.name = std::string(name), .steps = {}, .offset = 0};
  if (name == "ternary") {  // b1 - b2 with b2 counted from its other end: b1 + b2' - 1, so that all steps are positive
    codebook.steps = {1, 1};
    codebook.offset = -1;
    return codebook;
  }
  const bool sized = name.size() == 4 && name.substr(1) == "bit" && name[0] >= '1' && name[0] <= '8';
  if (!sized) throw InputError(fmt::format("codebook \"{}\" does not exist: use 1bit .. 8bit or ternary", name));
  const int bits = name[0] - '0';
  for (int i = 0; i < bits; ++i) codebook.steps.push_back(2 << i);
  codebook.offset = -((1 << bits) - 1);
  return codebook;
}

}  // namespace isinglass::network
