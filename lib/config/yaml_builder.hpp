#pragma once

#include "config/yaml_tree.hpp"

#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

namespace isinglass::config {

/// Turns marks of yaml-cpp into positions: all the same one for an option of the command line.
using Locate = std::function<Position(const YAML::Mark&)>;

/// A document that goes past a limit, or holds what no configuration may. Ends the parsing: much might follow.
struct YamlLimit : std::runtime_error {
  YamlLimit(Position where, const std::string& what) : std::runtime_error(what), position(std::move(where)) {}
  Position position;
};

/// Builds the tree of one document from the events of yaml-cpp's parser, which builds nothing itself. So the memory
/// stays within limits whatever the text holds: an alias may stand for much, and the parser may begin documents without
/// end.
class YamlBuilder : public YAML::EventHandler {
public:
  /// `name` is the full name of the root value, `start` its position.
  YamlBuilder(Locate locate, Diagnostics& diagnostics, std::string name, Position start);

  [[nodiscard]] YamlTree take_root() { return std::move(root_); }

  /// Thrown where the value of a second document begins, which is not read. The tree is the first one's.
  struct SecondDocument {
    Position position;
    bool is_marked = false;  ///< by ---; otherwise something stands behind the end of the first
  };

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { end_collection(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override { end_collection(); }

private:
  /// A value with what copies of it cost.
  struct Measured {
    YamlTree tree;
    std::int64_t values = 1, bytes = 0;
    int height = 0;  ///< levels of lists and sections below it
  };
  /// A list or section whose end has not come yet.
  struct Open {
    Measured value;
    std::string name;  ///< full name of the value
    YAML::anchor_t anchor = 0;
    std::optional<YamlTree::Entry> entry{};  ///< of a section: a key that waits for its value
    bool drops_entry = false;                ///< the waiting key is no word or is there already
    std::map<std::string, int> lines{};      ///< of a section: its keys, and where they stood
  };

  void start_collection(YamlTree::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor);
  void end_collection();
  void add(Measured value, YAML::anchor_t anchor);
  void add_key(Open& section, const YamlTree& key);
  void count(const Measured& value, const Position& position);
  void expect_first(const YAML::Mark& mark) const;
  [[nodiscard]] std::string name_of_next() const;
  [[nodiscard]] bool is_dropped() const;

  Locate locate_;
  Diagnostics& diagnostics_;
  std::string name_;
  YamlTree root_;
  std::optional<YAML::Mark> first_, second_;  ///< where the documents begin
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Measured> anchored_;
  std::int64_t values_ = 0, bytes_ = 0;
};

}  // namespace isinglass::config
