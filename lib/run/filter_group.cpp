#include "run/filter_group.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace isinglass::run {

namespace {

using filters::AffineMap;
using filters::Bank;
using filters::Filter;
using filters::Literal;
using filters::Range;
using filters::Shape;
using filters::Unit;
using filters::WiringCode;

constexpr std::size_t numbers_of_literal = 5, numbers_of_view = 6;
constexpr const char* name_of_views = "views";
constexpr const char* name_of_code = "wiring_code";

h5::Dimensions pairs(std::size_t count) { return {static_cast<hsize_t>(count), 2}; }

void write_ranges(const h5::Group& group, const char* name, const std::vector<Range>& ranges) {
  std::vector<std::int32_t> numbers;
  for (const Range& range : ranges) numbers.insert(numbers.end(), {range.first, range.last});
  h5::write<std::int32_t>(group, name, numbers, pairs(ranges.size()));
}

std::vector<Range> read_ranges(const h5::Group& group, const char* name) {
  const auto numbers = h5::read<std::int32_t>(group, name);
  if (numbers.size() % 2 != 0) throw InputError(group.where(name) + ": has not two numbers each");
  std::vector<Range> ranges;
  for (std::size_t i = 0; i < numbers.size(); i += 2) ranges.push_back({numbers[i], numbers[i + 1]});
  return ranges;
}

/// An attribute that is a whole number from `least` to `most`.
int read_number(const h5::Group& group, const char* name, std::int64_t least, std::int64_t most) {
  const auto value = h5::read_attribute<std::int64_t>(group, name);
  if (value < least || value > most)
    throw InputError(fmt::format("{}: {} is outside {} .. {}", group.where(name), value, least, most));
  return static_cast<int>(value);
}

/// Only where there are several: what older versions read is as they wrote it.
void write_views(const h5::Group& group, const std::vector<AffineMap>& views) {
  if (views.empty()) return;
  std::vector<std::int64_t> numbers;
  for (const AffineMap& map : views)
    numbers.insert(numbers.end(), {map.yy, map.yx, map.xy, map.xx, map.shift_y, map.shift_x});
  h5::write<std::int64_t>(group, name_of_views, numbers, {static_cast<hsize_t>(views.size()), numbers_of_view});
}

std::vector<AffineMap> read_views(const h5::Group& group) {
  const auto numbers = h5::read<std::int64_t>(group, name_of_views);
  if (numbers.size() % numbers_of_view != 0)
    throw InputError(group.where(name_of_views) + ": has not six numbers each");
  std::vector<AffineMap> views;
  for (std::size_t i = 0; i < numbers.size(); i += numbers_of_view)
    views.push_back({numbers[i], numbers[i + 1], numbers[i + 2], numbers[i + 3], numbers[i + 4], numbers[i + 5]});
  return views;
}

void write_shape(const h5::Group& group, const Shape& shape) {
  h5::write_attribute(group, "rows", std::int64_t{shape.rows});
  h5::write_attribute(group, "columns", std::int64_t{shape.columns});
  h5::write_attribute(group, "mirror", std::int64_t{shape.mirror ? 1 : 0});
  h5::write_attribute(group, "threshold_bits", std::int64_t{shape.threshold_bits});
  h5::write_attribute(group, "threshold_step", std::int64_t{shape.threshold_step});
  write_ranges(group, "map", {shape.map_rows, shape.map_columns});
  write_ranges(group, "row_windows", shape.row_windows);
  write_ranges(group, "column_windows", shape.column_windows);
  h5::write<std::uint8_t>(group, "levels", shape.levels);
  write_views(group, shape.views);
}

Shape read_shape(const h5::Group& group) {
  Shape shape;
  shape.rows = read_number(group, "rows", 1, filters::largest_image);
  shape.columns = read_number(group, "columns", 1, filters::largest_image);
  shape.mirror = read_number(group, "mirror", 0, 1) == 1;
  shape.threshold_bits = read_number(group, "threshold_bits", 1, 16);
  shape.threshold_step = read_number(group, "threshold_step", 1, 1024);
  const std::vector<Range> map = read_ranges(group, "map");
  if (map.size() != 2) throw InputError(group.where("map") + ": is not a range of rows and one of columns");
  shape.map_rows = map[0];
  shape.map_columns = map[1];
  shape.row_windows = read_ranges(group, "row_windows");
  shape.column_windows = read_ranges(group, "column_windows");
  shape.levels = h5::read<std::uint8_t>(group, "levels");
  if (group.has(name_of_views)) shape.views = read_views(group);
  return shape;
}

void write_filters(const h5::Group& group, const std::vector<Filter>& filters) {
  std::vector<std::string> channels;
  std::vector<std::int32_t> sides, dilations, thresholds;
  std::vector<std::uint8_t> weights;
  for (const Filter& filter : filters) {
    channels.emplace_back(name_of(filter.channel));
    sides.push_back(filter.side);
    dilations.push_back(filter.dilation);
    thresholds.push_back(filter.threshold);
    weights.insert(weights.end(), filter.is_plus.begin(), filter.is_plus.end());
  }
  h5::write_texts(group, "channel", channels);
  h5::write<std::int32_t>(group, "side", sides);
  h5::write<std::int32_t>(group, "dilation", dilations);
  h5::write<std::int32_t>(group, "threshold", thresholds);
  h5::write<std::uint8_t>(group, "weight_bits", weights);
}

std::vector<Filter> read_filters(const h5::Group& group) {
  const std::vector<std::string> channels = h5::read_texts(group, "channel");
  const auto sides = h5::read<std::int32_t>(group, "side"), dilations = h5::read<std::int32_t>(group, "dilation"),
             thresholds = h5::read<std::int32_t>(group, "threshold");
  const auto weights = h5::read<std::uint8_t>(group, "weight_bits");
  const std::size_t count = channels.size();
  if (sides.size() != count || dilations.size() != count || thresholds.size() != count)
    throw InputError(group.where() + ": channel, side, dilation and threshold differ in length");
  std::vector<Filter> filters;
  std::size_t next = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::optional<filters::Channel> channel = value_named<filters::Channel>(channels[i]);
    if (!channel) throw InputError(fmt::format("{}: unknown channel \"{}\"", group.where("channel"), channels[i]));
    if (sides[i] < 1 || sides[i] > filters::largest_side)
      throw InputError(fmt::format("{}: {} is outside 1 .. {}", group.where("side"), sides[i], filters::largest_side));
    const auto size = static_cast<std::size_t>(sides[i]) * static_cast<std::size_t>(sides[i]);
    if (size > weights.size() - next) throw InputError(group.where("weight_bits") + ": is too short for the filters");
    const auto begin = weights.begin() + static_cast<std::ptrdiff_t>(next);
    filters.push_back(
        {*channel, sides[i], dilations[i], {begin, begin + static_cast<std::ptrdiff_t>(size)}, thresholds[i]});
    next += size;
  }
  if (next != weights.size()) throw InputError(group.where("weight_bits") + ": is longer than the filters");
  return filters;
}

