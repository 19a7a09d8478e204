#include "sweep/sweep_reader.hpp"

#include "base/error.hpp"
#include "base/input_file.hpp"
#include "config/reader.hpp"
#include "sweep/section_reader.hpp"

#include <map>
#include <optional>
#include <set>
#include <sstream>

#include <fmt/format.h>

namespace isinglass::sweep {

namespace fs = std::filesystem;

namespace {

void check_schema(SectionReader& top, config::Diagnostics& diagnostics) {
  const config::YamlTree* schema = top.require("schema", "schema: 1");
  if (!schema || (schema->kind == config::YamlTree::Kind::scalar && schema->text == "1")) return;
  diagnostics.add(schema->position, "schema",
                  fmt::format("this isinglass reads sweeps of schema 1, found {}", config::describe(*schema)));
}

/// Reports what no axis tells alone.
void check_axes(const std::vector<SweepAxis>& axes, const config::Position& position,
                config::Diagnostics& diagnostics) {
  std::map<std::string, const SweepAxis*> seen;
  std::int64_t count = 1;
  for (const SweepAxis& axis : axes) {
    if (axis.key.empty()) continue;
    const auto [earlier, is_new] = seen.emplace(axis.key, &axis);
    if (!is_new) {
      const int line = earlier->second->position.line;
      diagnostics.add(axis.position, axis.key, fmt::format("a second axis of this key, the first at line {}", line));
    }
    if (axis.key == "output.directory" || axis.key == "output") {
      diagnostics.add(axis.position, axis.key, "no axis: each point has its own folder under `output` of the sweep");
    }
    if (axis.key.find('=') != std::string::npos) diagnostics.add(axis.position, axis.key, "no key has a =");
    if (count <= most_points) count *= static_cast<std::int64_t>(axis.values.size());
  }
  if (count > most_points) diagnostics.add(position, "axes", fmt::format("more than {} points", most_points));
}

std::vector<SweepAxis> read_axes(SectionReader& top, config::Diagnostics& diagnostics) {
  std::vector<SweepAxis> axes;
  const config::YamlTree* tree = top.require("axes", "axes: [{key: seed, range: [1, 5]}]");
  if (!tree) return axes;
  if (tree->kind != config::YamlTree::Kind::list || tree->items.empty()) {
    const bool is_list = tree->kind == config::YamlTree::Kind::list;
    diagnostics.add(
        tree->position, "axes",
        fmt::format("expected a list of axes, found {}", is_list ? "an empty one" : config::describe(*tree)));
    return axes;
  }
  for (const config::YamlTree& item : tree->items) {
    axes.push_back(read_axis(item, fmt::format("axes.{}", axes.size()), diagnostics));
  }
  check_axes(axes, tree->position, diagnostics);
  return axes;
}

std::string read_base(const Sweep& sweep) {
  std::error_code none;
  if (fs::status(sweep.base, none).type() == fs::file_type::not_found) {
    config::Diagnostics diagnostics;
    diagnostics.add(sweep.base_position, "base", fmt::format("no such file: {}", sweep.base.string()));
    diagnostics.throw_if_any();
  }
  return read_input_file(sweep.base, "a configuration", largest_hand_written);
}

/// Most complaints about points whose values are good one by one and do not fit together.
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
  Complaints(const Sweep& sweep, config::Diagnostics& diagnostics) : sweep_(sweep), diagnostics_(diagnostics) {}

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
      diagnostics_.add(sweep_.axes.front().position, "",
                       fmt::format("point {} ({}): {}", point.number, to_text(point), rest));
    }
  }

  /// Hands over what was gathered.
  void finish() {
    for (const auto& [blamed, values] : of_axes_) {
      const auto& [index, message] = blamed;
      const SweepAxis& axis = sweep_.axes[index];
      // What is wrong with several values alike is wrong with the key.
      const bool is_key = values.size() > 1;
      diagnostics_.add(is_key ? axis.position : axis.values[*values.begin()].position, axis.key, message);
    }
    if (combinations_ > most_combinations) {
      diagnostics_.add(sweep_.axes.front().position, "",
                       fmt::format("... and {} more points", combinations_ - most_combinations));
    }
  }

private:
  const Sweep& sweep_;
  config::Diagnostics& diagnostics_;
  AxisComplaints of_axes_;
  int combinations_ = 0;
};

/// Reads the configuration of every point, so that a wrong key or value is known before anything runs. Throws one
/// InputError: of the base configuration if that is bad by itself, else with a line for each key, value or combination
/// that it refuses, at its position in the sweep file.
void check_points(const Sweep& sweep) {
  static_cast<void>(config::parse_config(sweep.base_text, sweep.base.string()));
  config::Diagnostics diagnostics;
  Complaints complaints(sweep, diagnostics);
  for (std::int64_t number = 1; number <= point_count(sweep); ++number) {
    const SweepPoint point = point_of(sweep, number);
    try {
      static_cast<void>(config_of(sweep, point));
    } catch (const InputError& error) {
      complaints.add(point, error.what());
    }
  }
  complaints.finish();
  diagnostics.throw_if_any();
}

}  // namespace

Sweep parse_sweep(const std::string& text, const fs::path& path) {
  config::Diagnostics diagnostics;
  const config::YamlTree tree = config::parse_yaml(text, path.string(), diagnostics);
  SectionReader top(tree, "", diagnostics);
  check_schema(top, diagnostics);
  Sweep sweep;
  sweep.path = path;
  sweep.text = text;
  sweep.base = path.parent_path() / top.require_text("base", "base: pair-0-1.yaml");
  if (const config::YamlTree* base = top.find("base")) sweep.base_position = base->position;
  sweep.output = top.require_text("output", "output: results/sweep");
  sweep.axes = read_axes(top, diagnostics);
  top.report_unknown_keys();
  diagnostics.throw_if_any();
  return sweep;
}

Sweep read_sweep(const fs::path& path) {
  Sweep sweep = parse_sweep(read_input_file(path, "a sweep", largest_hand_written), path);
  sweep.base_text = read_base(sweep);
  check_points(sweep);
  return sweep;
}

}  // namespace isinglass::sweep
