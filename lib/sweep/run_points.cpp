#include "sweep/run_points.hpp"

#include "base/clock.hpp"
#include "base/stop_signal.hpp"
#include "data/splits.hpp"
#include "parallel/agreement.hpp"
#include "parallel/shared_counter.hpp"
#include "run/training_run.hpp"

#include <algorithm>
#include <optional>
#include <ostream>

#include <fmt/format.h>

namespace isinglass::sweep {

namespace {

/// The limit of the whole command, which all its runs share.
class TimeLimit {
public:
  explicit TimeLimit(double hours) : hours_(hours) {}
  [[nodiscard]] bool is_over() const { return hours_ > 0 && left() <= 0; }
  /// For RunOptions: hours, 0 without a limit.
  [[nodiscard]] double left() const { return hours_ > 0 ? hours_ - seconds_since(begin_) / 3600 : 0; }

private:
  Clock::time_point begin_ = Clock::now();
  double hours_;
};

/// Works on points with the ranks of one team, as long as there are some.
class Team {
public:
  Team(const Sweep& sweep, const SweepRunOptions& options, const TimeLimit& limit, const parallel::Communicator& ranks,
       const PointReport& report)
      : sweep_(sweep), options_(options), limit_(limit), ranks_(ranks), report_(report) {}

  /// Adds to `found` what came of the points that this team ran. Collective over the team.
  void work(const std::vector<std::int64_t>& open, parallel::SharedCounter& counter, Fates& found) {
    while (const std::optional<std::int64_t> number = take(open, counter)) {
      const auto index = static_cast<std::size_t>(*number - 1);
      const Clock::time_point begin = Clock::now();
      const SweepPoint point = point_of(sweep_, *number);
      const Failure end = run(point);
      found.fates[index] = fate_of(end);
      found.texts[index] = end.text;
      if (ranks_.is_root()) report_(point, found.fates[index], seconds_since(begin));
    }
  }

private:
  /// Whether a rank of the team got a signal, or the time is over. Collective over the team.
  [[nodiscard]] bool is_stopped() const {
    return ranks_.any(stop_signal() != nullptr || (ranks_.is_root() && limit_.is_over()));
  }

  /// The next point that no team has, the same on all ranks of this one.
  [[nodiscard]] std::optional<std::int64_t> take(const std::vector<std::int64_t>& open,
                                                 parallel::SharedCounter& counter) const {
    if (is_stopped()) return std::nullopt;
    std::int64_t index = ranks_.is_root() ? counter.next() : 0;
    ranks_.broadcast(parallel::bytes_of(std::span(&index, 1)), 0);
    if (index >= static_cast<std::int64_t>(open.size())) return std::nullopt;
    return open[static_cast<std::size_t>(index)];
  }

  [[nodiscard]] Failure run(const SweepPoint& point) const {
    run::RunOptions run;
    run.config_path = fmt::format("{}, point {}", sweep_.path.string(), point.number);
    // The limit may have passed since take() looked, and 0 would be none.
    run.max_hours = options_.max_hours > 0 ? std::max(limit_.left(), 1e-9) : 0;
    try {
      std::ostream nowhere(nullptr);  // the runs of several teams would mix
      const run::RunEnd end = run::run_training(config_of(sweep_, point), run, nowhere, ranks_);
      if (end.failure) throw *end.failure;
      return {"", end.code};
    } catch (const parallel::AgreedError& error) {
      return {error.what(), error.code(), error.is_busy()};
    } catch (...) {
      if (ranks_.size() > 1) throw;  // the other ranks of the team know nothing of it
      return current_failure();
    }
  }

  /// A run that was stopped before its first iteration reports an error; here it is one that waits.
  [[nodiscard]] Fate fate_of(const Failure& end) const {
    const bool is_stopped_now = is_stopped();
    if (end.is_busy) return Fate::elsewhere;
    if (end.code == ExitCode::done) return Fate::finished;
    if (end.code == ExitCode::unfinished) return Fate::stopped;
    return is_stopped_now && end.code == ExitCode::error ? Fate::open : Fate::failed;
  }

  const Sweep& sweep_;
  const SweepRunOptions& options_;
  const TimeLimit& limit_;
  const parallel::Communicator& ranks_;
  const PointReport& report_;
};

/// Each team loads the data of its points alone, so that nobody else would notice if it found others. Collective.
void expect_same_data(const Sweep& sweep, const Fates& found, const parallel::Communicator& world) {
  const std::vector<std::int64_t> open = found.numbers_of(Fate::open);
  if (world.size() == 1 || open.empty()) return;
  std::uint64_t fingerprint = 0;
  parallel::together(world, [&] {
    try {
      const config::Config config = config_of(sweep, point_of(sweep, open.front()));
      fingerprint = data::load_data(config.data, config.seed, 0, 1).fingerprint;
    } catch (const InputError&) {
      // The point will fail, which does not stop the others, if all ranks see it so.
    }
  });
  parallel::expect_same(world, fingerprint, "the data set");
}

/// Forms the teams and lets them work. Collective.
void run_teams(const Sweep& sweep, const SweepRunOptions& options, const parallel::Communicator& world,
               const PointReport& report, Fates& found) {
  const TimeLimit limit(options.max_hours);
  const std::vector<std::int64_t> open = found.numbers_of(Fate::open);
  const int teams = world.size() / options.team_ranks, team = world.rank() / options.team_ranks;
  const parallel::Communicator ranks = world.split(std::min(team, teams));
  parallel::SharedCounter counter(world);
  if (team < teams) Team(sweep, options, limit, ranks, report).work(open, counter, found);
}

}  // namespace

Fates run_points(const Sweep& sweep, const SweepRunOptions& options, const parallel::Communicator& world,
                 const PointReport& report) {
  if (options.team_ranks < 1 || options.team_ranks > world.size()) {
    throw parallel::AgreedError(fmt::format("--team-ranks: expected 1 to {}, the ranks of this job, found {}",
                                            world.size(), options.team_ranks),
                                ExitCode::bad_input);
  }
  Fates found = look_around(sweep, world);
  expect_same_data(sweep, found, world);
  run_teams(sweep, options, world, report, found);
  share(found, options.team_ranks, world);
  look_elsewhere(sweep, found, world);
  return found;
}

}  // namespace isinglass::sweep
