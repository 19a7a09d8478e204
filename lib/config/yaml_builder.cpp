#include "config/yaml_builder.hpp"

#include "config/text_check.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace isinglass::config {

namespace {

constexpr int deepest = deepest_yaml;
constexpr std::int64_t most_values = 100'000;  // aliases written out
constexpr std::int64_t most_bytes = 16 * std::int64_t{longest_yaml};

}  // namespace

YamlBuilder::YamlBuilder(Locate locate, Diagnostics& diagnostics, std::string name, Position start)
    : locate_(std::move(locate)), diagnostics_(diagnostics), name_(std::move(name)) {
  root_.position = std::move(start);
}

void YamlBuilder::OnDocumentStart(const YAML::Mark& mark) {
  if (!first_)
    first_ = mark;
  else
    second_ = mark;
}

void YamlBuilder::expect_first(const YAML::Mark& mark) const {
  if (second_) throw SecondDocument{locate_(mark), second_->pos != mark.pos};
}

void YamlBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  expect_first(mark);
  Measured nothing;
  // yaml-cpp marks an empty value at the next token: what it belongs to is the better place to point at.
  const bool is_key = !open_.empty() && open_.back().value.tree.kind == YamlTree::Kind::section && !open_.back().entry;
  if (is_key)
    nothing.tree.position = locate_(mark);
  else if (!open_.empty())
    nothing.tree.position = open_.back().entry ? open_.back().entry->position : open_.back().value.tree.position;
  count(nothing, nothing.tree.position);
  add(std::move(nothing), anchor);
}

void YamlBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
  expect_first(mark);
  if (value.find('\0') != std::string::npos) throw YamlLimit(locate_(mark), "a text that holds a NUL");
  Measured scalar;
  scalar.tree.kind = YamlTree::Kind::scalar;
  scalar.tree.position = locate_(mark);
  scalar.tree.text = value;
  scalar.tree.quoted = tag == "!";
  scalar.bytes = std::ssize(value);
  count(scalar, scalar.tree.position);
  add(std::move(scalar), anchor);
}

void YamlBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  expect_first(mark);
  const Position position = locate_(mark);
  const auto found = anchored_.find(anchor);
  if (found == anchored_.end()) throw YamlLimit(position, "nested too deeply: an alias within what it stands for");
  if (std::ssize(open_) + found->second.height > deepest)
    throw YamlLimit(position, "nested too deeply, through an alias");
  count(found->second, position);
  add(found->second, 0);
}

void YamlBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                                  YAML::EmitterStyle::value) {
  start_collection(YamlTree::Kind::list, mark, anchor);
}

void YamlBuilder::OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value) {
  start_collection(YamlTree::Kind::section, mark, anchor);
}

void YamlBuilder::start_collection(YamlTree::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
  expect_first(mark);
  if (std::ssize(open_) >= deepest) throw YamlLimit(locate_(mark), "nested too deeply");
  Open open;
  open.name = name_of_next();
  open.anchor = anchor;
  open.value.tree.kind = kind;
  open.value.tree.position = locate_(mark);
  open.value.height = 1;
  count(open.value, open.value.tree.position);
  open_.push_back(std::move(open));
}

void YamlBuilder::end_collection() {
  Open closed = std::move(open_.back());
  open_.pop_back();
  add(std::move(closed.value), closed.anchor);
}

void YamlBuilder::count(const Measured& value, const Position& position) {
  values_ += value.values;
  bytes_ += value.bytes;
  if (values_ > most_values)
    throw YamlLimit(position,
                    fmt::format("more than {} values, each alias counted as what it stands for", most_values));
  if (bytes_ > most_bytes)
    throw YamlLimit(position, fmt::format("more than {} bytes, each alias counted as what it stands for", most_bytes));
}

void YamlBuilder::add(Measured value, YAML::anchor_t anchor) {
  if (anchor != YAML::NullAnchor) anchored_[anchor] = value;
  if (open_.empty()) {
    value.tree.position = root_.position;  // messages about the whole document point at its top
    root_ = std::move(value.tree);
    return;
  }
  Open& parent = open_.back();
  if (parent.value.tree.kind == YamlTree::Kind::section && !parent.entry) return add_key(parent, value.tree);
  parent.value.values += value.values;
  parent.value.bytes += value.bytes;
  parent.value.height = std::max(parent.value.height, value.height + 1);
  if (parent.value.tree.kind == YamlTree::Kind::list) {
    parent.value.tree.items.push_back(std::move(value.tree));
    return;
  }
  parent.entry->value = std::move(value.tree);
  if (!parent.drops_entry) parent.value.tree.entries.push_back(std::move(*parent.entry));
  parent.entry.reset();
  parent.drops_entry = false;
}

void YamlBuilder::add_key(Open& section, const YamlTree& key) {
  const bool was_dropped = is_dropped();
  section.entry = YamlTree::Entry{key.text, key.position, {}};
  section.value.bytes += std::ssize(key.text);
  if (key.kind != YamlTree::Kind::scalar) {
    if (!was_dropped) diagnostics_.add(key.position, section.name, "a key must be a word");
    section.drops_entry = true;
    return;
  }
  const auto [earlier, is_new] = section.lines.emplace(key.text, key.position.line);
  if (is_new) return;
  const std::string full_name = name_of_next();  // yaml-cpp itself would silently keep the first of two
  const std::string first = key.position.is_option() ? "" : fmt::format(", first at line {}", earlier->second);
  if (!was_dropped) diagnostics_.add(key.position, full_name, "duplicate key" + first);
  section.drops_entry = true;
}

std::string YamlBuilder::name_of_next() const {
  if (open_.empty()) return name_;
  const Open& parent = open_.back();
  const bool is_list = parent.value.tree.kind == YamlTree::Kind::list;
  const std::string last = is_list        ? fmt::to_string(parent.value.tree.items.size())
                           : parent.entry ? parent.entry->key
                                          : "";
  return is_list || !parent.name.empty() ? parent.name + "." + last : last;
}

/// Whether the innermost section is below something that is left out, so that its diagnostics would mislead.
bool YamlBuilder::is_dropped() const {
  return std::any_of(open_.begin(), open_.end() - 1, [](const Open& open) {
    const bool is_section = open.value.tree.kind == YamlTree::Kind::section;
    return is_section && (open.drops_entry || !open.entry);
  });
}

}  // namespace isinglass::config
