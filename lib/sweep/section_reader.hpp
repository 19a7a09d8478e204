#pragma once

#include "config/diagnostics.hpp"
#include "config/yaml_tree.hpp"
#include "sweep/sweep.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace isinglass::sweep {

/// One section of a sweep file: hands out the values of its keys and reports the keys that nobody asked for.
class SectionReader {
public:
  /// `name` is the full name of the section, empty at the top. A problem if `tree` is no section.
  SectionReader(const config::YamlTree& tree, std::string name, config::Diagnostics& diagnostics);

  /// The value of `key`; null if it is not set.
  [[nodiscard]] const config::YamlTree* find(std::string_view key);
  /// The value of `key`; null, with a problem that shows `example`, if it is not set.
  [[nodiscard]] const config::YamlTree* require(std::string_view key, std::string_view example);
  /// The text of a required key; empty, with a problem, if it is missing or no text.
  [[nodiscard]] std::string require_text(std::string_view key, std::string_view example);

  /// Reports the keys that were not asked for. To be called last.
  void report_unknown_keys() const;
  /// The full name of a key.
  [[nodiscard]] std::string name_of(std::string_view key) const;

private:
  const config::YamlTree& tree_;
  std::string name_;
  config::Diagnostics& diagnostics_;
  bool is_section_;
  std::vector<std::string> known_;
};

/// One axis of a sweep file: {key: KEY, values: [...]}, or `range: [from, to, step]` in whole numbers, or
/// `logarithmic: [from, to, points]`, optionally with `round: true`. What is wrong goes to `diagnostics` under `name`.
[[nodiscard]] SweepAxis read_axis(const config::YamlTree& tree, const std::string& name,
                                  config::Diagnostics& diagnostics);

}  // namespace isinglass::sweep
