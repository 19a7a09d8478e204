#include "config/yaml_tree.hpp"

#include <functional>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

namespace isinglass {

namespace {

// An alias may point at a list that holds it; no configuration is deeper than this.
constexpr int deepest = 16;

/// Turns marks of yaml-cpp into positions: all the same one for an option of the command line.
using Locate = std::function<Position(const YAML::Mark&)>;

/// Walks a document of yaml-cpp; `name` is the full name of the value at hand.
class Converter {
public:
  Converter(Locate locate, Problems& problems) : locate_(std::move(locate)), problems_(problems) {}

  YamlTree value(const YAML::Node& node, const Position& position, const std::string& name, int depth) {
    YamlTree tree;
    tree.position = position;
    if (depth > deepest) {
      problems_.add(position, "", "nested too deeply");
    } else if (node.IsScalar()) {
      tree.kind = YamlTree::Kind::scalar;
      tree.text = node.Scalar();
      tree.quoted = node.Tag() == "!";
    } else if (node.IsSequence()) {
      tree.kind = YamlTree::Kind::list;
      for (const YAML::Node& item : node) {
        const Position item_position = item.IsNull() ? position : locate_(item.Mark());
        tree.items.push_back(value(item, item_position, fmt::format("{}.{}", name, tree.items.size()), depth + 1));
      }
    } else if (node.IsMap()) {
      tree.kind = YamlTree::Kind::section;
      for (const auto& pair : node) add_entry(tree, pair.first, pair.second, name, depth);
    }
    return tree;
  }

private:
  void add_entry(YamlTree& section, const YAML::Node& key, const YAML::Node& content, const std::string& name, int depth) {
    const Position position = locate_(key.Mark());
    if (!key.IsScalar()) return problems_.add(position, name, "a key must be a word");
    const std::string full_name = name.empty() ? key.Scalar() : name + "." + key.Scalar();
    for (const YamlTree::Entry& earlier : section.entries) {
      if (earlier.key != key.Scalar()) continue;  // yaml-cpp would silently keep the first of two
      const std::string first = position.is_option() ? "" : fmt::format(", first at line {}", earlier.position.line);
      return problems_.add(position, full_name, "duplicate key" + first);
    }
    // yaml-cpp marks an empty value at the next token: its key is the better place to point at.
    const Position content_position = content.IsNull() ? position : locate_(content.Mark());
    section.entries.push_back({key.Scalar(), position, value(content, content_position, full_name, depth + 1)});
  }

  Locate locate_;
  Problems& problems_;
};

}  // namespace

YamlTree parse_yaml(std::string_view text, const std::string& source, Problems& problems) {
  const Locate locate = [&](const YAML::Mark& mark) { return Position{source, mark.line + 1, mark.column + 1}; };
  const Position start{source, 1, 1};
  YamlTree nothing;
  nothing.position = start;
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    if (documents.empty()) return nothing;
    if (documents.size() > 1) problems.add(locate(documents[1].Mark()), "", "a second document; one configuration a file");
    return Converter(locate, problems).value(documents.front(), start, "", 0);
  } catch (const YAML::Exception& error) {
    // What follows broken YAML would be misleading: it is reported alone.
    Problems only;
    only.add(error.mark.is_null() ? start : locate(error.mark), "", "not YAML: " + error.msg);
    only.throw_if_any();
    throw;
  }
}

YamlTree parse_override(std::string_view option, Problems& problems) {
  const std::size_t equals = option.find('=');
  const std::string path(option.substr(0, equals));
  const Position position{"--set " + path, 0, 0};
  YamlTree tree;
  tree.position = position;
  if (equals == std::string_view::npos || path.empty()) {
    problems.add(position, "", "expected KEY=VALUE, for example --set qcgd.iterations=40");
    return tree;
  }
  try {
    const auto locate = [&](const YAML::Mark&) { return position; };
    tree = Converter(locate, problems).value(YAML::Load(std::string(option.substr(equals + 1))), position, path, 0);
  } catch (const YAML::Exception& error) {
    problems.add(position, "", "the value is not YAML: " + error.msg);
    return tree;
  }
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
      return fmt::format("{}\"{}\"", tree.quoted ? "the text " : "", tree.text);
    case YamlTree::Kind::list:
      return "a list";
    case YamlTree::Kind::section:
      return "a section";
  }
  return "";
}

}  // namespace isinglass
