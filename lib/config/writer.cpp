#include "config/writer.hpp"

#include "config/fields.hpp"
#include "config/scalars.hpp"

#include <map>
#include <set>

#include <fmt/format.h>

namespace isinglass::config {

namespace {

enum class Help { none, comments };

/// The visitor that writes block-style YAML, two spaces per level.
class YamlWriter {
public:
  YamlWriter(Help help, Keys keys) : help_(help), keys_(keys) {}

  template <class T>
  void field(std::string_view key, const T& value, const Rule& rule, std::string_view help) {
    if (keys_ == Keys::all || rule.on_restart != OnRestart::free)
      line(fmt::format("{}: {}", key, write_value(rule, value)), comment(rule, help));
  }

  template <class S>
  void section(std::string_view key, const S& structure, std::string_view help) {
    if (indent_ == 0 && help_ == Help::comments) text_ += '\n';
    const std::size_t before = text_.size();
    line(fmt::format("{}:", key), std::string(help));
    const std::size_t head = text_.size();
    indent_ += 2;
    visit_fields(*this, structure);
    indent_ -= 2;
    if (text_.size() == head) text_.resize(before);  // none of its keys is written
  }

  template <class S>
  void list(std::string_view key, const std::vector<S>& structures, std::string_view help) {
    line(fmt::format("{}:{}", key, structures.empty() ? " []" : ""), std::string(help));
    indent_ += 4;
    for (const S& structure : structures) {
      starts_item_ = true;
      visit_fields(*this, structure);
    }
    indent_ -= 4;
  }

  /// A resolved configuration has the keys of a layer's kind alone; help has all.
  [[nodiscard]] bool skips_unused() const { return help_ == Help::none; }
  [[nodiscard]] std::string text() && { return std::move(text_); }

private:
  static std::string comment(const Rule& rule, std::string_view help) {
    std::string allowed = describe(rule);
    if (!rule.word.empty()) allowed = rule.word + (allowed.empty() ? "" : ", or a number " + allowed);
    return fmt::format("{}{}{}", help, help.empty() || allowed.empty() ? "" : "; ", allowed);
  }

  void line(const std::string& content, const std::string& comment) {
    const std::size_t dash = starts_item_ ? 2 : 0;
    const std::string start = fmt::format("{:{}}{}{}", "", indent_ - dash, starts_item_ ? "- " : "", content);
    starts_item_ = false;
    const bool has_comment = help_ == Help::comments && !comment.empty();
    text_ += has_comment ? fmt::format("{:<36} # {}\n", start, comment) : start + "\n";
  }

  Help help_;
  Keys keys_;
  std::string text_;
  std::size_t indent_ = 0;
  bool starts_item_ = false;
};

/// The visitor that lists full names and values.
class Flattener {
public:
  template <class T>
  void field(std::string_view key, const T& value, const Rule& rule, std::string_view) {
    entries.emplace_back(prefix_ + std::string(key), write_value(rule, value));
    if (rule.on_restart == OnRestart::free) free_keys.insert(entries.back().first);
    if (rule.on_restart == OnRestart::upward) growing_keys.insert(entries.back().first);
  }

  template <class S>
  void section(std::string_view key, const S& structure, std::string_view) {
    const std::string outer = std::exchange(prefix_, fmt::format("{}{}.", prefix_, key));
    visit_fields(*this, structure);
    prefix_ = outer;
  }

  template <class S>
  void list(std::string_view key, const std::vector<S>& structures, std::string_view) {
    for (std::size_t i = 0; i < structures.size(); ++i) section(fmt::format("{}.{}", key, i), structures[i], "");
  }

  std::vector<std::pair<std::string, std::string>> entries;
  std::set<std::string> free_keys, growing_keys;

private:
  std::string prefix_;
};

std::string write(const Config& config, Help help, Keys keys) {
  YamlWriter writer(help, keys);
  visit_fields(writer, config);
  return std::move(writer).text();
}

}  // namespace

std::string to_yaml(const Config& config, Keys keys) { return write(config, Help::none, keys); }

std::string defaults_yaml() {
  return "# Configuration of isinglass: every key with its default. Keep the lines you change, and `schema`.\n" +
         write(Config{}, Help::comments, Keys::all);
}

std::vector<std::pair<std::string, std::string>> flatten(const Config& config) {
  Flattener flattener;
  visit_fields(flattener, config);
  return std::move(flattener.entries);
}

std::vector<ConfigDifference> differences(const Config& first, const Config& second) {
  std::map<std::string, ConfigDifference> by_key;
  const auto entries = [](const Config& config) {
    Flattener flattener;
    visit_fields(flattener, config);
    return std::pair(std::move(flattener.entries), std::move(flattener.free_keys));
  };
  const auto [before, free_keys] = entries(first);
  for (const auto& [key, value] : before) by_key[key] = {key, value, "-"};
  for (const auto& [key, value] : flatten(second))
    by_key.try_emplace(key, ConfigDifference{key, "-", "-"}).first->second.second = value;
  std::vector<ConfigDifference> found;
  for (auto& [key, difference] : by_key) {
    if (!free_keys.contains(key) && difference.first != difference.second) found.push_back(std::move(difference));
  }
  return found;
}

std::vector<ConfigDifference> forbidden_on_restart(const Config& started, const Config& now) {
  std::vector<ConfigDifference> found = differences(started, now);
  if (now.method != Method::qcgd || now.qcgd.polish) return found;
  Flattener flattener;
  visit_fields(flattener, now);
  std::erase_if(found, [&](const ConfigDifference& d) {
    return flattener.growing_keys.contains(d.key) && std::stod(d.second) >= std::stod(d.first);
  });
  return found;
}

}  // namespace isinglass::config
