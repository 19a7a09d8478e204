#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace isinglass::config {

/// Where a value was written: line and column of a file, from 1, or an option of the command line (line 0).
struct Position {
  std::string source;
  int line = 0, column = 0;

  [[nodiscard]] bool is_option() const { return line == 0; }
};

/// Everything that is wrong with a configuration, gathered so that the user sees it in one go.
class Diagnostics {
public:
  /// `key` is the full dotted name; may be empty.
  void add(const Position& position, std::string_view key, std::string_view message);
  [[nodiscard]] bool empty() const { return problems_.empty(); }
  /// InputError with one line per problem, in the order of the file, then of the command line; returns if there is
  /// none. Of very many problems the last ones are counted only.
  void throw_if_any() const;

private:
  struct Problem {
    Position position;
    std::string text;
  };
  std::vector<Problem> problems_;
};

/// `, did you mean "sweeps"?` for the candidate nearest to `word` in spelling; empty if none is near.
[[nodiscard]] std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

/// The words joined: "a, b, c".
[[nodiscard]] std::string join(const std::vector<std::string>& words);

}  // namespace isinglass::config
