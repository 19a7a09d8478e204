#include "config/yaml_tree.hpp"

#include "base/error.hpp"
#include "base/memory.hpp"
#include "config/text_check.hpp"
#include "config/yaml_builder.hpp"

#include <algorithm>
#include <optional>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

namespace isinglass::config {

namespace {

/// A problem that hides what comes after it, so that it is reported alone.
[[noreturn]] void fail_alone(const Position& position, const std::string& message) {
  Diagnostics only;
  only.add(position, "", message);
  only.throw_if_any();
  throw InputError(message);
}

/// yaml-cpp would read UTF-16 and take any bytes for text.
void check_text(std::string_view text, const std::string& source) {
  if (text.size() > longest_yaml)
    throw InputError(fmt::format("{}: {} of YAML, more than the {} that a configuration may have", source,
                                 bytes_text(std::ssize(text)), bytes_text(std::int64_t{longest_yaml})));
  if (const std::optional<TextFault> fault = find_text_fault(text))
    fail_alone({source, fault->line, fault->column}, "not YAML: " + fault->reason);
}

/// Gives the builder the first document. Throws what yaml-cpp and YamlBuilder do.
void parse_into(YamlBuilder& builder, std::string_view text) {
  std::istringstream stream{std::string(text)};
  YAML::Parser parser(stream);
  if (parser.HandleNextDocument(builder)) static_cast<void>(parser.HandleNextDocument(builder));
}

constexpr const char* stray_text = "is there something behind its last bracket?";

/// The value of an option; nothing, with a problem, if it is not one.
std::optional<YamlTree> parse_value(std::string_view text, const std::string& name, const Position& position,
                                    Diagnostics& diagnostics) {
  YamlBuilder builder([&](const YAML::Mark&) { return position; }, diagnostics, name, position);
  std::string fault;
  if (text.size() > longest_yaml) fault = fmt::format("longer than {}", bytes_text(std::int64_t{longest_yaml}));
  try {
    if (const std::optional<TextFault> found = find_text_fault(text)) fault = found->reason;
    if (fault.empty()) parse_into(builder, text);
  } catch (const YamlBuilder::SecondDocument&) {
    fault = fmt::format("more than one value; {}", stray_text);
  } catch (const YamlLimit& limit) {
    fault = limit.what();
  } catch (const YAML::Exception& error) {
    fault = error.msg;
  }
  if (fault.empty()) return builder.take_root();
  diagnostics.add(position, "", "the value is not YAML: " + fault);
  return std::nullopt;
}

}  // namespace

YamlTree parse_yaml(std::string_view text, const std::string& source, Diagnostics& diagnostics) {
  const Locate locate = [&](const YAML::Mark& mark) { return Position{source, mark.line + 1, mark.column + 1}; };
  const Position start{source, 1, 1};
  check_text(text, source);
  YamlBuilder builder(locate, diagnostics, "", start);
  try {
    parse_into(builder, text);
  } catch (const YamlBuilder::SecondDocument& second) {
    const std::string hint = second.is_marked ? "" : fmt::format(" ({})", stray_text);
    diagnostics.add(second.position, "", fmt::format("a second document; one configuration per file{}", hint));
  } catch (const YamlLimit& limit) {
    fail_alone(limit.position, limit.what());
  } catch (const YAML::Exception& error) {
    // What follows broken YAML would be misleading.
    fail_alone(error.mark.is_null() ? start : locate(error.mark), "not YAML: " + error.msg);
  }
  return builder.take_root();
}

YamlTree parse_override(std::string_view option, Diagnostics& diagnostics) {
  const std::size_t equals = option.find('=');
  const std::string path(option.substr(0, equals));
  const Position position{"--set " + shortened(path), 0, 0};
  YamlTree tree;
  tree.position = position;
  if (equals == std::string_view::npos || path.empty()) {
    diagnostics.add(position, "", "expected KEY=VALUE, for example --set qcgd.iterations=40");
    return tree;
  }
  if (std::ranges::count(path, '.') >= deepest_yaml) {
    diagnostics.add(position, "", "no key has so many dots");
    return tree;
  }
  std::optional<YamlTree> value = parse_value(option.substr(equals + 1), path, position, diagnostics);
  if (!value) return tree;
  tree = std::move(*value);
  for (std::size_t end = path.size(); end != std::string::npos;) {
    const std::size_t dot = end == 0 ? std::string::npos : path.rfind('.', end - 1);
    const std::size_t begin = dot == std::string::npos ? 0 : dot + 1;
    YamlTree parent;
    parent.kind = YamlTree::Kind::section;
    parent.position = position;
    parent.entries.push_back({path.substr(begin, end - begin), position, std::move(tree)});
    tree = std::move(parent);
    end = dot;
  }
  return tree;
}

std::string describe(const YamlTree& tree) {
  switch (tree.kind) {
    case YamlTree::Kind::empty:
      return "nothing";
    case YamlTree::Kind::scalar:
      return fmt::format("{}\"{}\"", tree.quoted ? "the text " : "", shortened(tree.text));
    case YamlTree::Kind::list:
      return "a list";
    case YamlTree::Kind::section:
      return "a section";
  }
  return "";
}

}  // namespace isinglass::config
