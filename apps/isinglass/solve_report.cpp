#include "solve_report.hpp"

#include "base/clock.hpp"
#include "base/stop_signal.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>

#include <fmt/format.h>

namespace isinglass {

namespace {

/// JSON has no infinity.
nlohmann::ordered_json finite(double value) {
  if (!std::isfinite(value)) return nullptr;
  return value;
}

std::string quantity(double value, const char* unit) {
  return std::isfinite(value) ? fmt::format("{:.3g}{}", value, unit) : "unknown";
}

std::int64_t hits(const solve::SearchResult& result, double rounding) {
  if (!result.best) return 0;
  const double limit = result.best->energy + rounding;
  return std::ranges::count_if(result.reads, [&](const ising::Read& read) { return read.energy <= limit; });
}

nlohmann::ordered_json to_json(const solve::TtsPoint& point) {
  return {{"sweeps", point.sweeps},
          {"reads", point.reads},
          {"successes", point.successes},
          {"success_probability", point.tts.success.value},
          {"success_probability_low", point.tts.success.low},
          {"success_probability_high", point.tts.success.high},
          {"tts99_is_lower_bound", point.tts.is_lower_bound},
          {"tts99_runs", finite(point.tts.known_runs())},
          {"tts99_seconds", finite(point.seconds())},
          {"tts99_seconds_low", finite(point.tts.runs_low * point.seconds_per_read)},
          {"tts99_seconds_high", finite(point.tts.runs_high * point.seconds_per_read)},
          {"tts99_field_evaluations", finite(point.field_evaluations())},
          {"seconds_per_read", point.seconds_per_read},
          {"field_evaluations_per_read", point.field_evaluations_per_read}};
}

}  // namespace

std::string value_text(double value) { return fmt::format("{}", value + 0.0); }

void SolveProgress::operator()(const solve::SearchResult& so_far) {
  if (!is_shown_ || so_far.wall_seconds < next_row_) return;
  next_row_ = next_row_after(so_far.wall_seconds);
  constexpr const char* row = "{:>9} {:>10} {:>16} {:>9} {:>12}\n";
  if (!has_head_)
    std::cerr << fmt::format(row, "elapsed", "reads", fmt::format("best {}", formats::goal_name(goal_)), "at",
                             "updates/s");
  has_head_ = true;
  const double at = so_far.history.empty() ? 0 : so_far.history.back().seconds;
  std::cerr << fmt::format(row, fmt::format("{:.1f}s", so_far.wall_seconds), so_far.done,
                           so_far.best ? value_text(formats::goal_value(goal_, so_far.best->energy)) : "-",
                           fmt::format("{:.2f}s", at), fmt::format("{:.3g}", so_far.updates_per_second()))
            << std::flush;
}

std::string best_text(const SolveFacts& facts, const solve::SearchResult& result) {
  if (!result.best) return "none";
  const std::string value = value_text(formats::goal_value(facts.goal, result.best->energy));
  if (!formats::is_maximised(facts.goal)) return fmt::format("{} {}", formats::goal_name(facts.goal), value);
  return fmt::format("{} {} (energy {})", formats::goal_name(facts.goal), value, value_text(result.best->energy));
}

std::string end_text(const SolveFacts& facts, const solve::SearchResult& result) {
  switch (result.end) {
    case solve::SearchEnd::all_reads:
      return result.is_proven_optimal ? "all states enumerated: the best is proven" : "all reads done";
    case solve::SearchEnd::target:
      return fmt::format("target {} reached", value_text(facts.target.value_or(0)));
    case solve::SearchEnd::time:
      return "time limit";
    case solve::SearchEnd::stop:
      break;
  }
  return fmt::format("signal {}", stop_signal() != nullptr ? stop_signal() : "on another rank");
}

nlohmann::ordered_json to_json(const SolveFacts& facts, const solve::SearchResult& result) {
  nlohmann::ordered_json json{{"instance", facts.path},     {"format", facts.format},   {"spins", facts.spins},
                              {"couplers", facts.couplers}, {"machine", facts.machine}, {"seed", facts.seed}};
  json["vartype"] = formats::vartype_name(facts.is_binary ? formats::Vartype::binary : formats::Vartype::spin);
  if (!facts.note.empty()) json["note"] = facts.note;
  if (!facts.warnings.empty()) json["warnings"] = facts.warnings;
  json["energy"] = result.best ? finite(result.best->energy) : nullptr;
  if (facts.goal != formats::Goal::energy)
    json[formats::goal_name(facts.goal)] =
        result.best ? finite(formats::goal_value(facts.goal, result.best->energy)) : nullptr;
  json["reads"] = result.done;
  json["best_reads"] = hits(result, facts.rounding);
  if (result.solutions != result.done) json["reads_that_break_groups"] = result.done - result.solutions;
  json["sweeps"] = result.done > 0 ? result.field_evaluations / result.done : 0;
  json["seconds_to_best"] = result.seconds_to_best;
  json["wall_seconds"] = result.wall_seconds;
  json["machine_seconds"] = result.machine_seconds;
  json["spin_updates"] = result.spin_updates;
  json["spin_updates_per_second"] = result.updates_per_second();
  json["field_evaluations"] = result.field_evaluations;
  if (facts.target) {
    json["target"] = *facts.target;
    const double target = formats::goal_value(facts.goal, *facts.target) + facts.rounding;
    json["target_reached"] = result.best && result.best->energy <= target;
  }
  json["proven_optimal"] = result.is_proven_optimal;
  json["stop_reason"] = end_text(facts, result);
  json["ranks"] = facts.ranks;
  return json;
}

nlohmann::ordered_json to_json(const solve::TtsMeasurement& measurement) {
  nlohmann::ordered_json json = to_json(measurement.point);
  if (!measurement.scan.empty()) {
    json["scan"] = nlohmann::ordered_json::array();
    for (const solve::TtsPoint& point : measurement.scan) json["scan"].push_back(to_json(point));
  }
  return json;
}

void print_result(const SolveFacts& facts, const solve::SearchResult& result) {
  std::cout << fmt::format("best: {}", best_text(facts, result));
  if (result.best)
    std::cout << fmt::format(", after {:.3g} s, in {} of {} reads", result.seconds_to_best,
                             hits(result, facts.rounding), result.done);
  std::cout << fmt::format("\n{} reads, {:.3g} s, {:.3g} spin updates/s of CPU time\n", result.done,
                           result.wall_seconds, result.updates_per_second());
  if (result.solutions != result.done)
    std::cout << fmt::format("{} reads break a one-hot group and do not count: raise --penalty\n",
                             result.done - result.solutions);
  std::cout << fmt::format("stopped: {}\n", end_text(facts, result)) << std::flush;
}

void print_tts(const solve::TtsMeasurement& measurement) {
  constexpr const char* row = "{:>9} {:>9} {:>9} {:>20} {:>12} {:>12}\n";
  std::cout << fmt::format(row, "sweeps", "reads", "success", "95 % interval", "TTS99", "evaluations");
  const auto print = [&](const solve::TtsPoint& p) {
    const char* bound = p.tts.is_lower_bound ? ">" : "";
    std::cout << fmt::format(row, p.sweeps, p.reads, fmt::format("{:.3f}", p.tts.success.value),
                             fmt::format("{:.4f} .. {:.4f}", p.tts.success.low, p.tts.success.high),
                             fmt::format("{}{}", bound, quantity(p.seconds(), " s")),
                             fmt::format("{}{}", bound, quantity(p.field_evaluations(), "")));
  };
  for (const solve::TtsPoint& p : measurement.scan) print(p);
  if (!measurement.scan.empty()) std::cout << "chosen:\n";
  print(measurement.point);
  std::cout << "TTS99 in CPU seconds of one core and in field evaluations of all spins";
  if (measurement.point.tts.is_lower_bound) std::cout << "; no read reached the target: only a lower bound is known";
  std::cout << std::endl;
}

}  // namespace isinglass
