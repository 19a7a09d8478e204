#pragma once

#include "formats/instance.hpp"
#include "solve/search.hpp"
#include "solve/tts_measure.hpp"

#include <nlohmann/json.hpp>
#include <string>

namespace isinglass {

/// Facts that the reports of one solve share.
struct SolveFacts {
  std::string path, format;
  formats::Goal goal = formats::Goal::energy;
  std::int64_t spins = 0, couplers = 0;
  std::string machine;
  std::uint64_t seed = 1;
  std::int64_t sweeps = 0;
  int ranks = 1;
  std::optional<double> target;  ///< in the instance's own sense
  bool is_binary = false;
  std::string note;                   ///< which convention was assumed
  std::vector<std::string> warnings;  ///< of the reader
  double rounding = 0;                ///< of energies
};

/// Table rows on standard error while a search goes on: the interval grows with it, from 1 s to 10 min.
class SolveProgress {
public:
  SolveProgress(formats::Goal goal, bool is_shown) : goal_(goal), is_shown_(is_shown) {}
  void operator()(const solve::SearchResult& so_far);

private:
  formats::Goal goal_;
  bool is_shown_, has_head_ = false;
  double next_row_ = 1;  // seconds
};

/// "cut 11624", the best so far; "none".
[[nodiscard]] std::string best_text(const SolveFacts& facts, const solve::SearchResult& result);
/// Why the search ended, as one sentence.
[[nodiscard]] std::string end_text(const SolveFacts& facts, const solve::SearchResult& result);

[[nodiscard]] nlohmann::ordered_json to_json(const SolveFacts& facts, const solve::SearchResult& result);
/// Members that TTS mode adds to the JSON object.
[[nodiscard]] nlohmann::ordered_json to_json(const solve::TtsMeasurement& measurement);

/// The last words on standard output.
void print_result(const SolveFacts& facts, const solve::SearchResult& result);
void print_tts(const solve::TtsMeasurement& measurement);

/// Digits enough to tell any two energies apart, without trailing zeros.
[[nodiscard]] std::string value_text(double value);

}  // namespace isinglass
