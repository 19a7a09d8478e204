#include "solve/tts_measure.hpp"

#include <algorithm>
#include <cmath>

namespace isinglass::solve {

namespace {

/// Without any success so far, a scan doubles the sweeps this often at most.
constexpr int most_doublings = 12;

TtsPoint point_of(const SearchResult& result) {
  TtsPoint point;
  point.reads = result.done;
  point.successes = result.successes;
  point.tts = time_to_solution(point.successes, point.reads);
  const auto reads = static_cast<double>(std::max<std::int64_t>(point.reads, 1));
  point.seconds_per_read = result.machine_seconds / reads;
  point.field_evaluations_per_read = static_cast<double>(result.field_evaluations) / reads;
  point.sweeps = std::llround(point.field_evaluations_per_read);
  return point;
}

/// Better by what does not depend on the clock: field evaluations, so that a scan ends at the same sweeps on any
/// machine.
bool is_better(const TtsPoint& a, const TtsPoint& b) {
  if (a.successes == 0 || b.successes == 0) return a.successes > 0;
  return a.field_evaluations() < b.field_evaluations();
}

}  // namespace

TtsMeasurement measure_tts(const ising::Machine& machine, ising::ProgrammedMachine& programmed,
                           const ising::IsingProblem& problem, const TtsPlan& plan, const parallel::Communicator& comm,
                           const SearchReport& report) {
  SearchPlan reads;
  reads.reads = plan.repeats * machine.block();
  reads.sweeps = plan.sweeps;
  reads.seed = plan.seed;
  reads.counted = relaxed_target(problem, plan.target);
  reads.stop_is_asked = plan.stop_is_asked;
  TtsMeasurement measurement;
  measurement.search = search(machine, programmed, problem, reads, comm, report);
  measurement.point = point_of(measurement.search);
  return measurement;
}

TtsMeasurement scan_sweeps(const ising::Machine& machine, ising::ProgrammedMachine& programmed,
                           const ising::IsingProblem& problem, const TtsPlan& plan, const parallel::Communicator& comm,
                           const SearchReport& report) {
  std::vector<TtsPoint> scan;
  bool is_stopped = false;
  const auto measure = [&](std::int64_t sweeps) {
    TtsPlan part = plan;
    part.repeats = std::max<std::int64_t>(1, (plan.repeats + 3) / 4);
    part.sweeps = sweeps;
    const TtsMeasurement measurement = measure_tts(machine, programmed, problem, part, comm, report);
    is_stopped = measurement.search.end == SearchEnd::stop;
    scan.push_back(measurement.point);
    scan.back().sweeps = sweeps > 0 ? sweeps : scan.back().sweeps;
    return scan.back();
  };
  const TtsPoint start = measure(plan.sweeps);
  TtsPoint best = start;
  for (int k = 0; k < most_doublings && !is_stopped; ++k) {
    const TtsPoint next = measure(2 * scan.back().sweeps);
    if (is_better(next, best))
      best = next;
    else if (best.successes > 0)
      break;
  }
  if (best.sweeps == start.sweeps && start.successes > 0)
    for (std::int64_t sweeps = start.sweeps / 2; sweeps >= 1 && !is_stopped; sweeps /= 2) {
      const TtsPoint next = measure(sweeps);
      if (!is_better(next, best)) break;
      best = next;
    }
  TtsPlan last = plan;
  last.sweeps = best.sweeps;
  TtsMeasurement measurement = measure_tts(machine, programmed, problem, last, comm, report);
  measurement.point.sweeps = best.sweeps;
  measurement.scan = std::move(scan);
  return measurement;
}

}  // namespace isinglass::solve
