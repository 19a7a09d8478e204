#include "sweep/sweep_reader.hpp"

#include "base/input_file.hpp"
#include "sweep/axis_reader.hpp"
#include "sweep/check_points.hpp"
#include "sweep/section_reader.hpp"

#include <map>

#include <fmt/format.h>

namespace isinglass {

namespace fs = std::filesystem;

namespace {

void check_schema(SectionReader& top, Problems& problems) {
  const YamlTree* schema = top.require("schema", "schema: 1");
  if (!schema || (schema->kind == YamlTree::Kind::scalar && schema->text == "1")) return;
  problems.add(schema->position, "schema", fmt::format("this isinglass reads sweeps of schema 1, found {}", describe(*schema)));
}

/// What no axis tells alone.
void check_axes(const std::vector<SweepAxis>& axes, const Position& position, Problems& problems) {
  std::map<std::string, const SweepAxis*> seen;
  std::int64_t count = 1;
  for (const SweepAxis& axis : axes) {
    if (axis.key.empty()) continue;
    const auto [earlier, is_new] = seen.emplace(axis.key, &axis);
    if (!is_new) {
      const int line = earlier->second->position.line;
      problems.add(axis.position, axis.key, fmt::format("a second axis of this key, the first at line {}", line));
    }
    if (axis.key == "output.directory" || axis.key == "output") {
      problems.add(axis.position, axis.key, "no axis: each point has its own folder under `output` of the sweep");
    }
    if (axis.key.find('=') != std::string::npos) problems.add(axis.position, axis.key, "no key has a =");
    if (count <= most_points) count *= static_cast<std::int64_t>(axis.values.size());
  }
  if (count > most_points) problems.add(position, "axes", fmt::format("more than {} points", most_points));
}

std::vector<SweepAxis> read_axes(SectionReader& top, Problems& problems) {
  std::vector<SweepAxis> axes;
  const YamlTree* tree = top.require("axes", "axes: [{key: seed, range: [1, 5]}]");
  if (!tree) return axes;
  if (tree->kind != YamlTree::Kind::list || tree->items.empty()) {
    const bool is_list = tree->kind == YamlTree::Kind::list;
    problems.add(tree->position, "axes",
                 fmt::format("expected a list of axes, found {}", is_list ? "an empty one" : describe(*tree)));
    return axes;
  }
  for (const YamlTree& item : tree->items) {
    axes.push_back(read_axis(item, fmt::format("axes.{}", axes.size()), problems));
  }
  check_axes(axes, tree->position, problems);
  return axes;
}

std::string read_base(const Sweep& sweep) {
  std::error_code none;
  if (fs::status(sweep.base, none).type() == fs::file_type::not_found) {
    Problems problems;
    problems.add(sweep.base_position, "base", fmt::format("no such file: {}", sweep.base.string()));
    problems.throw_if_any();
  }
  return read_input_file(sweep.base, "a configuration", largest_hand_written);
}

}  // namespace

Sweep parse_sweep(const std::string& text, const fs::path& path) {
  Problems problems;
  const YamlTree tree = parse_yaml(text, path.string(), problems);
  SectionReader top(tree, "", problems);
  check_schema(top, problems);
  Sweep sweep;
  sweep.path = path;
  sweep.text = text;
  sweep.base = path.parent_path() / top.require_text("base", "base: pair-0-1.yaml");
  if (const YamlTree* base = top.find("base")) sweep.base_position = base->position;
  sweep.output = top.require_text("output", "output: results/sweep");
  sweep.axes = read_axes(top, problems);
  top.report_unknown_keys();
  problems.throw_if_any();
  return sweep;
}

Sweep read_sweep(const fs::path& path) {
  Sweep sweep = parse_sweep(read_input_file(path, "a sweep", largest_hand_written), path);
  sweep.base_text = read_base(sweep);
  check_points(sweep);
  return sweep;
}

}  // namespace isinglass
