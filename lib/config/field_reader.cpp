#include "config/field_reader.hpp"

#include "config/diagnostics.hpp"
#include "config/read_keys.hpp"
#include "config/writer.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace isinglass::config {

namespace {

/// The sections that do have the key, for a key that stands in the wrong one.
std::vector<std::string> sections_with(std::string_view key) {
  std::vector<std::string> found;
  for (const auto& [name, value] : flatten(Config{})) {
    const std::size_t dot = name.rfind('.');
    if (dot != std::string::npos && std::string_view(name).substr(dot + 1) == key) found.push_back(name);
  }
  return found;
}

}  // namespace

FieldReader::FieldReader(const YamlTree& tree, std::string prefix, Diagnostics& diagnostics, Positions& positions)
    : tree_(tree), prefix_(std::move(prefix)), diagnostics_(diagnostics), positions_(positions) {
  // An empty section is one whose keys are all commented out: not an error.
  if (tree.kind == YamlTree::Kind::section || tree.kind == YamlTree::Kind::empty) return;
  const std::string_view name = std::string_view(prefix_).substr(0, prefix_.empty() ? 0 : prefix_.size() - 1);
  diagnostics.add(tree.position, name, "expected a section of `key: value` lines, found " + describe(tree));
}

const YamlTree* FieldReader::find(std::string_view key) {
  known_.emplace_back(key);
  const auto entry =
      std::find_if(tree_.entries.begin(), tree_.entries.end(), [&](const auto& e) { return e.key == key; });
  if (entry == tree_.entries.end()) return nullptr;
  // A section that starts on the line below its key is best pointed at by its key.
  const bool is_section = entry->value.kind == YamlTree::Kind::section;
  positions_[prefix_ + known_.back()] = is_section ? entry->position : entry->value.position;
  return &entry->value;
}

void FieldReader::report_unknown_keys() const {
  constexpr int most = 20;  // the search for what was meant takes its time
  int unknown = 0;
  for (const YamlTree::Entry& entry : tree_.entries) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    if (++unknown > most)
      return diagnostics_.add(entry.position, prefix_ + entry.key, "unknown key, and maybe more below");
    if (const std::string_view now = new_name(prefix_ + entry.key); !now.empty()) {
      diagnostics_.add(entry.position, prefix_ + entry.key, fmt::format("this key is called {} now", now));
      continue;
    }
    std::string hint = suggestion(entry.key, known_);
    const std::vector<std::string> elsewhere = sections_with(entry.key);
    if (!elsewhere.empty()) hint = fmt::format(", did you mean {}?", fmt::join(elsewhere, " or "));
    diagnostics_.add(entry.position, prefix_ + entry.key, "unknown key" + hint);
  }
}

int FieldReader::option_index(const YamlTree::Entry& entry, std::size_t size, const std::string& name) {
  int index = -1;
  const char* last = entry.key.data() + entry.key.size();
  const auto [end, error] = std::from_chars(entry.key.data(), last, index);
  if (error == std::errc() && end == last && index >= 0 && static_cast<std::size_t>(index) <= size) return index;
  diagnostics_.add(entry.position, name + "." + entry.key,
                   fmt::format("expected an index from 0 to {} after {}", size, name));
  return -1;
}

}  // namespace isinglass::config
