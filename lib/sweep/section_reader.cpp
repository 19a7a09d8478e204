#include "sweep/section_reader.hpp"

#include "config/diagnostics.hpp"
#include "config/scalars.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace isinglass::sweep {

SectionReader::SectionReader(const config::YamlTree& tree, std::string name, config::Diagnostics& diagnostics)
    : tree_(tree),
      name_(std::move(name)),
      diagnostics_(diagnostics),
      is_section_(tree.kind == config::YamlTree::Kind::section) {
  // An empty one is told by the keys that it lacks.
  if (is_section_ || tree.kind == config::YamlTree::Kind::empty) return;
  diagnostics.add(tree.position, name_, "expected a section of `key: value` lines, found " + config::describe(tree));
}

const config::YamlTree* SectionReader::find(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
  const auto entry =
      std::find_if(tree_.entries.begin(), tree_.entries.end(), [&](const auto& e) { return e.key == key; });
  return entry == tree_.entries.end() ? nullptr : &entry->value;
}

const config::YamlTree* SectionReader::require(std::string_view key, std::string_view example) {
  const config::YamlTree* value = find(key);
  const bool is_told = !is_section_ && tree_.kind != config::YamlTree::Kind::empty;
  if (!value && !is_told)
    diagnostics_.add(tree_.position, name_of(key), fmt::format("missing; for example `{}`", example));
  return value;
}

std::string SectionReader::require_text(std::string_view key, std::string_view example) {
  std::string text;
  const config::YamlTree* value = require(key, example);
  if (!value) return text;
  std::string complaint = config::read_value(*value, config::anything(), text);
  if (complaint.empty() && text.empty()) complaint = fmt::format("expected text such as `{}`, found nothing", example);
  if (!complaint.empty()) diagnostics_.add(value->position, name_of(key), complaint);
  return text;
}

void SectionReader::report_unknown_keys() const {
  for (const config::YamlTree::Entry& entry : tree_.entries) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    std::string hint = config::suggestion(entry.key, known_);
    if (hint.empty()) hint = "; known are " + config::join(known_);
    diagnostics_.add(entry.position, name_of(entry.key), "unknown key" + hint);
  }
}

std::string SectionReader::name_of(std::string_view key) const {
  return name_.empty() ? std::string(key) : fmt::format("{}.{}", name_, key);
}

}  // namespace isinglass::sweep
