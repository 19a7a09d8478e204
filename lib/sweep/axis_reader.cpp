#include "config/scalars.hpp"
#include "sweep/section_reader.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include <fmt/format.h>

namespace isinglass::sweep {

namespace {

/// The value in one line of YAML, as it would stand behind `--set KEY=`; nothing if a part of it is empty.
std::optional<std::string> to_yaml_text(const config::YamlTree& tree);

/// A scalar inside brackets: there these characters end it.
std::string inner_text(const config::YamlTree& tree) {
  const bool is_plain = !tree.quoted && tree.text.find_first_of(",[]{}") == std::string::npos;
  return is_plain ? tree.text : config::write_value(config::anything(), tree.text);
}

std::optional<std::string> inner_value(const config::YamlTree& tree) {
  if (tree.kind == config::YamlTree::Kind::scalar) return inner_text(tree);
  return to_yaml_text(tree);
}

std::optional<std::string> list_text(const config::YamlTree& tree) {
  std::vector<std::string> parts;
  for (const config::YamlTree& item : tree.items) {
    const std::optional<std::string> part = inner_value(item);
    if (!part) return std::nullopt;
    parts.push_back(*part);
  }
  return fmt::format("[{}]", fmt::join(parts, ", "));
}

std::optional<std::string> section_text(const config::YamlTree& tree) {
  std::vector<std::string> parts;
  for (const config::YamlTree::Entry& entry : tree.entries) {
    const std::optional<std::string> part = inner_value(entry.value);
    if (!part) return std::nullopt;
    parts.push_back(fmt::format("{}: {}", entry.key, *part));
  }
  return fmt::format("{{{}}}", fmt::join(parts, ", "));
}

std::optional<std::string> to_yaml_text(const config::YamlTree& tree) {
  switch (tree.kind) {
    case config::YamlTree::Kind::empty:
      return std::nullopt;
    case config::YamlTree::Kind::scalar:
      return tree.quoted ? config::write_value(config::anything(), tree.text) : tree.text;
    case config::YamlTree::Kind::list:
      return list_text(tree);
    case config::YamlTree::Kind::section:
      return section_text(tree);
  }
  return std::nullopt;
}

/// The way the values of an axis are given.
struct Form {
  const config::YamlTree* tree = nullptr;
  std::string name;  ///< of its key
  bool rounds = false;
};

using Values = std::vector<SweepValue>;

/// All numbers of a list; none, with a problem, if one of them is no number or their count is another.
template <class T>
std::vector<T> read_numbers(const Form& form, std::size_t least, std::size_t most, const char* layout,
                            config::Diagnostics& diagnostics) {
  if (form.tree->kind != config::YamlTree::Kind::list || form.tree->items.size() < least ||
      form.tree->items.size() > most) {
    const bool is_list = form.tree->kind == config::YamlTree::Kind::list;
    const std::string found =
        is_list ? fmt::format("a list of {}", form.tree->items.size()) : config::describe(*form.tree);
    diagnostics.add(form.tree->position, form.name, fmt::format("expected {}, found {}", layout, found));
    return {};
  }
  std::vector<T> numbers(form.tree->items.size());
  bool is_good = true;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::string complaint = config::read_value(form.tree->items[i], config::anything(), numbers[i]);
    if (complaint.empty()) continue;
    diagnostics.add(form.tree->items[i].position, form.name, complaint);
    is_good = false;
  }
  return is_good ? numbers : std::vector<T>{};
}

Values read_list(const Form& form, config::Diagnostics& diagnostics) {
  Values values;
  if (form.tree->kind != config::YamlTree::Kind::list || form.tree->items.empty()) {
    const bool is_list = form.tree->kind == config::YamlTree::Kind::list;
    diagnostics.add(
        form.tree->position, form.name,
        fmt::format("expected a list of values, found {}", is_list ? "an empty one" : config::describe(*form.tree)));
    return values;
  }
  std::set<std::string> seen;
  for (const config::YamlTree& item : form.tree->items) {
    const std::optional<std::string> text = to_yaml_text(item);
    if (!text) {
      diagnostics.add(item.position, form.name, "expected a value, found nothing");
    } else if (!seen.insert(*text).second) {
      diagnostics.add(item.position, form.name, fmt::format("{} is listed twice", *text));
    } else {
      values.push_back({*text, item.position});
    }
  }
  return values;
}

/// Says what is wrong with [from, to, step]; empty: nothing.
std::string complaint_about(std::int64_t from, std::int64_t to, std::int64_t step) {
  constexpr std::int64_t limit = 1'000'000'000'000'000;  // so that no difference overflows
  if (from < -limit || to > limit) return fmt::format("expected numbers from {} to {}", -limit, limit);
  if (from > to) return fmt::format("expected from <= to, found {} and {}", from, to);
  if (step < 1) return fmt::format("expected a step >= 1, found {}", step);
  if ((to - from) / step >= most_points) return fmt::format("more than {} values", most_points);
  return "";
}

Values read_range(const Form& form, config::Diagnostics& diagnostics) {
  const auto numbers = read_numbers<std::int64_t>(form, 2, 3, "[from, to] or [from, to, step]", diagnostics);
  if (numbers.empty()) return {};
  const std::int64_t from = numbers[0], to = numbers[1], step = numbers.size() > 2 ? numbers[2] : 1;
  if (const std::string complaint = complaint_about(from, to, step); !complaint.empty()) {
    diagnostics.add(form.tree->position, form.name, complaint);
    return {};
  }
  Values values;
  for (std::int64_t i = 0; i <= (to - from) / step; ++i) {
    values.push_back({fmt::format("{}", from + i * step), form.tree->position});
  }
  return values;
}

bool is_whole(double value) { return value == std::floor(value) && std::abs(value) < 1e15; }

/// Says what is wrong with [from, to, points]; empty: nothing.
std::string complaint_about(double from, double to, double points, bool rounds) {
  if (from <= 0) return fmt::format("expected from > 0, found {}", from);
  if (from >= to) return fmt::format("expected from < to, found {} and {}", from, to);
  if (!std::isfinite(to / from)) return fmt::format("{} is too many times {}: bring them closer together", to, from);
  if (!is_whole(points) || points < 2 || points > most_points) {
    return fmt::format("expected a whole number of points from 2 to {}, found {}", most_points, points);
  }
  if (rounds && !(is_whole(from) && is_whole(to))) return "with `round: true` from and to have to be whole numbers";
  return "";
}

Values read_logarithmic(const Form& form, config::Diagnostics& diagnostics) {
  const auto numbers = read_numbers<double>(form, 3, 3, "[from, to, number of points]", diagnostics);
  if (numbers.empty()) return {};
  const double from = numbers[0], to = numbers[1];
  const std::string complaint = complaint_about(from, to, numbers[2], form.rounds);
  if (!complaint.empty()) {
    diagnostics.add(form.tree->position, form.name, complaint);
    return {};
  }
  Values values;
  const int last = static_cast<int>(numbers[2]) - 1;
  for (int i = 0; i <= last; ++i) {
    const double exact = from * std::pow(to / from, static_cast<double>(i) / last);
    // Twelve digits, so that a text does not depend on how a machine rounds its powers; the ends as they were given.
    std::string text = i == 0 || i == last ? fmt::format("{}", i == 0 ? from : to) : fmt::format("{:.12g}", exact);
    if (form.rounds) text = fmt::format("{}", std::llround(i == last ? to : exact));
    if (values.empty() || values.back().text != text) values.push_back({text, form.tree->position});
  }
  return values;
}

/// The one of the three forms that the axis has; its tree is null, with a problem, unless there is exactly one.
Form find_form(SectionReader& section, const config::Position& position, const std::string& name,
               config::Diagnostics& diagnostics) {
  Form form;
  int count = 0;
  for (const char* key : {"values", "range", "logarithmic"}) {
    const config::YamlTree* tree = section.find(key);
    if (!tree) continue;
    form = {tree, section.name_of(key), false};
    ++count;
  }
  if (count == 1) return form;
  diagnostics.add(
      position, name,
      fmt::format("expected one of values, range and logarithmic, found {}", count == 0 ? "none" : "several"));
  return {};
}

/// Sets form.rounds.
void read_round(SectionReader& section, Form& form, config::Diagnostics& diagnostics) {
  const config::YamlTree* round = section.find("round");
  if (!round) return;
  std::string complaint = config::read_value(*round, config::anything(), form.rounds);
  if (complaint.empty() && form.tree && !form.name.ends_with(".logarithmic"))
    complaint = "goes with `logarithmic` only";
  if (!complaint.empty()) diagnostics.add(round->position, section.name_of("round"), complaint);
}

}  // namespace

SweepAxis read_axis(const config::YamlTree& tree, const std::string& name, config::Diagnostics& diagnostics) {
  SectionReader section(tree, name, diagnostics);
  SweepAxis axis;
  axis.position = tree.position;
  axis.key = section.require_text("key", "key: seed");
  if (const config::YamlTree* key = section.find("key")) axis.position = key->position;
  if (tree.kind != config::YamlTree::Kind::section) return axis;

  Form form = find_form(section, tree.position, name, diagnostics);
  read_round(section, form, diagnostics);
  section.report_unknown_keys();
  if (!form.tree) return axis;
  if (form.name.ends_with(".values")) axis.values = read_list(form, diagnostics);
  if (form.name.ends_with(".range")) axis.values = read_range(form, diagnostics);
  if (form.name.ends_with(".logarithmic")) axis.values = read_logarithmic(form, diagnostics);
  return axis;
}

}  // namespace isinglass::sweep
