#include "sweep/check_points.hpp"

#include "base/error.hpp"
#include "config/reader.hpp"

#include <map>
#include <optional>
#include <set>
#include <sstream>

#include <fmt/format.h>

namespace isinglass {

namespace {

/// Of points whose values are good one by one and do not fit together.
constexpr int most_combinations = 5;

/// A complaint about an axis, and the values of the axis that it came with.
using AxisComplaints = std::map<std::pair<std::size_t, std::string>, std::set<std::size_t>>;

/// The axis whose override a line "--set KEY: message" is about, and the message.
std::optional<std::pair<std::size_t, std::string>> blame_axis(const Sweep& sweep, const std::string& line) {
  for (std::size_t i = 0; i < sweep.axes.size(); ++i) {
    const std::string prefix = fmt::format("--set {}: ", sweep.axes[i].key);
    if (line.starts_with(prefix)) return std::pair(i, line.substr(prefix.size()));
  }
  return std::nullopt;
}

/// Gathers what is wrong with the points, each thing once.
class Complaints {
public:
  Complaints(const Sweep& sweep, Problems& problems) : sweep_(sweep), problems_(problems) {}

  void add(const SweepPoint& point, const std::string& errors) {
    const std::vector<std::size_t> indices = value_indices(sweep_, point.number);
    std::istringstream lines(errors);
    bool is_combination = true;
    std::string rest;
    for (std::string line; std::getline(lines, line);) {
      if (const auto blamed = blame_axis(sweep_, line)) {
        of_axes_[*blamed].insert(indices[blamed->first]);
        is_combination = false;
      } else {
        rest += (rest.empty() ? "" : "; ") + line;
      }
    }
    // A value that is refused keeps its default, and may then not fit the others: only a first error tells something.
    if (is_combination && ++combinations_ <= most_combinations) {
      problems_.add(sweep_.axes.front().position, "", fmt::format("point {} ({}): {}", point.number, to_text(point), rest));
    }
  }

  /// Hands over what was gathered.
  void finish() {
    for (const auto& [blamed, values] : of_axes_) {
      const auto& [index, message] = blamed;
      const SweepAxis& axis = sweep_.axes[index];
      // What is wrong with several values alike is wrong with the key.
      const bool is_key = values.size() > 1;
      problems_.add(is_key ? axis.position : axis.values[*values.begin()].position, axis.key, message);
    }
    if (combinations_ > most_combinations) {
      problems_.add(sweep_.axes.front().position, "", fmt::format("... and {} more points", combinations_ - most_combinations));
    }
  }

private:
  const Sweep& sweep_;
  Problems& problems_;
  AxisComplaints of_axes_;
  int combinations_ = 0;
};

}  // namespace

void check_points(const Sweep& sweep) {
  static_cast<void>(parse_config(sweep.base_text, sweep.base.string()));
  Problems problems;
  Complaints complaints(sweep, problems);
  for (std::int64_t number = 1; number <= point_count(sweep); ++number) {
    const SweepPoint point = point_of(sweep, number);
    try {
      static_cast<void>(config_of(sweep, point));
    } catch (const InputError& error) {
      complaints.add(point, error.what());
    }
  }
  complaints.finish();
  problems.throw_if_any();
}

}  // namespace isinglass
