#pragma once

#include "config/config.hpp"
#include "config/diagnostics.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

/// Many runs of one configuration that differ in some of its keys.
namespace isinglass::sweep {

/// One value of an axis: the text behind "key=", and where the sweep file gives it.
struct SweepValue {
  std::string text;
  config::Position position;
};

/// A configuration key with the values that it goes through, in their order.
struct SweepAxis {
  std::string key;            ///< full dotted name
  config::Position position;  ///< of the key's name
  std::vector<SweepValue> values;
};

/// A sweep file with its base configuration. The points are all combinations of the axes' values.
struct Sweep {
  std::filesystem::path path, base;  ///< sweep file and base configuration
  std::string text, base_text;       ///< their contents
  config::Position base_position;    ///< of the name of the base configuration
  std::filesystem::path output;      ///< folder of the run folders
  std::vector<SweepAxis> axes;
};

/// One run of a sweep.
struct SweepPoint {
  std::int64_t number = 1;                                     ///< from 1
  std::vector<std::pair<std::string, std::string>> overrides;  ///< key and value, in the order of the axes
  std::filesystem::path folder;                                ///< OUTPUT/point-0001
};

/// A file with more points is refused: it is a mistake, or better cut in several.
inline constexpr std::int64_t most_points = 10000;

/// Number of points.
[[nodiscard]] std::int64_t point_count(const Sweep& sweep);

/// Which value of each axis a point has, from 0. `number` is one of 1 .. point_count; the last axis varies fastest.
[[nodiscard]] std::vector<std::size_t> value_indices(const Sweep& sweep, std::int64_t number);

/// Point `number`. InputError unless it is one of 1 .. point_count.
[[nodiscard]] SweepPoint point_of(const Sweep& sweep, std::int64_t number);

/// The configuration of a point: base, overrides, and the run folder as output.directory. InputError if they do not
/// fit.
[[nodiscard]] config::Config config_of(const Sweep& sweep, const SweepPoint& point);

/// "method=qcgd, seed=3".
[[nodiscard]] std::string to_text(const SweepPoint& point);

}  // namespace isinglass::sweep