void write_units(const h5::Group& group, const std::vector<Unit>& units) {
  std::vector<std::int32_t> counts, literals;
  for (const Unit& unit : units) {
    counts.push_back(static_cast<std::int32_t>(unit.literals.size()));
    for (const Literal& literal : unit.literals)
      literals.insert(literals.end(),
                      {literal.filter, literal.dy, literal.dx, literal.negated ? 1 : 0, literal.widened ? 1 : 0});
  }
  h5::write<std::int32_t>(group, "unit_literals", counts);
  h5::write<std::int32_t>(group, "literals", literals,
                          {static_cast<hsize_t>(literals.size() / numbers_of_literal), numbers_of_literal});
}

std::vector<Unit> read_units(const h5::Group& group) {
  const auto counts = h5::read<std::int32_t>(group, "unit_literals");
  const auto numbers = h5::read<std::int32_t>(group, "literals");
  std::vector<Unit> units;
  std::size_t next = 0;
  for (const std::int32_t count : counts) {
    const std::size_t left = (numbers.size() - next) / numbers_of_literal;
    if (count < 1 || count > filters::largest_literals || static_cast<std::size_t>(count) > left)
      throw InputError(fmt::format("{}: {} is not possible", group.where("unit_literals"), count));
    Unit unit;
    for (std::int32_t i = 0; i < count; ++i, next += numbers_of_literal)
      unit.literals.push_back(
          {numbers[next], numbers[next + 1], numbers[next + 2], numbers[next + 3] != 0, numbers[next + 4] != 0});
    units.push_back(std::move(unit));
  }
  if (next != numbers.size()) throw InputError(group.where("literals") + ": is longer than the units");
  return units;
}

/// In a group of its own: what the units are drawn again from.
void write_code(const h5::Group& group, const WiringCode& code) {
  h5::write_attribute(group, "seed", static_cast<std::int64_t>(code.seed));
  h5::write_attribute(group, "stage", static_cast<std::int64_t>(code.stage));
  h5::write_attribute(group, "reach", std::int64_t{code.options.reach});
  h5::write_attribute(group, "negated_share", code.options.negated_share);
  h5::write_attribute(group, "widened_share", code.options.widened_share);
  h5::write<double>(group, "literal_shares", code.options.literal_shares);
  h5::write<std::int32_t>(group, "refused", {code.refused.begin(), code.refused.end()});
}

WiringCode read_code(const h5::Group& group) {
  WiringCode code;
  code.seed = static_cast<std::uint64_t>(h5::read_attribute<std::int64_t>(group, "seed"));
  code.stage = static_cast<std::uint32_t>(read_number(group, "stage", 0, std::numeric_limits<int>::max()));
  code.options.reach = read_number(group, "reach", 0, filters::largest_image);
  code.options.negated_share = h5::read_attribute<double>(group, "negated_share");
  code.options.widened_share = h5::read_attribute<double>(group, "widened_share");
  code.options.literal_shares = h5::read<double>(group, "literal_shares");
  const std::size_t most = code.options.literal_shares.size();
  if (most < 1 || most > filters::largest_literals)
    throw InputError(
        fmt::format("{}: has {} values, not 1 to {}", group.where("literal_shares"), most, filters::largest_literals));
  const auto refused = h5::read<std::int32_t>(group, "refused");
  code.refused.assign(refused.begin(), refused.end());
  return code;
}

}  // namespace

void write_bank(const h5::Group& group, const Bank& bank) {
  write_shape(group, bank.shape);
  write_filters(group, bank.filters);
  write_units(group, bank.units);
  h5::write<std::int8_t>(group, "centers", bank.centers);
  if (bank.code) write_code(group.create_group(name_of_code), *bank.code);
}

Bank read_bank(const h5::Group& group) {
  Bank bank{read_shape(group), read_filters(group), read_units(group), h5::read<std::int8_t>(group, "centers")};
  if (group.has(name_of_code)) bank.code = read_code(group.open_group(name_of_code));
  try {
    filters::check(bank);
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", group.where(), error.what()));
  }
  return bank;
}

}  // namespace isinglass::run
