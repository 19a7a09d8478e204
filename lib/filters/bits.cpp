#include "filters/bits.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

namespace isinglass::filters {
namespace {

double choice_bits(std::size_t choices) { return choices > 1 ? std::log2(static_cast<double>(choices)) : 0; }

std::size_t count_kinds(const Bank& bank) {
  std::set<std::tuple<Channel, int, int>> kinds;
  for (const Filter& filter : bank.filters) kinds.insert({filter.channel, filter.side, filter.dilation});
  return kinds.size();
}

bool is_plain(const Literal& literal) { return literal.dy == 0 && literal.dx == 0 && !literal.negated; }

double bits_by_parts(const Bank& bank) {
  std::size_t literals = 0, largest = 0;
  bool is_first_plain = true, is_widening = false;
  for (const Unit& unit : bank.units) {
    literals += unit.literals.size();
    largest = std::max(largest, unit.literals.size());
    is_first_plain = is_first_plain && is_plain(unit.literals.front());
    is_widening = is_widening || std::ranges::any_of(unit.literals, &Literal::widened);
  }
  const std::size_t units = bank.units.size(), placed = is_first_plain ? literals - units : literals;
  const auto offsets = static_cast<std::size_t>(2 * largest_offset(bank.units) + 1);
  return static_cast<double>(units) * choice_bits(largest) +
         static_cast<double>(literals) * (choice_bits(bank.filters.size()) + (is_widening ? 1 : 0)) +
         static_cast<double>(placed) * (choice_bits(offsets * offsets) + 1);
}

double factorial_bits(std::size_t n) {
  double bits = 0;
  for (std::size_t i = 2; i <= n; ++i) bits += choice_bits(i);
  return bits;
}

/// log2 of the number of orders that items can stand in, some of which may be equal.
template <class Item, class Key>
double order_bits(const std::vector<Item>& items, Key key_of) {
  std::map<decltype(key_of(items.front())), std::size_t> equal;
  for (const Item& item : items) ++equal[key_of(item)];
  double bits = factorial_bits(items.size());
  for (const auto& [item, count] : equal) bits -= factorial_bits(count);
  return bits;
}

auto key_of_filter(const Filter& filter) {
  return std::tuple(filter.channel, filter.side, filter.dilation, filter.threshold, filter.is_plus);
}

auto key_of_unit(const Unit& unit) {
  std::vector<std::tuple<int, int, int, bool, bool>> key;
  for (const Literal& literal : unit.literals)
    key.emplace_back(literal.filter, literal.dy, literal.dx, literal.negated, literal.widened);
  return key;
}

/// log2 of the number of ways to choose k of n.
double choose_bits(std::size_t n, std::size_t k) {
  return factorial_bits(n) - factorial_bits(k) - factorial_bits(n - k);
}

/// Infinity where there is no such code.
double bits_by_seed(const Bank& bank) {
  if (!bank.code || bank.units.empty()) return std::numeric_limits<double>::infinity();
  constexpr double numbers = 64 + 32 + 32;
  const std::vector<std::uint32_t>& refused = bank.code->refused;
  const auto all = std::accumulate(refused.begin(), refused.end(), std::size_t{0});
  return numbers + choose_bits(refused.size() + all - 1, all);
}

double step_bits(const Shape& shape) {
  const auto counts = static_cast<std::size_t>(largest_count(shape)) + 1;
  return static_cast<double>(shape.levels[counts - 1]) * choice_bits(counts);
}

}  // namespace

BankBits count_bits(const Bank& bank) {
  BankBits bits;
  for (const Filter& filter : bank.filters) bits.weights += static_cast<double>(filter.is_plus.size());
  const auto filters = static_cast<double>(bank.filters.size());
  bits.thresholds = filters * bank.shape.threshold_bits;
  bits.kinds = filters * choice_bits(count_kinds(bank));
  bits.wiring = bits_by_parts(bank);
  bits.order = order_bits(bank.filters, key_of_filter) + order_bits(bank.units, key_of_unit);
  if (const double by_seed = bits_by_seed(bank); by_seed < bits.wiring - bits.order) {
    bits.wiring = by_seed;
    bits.order = 0;
  }
  bits.steps = step_bits(bank.shape);
  return bits;
}

std::int64_t parameter_count(const Bank& bank) {
  std::int64_t count = 0;
  for (const Filter& filter : bank.filters) count += std::ssize(filter.is_plus) + 1;
  return count;
}

}  // namespace isinglass::filters
