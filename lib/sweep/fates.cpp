#include "sweep/fates.hpp"

#include "base/error.hpp"
#include "parallel/agreement.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>

namespace isinglass::sweep {

namespace {

std::string failure_text(const Sweep& sweep, const Fates& found) {
  std::string text;
  for (const std::int64_t number : found.numbers_of(Fate::failed)) {
    const SweepPoint point = point_of(sweep, number);
    text += fmt::format("{}point {} ({}) failed: {}", text.empty() ? "" : "\n", number, to_text(point),
                        found.texts[static_cast<std::size_t>(number - 1)]);
  }
  return text;
}

std::string text_of_first(const Fates& found, Fate fate) {
  return found.texts[static_cast<std::size_t>(found.numbers_of(fate).front() - 1)];
}

}  // namespace

Fates::Fates(std::int64_t points) : fates(static_cast<std::size_t>(points)), texts(fates.size()) {}

std::vector<std::int64_t> Fates::numbers_of(Fate fate) const {
  std::vector<std::int64_t> numbers;
  for (std::size_t i = 0; i < fates.size(); ++i) {
    if (fates[i] == fate) numbers.push_back(static_cast<std::int64_t>(i) + 1);
  }
  return numbers;
}

std::int64_t Fates::count(Fate fate) const { return std::count(fates.begin(), fates.end(), fate); }

Fates look_around(const Sweep& sweep, const parallel::Communicator& world) {
  Fates found(point_count(sweep));
  parallel::together(world, [&] {
    if (!world.is_root()) return;
    for (std::size_t i = 0; i < found.fates.size(); ++i) {
      const PointState state = state_of(sweep, point_of(sweep, static_cast<std::int64_t>(i) + 1));
      if (state.state == run::RunState::finished) found.fates[i] = Fate::finished_before;
      if (!state.error.empty()) found.fates[i] = Fate::failed;
      found.texts[i] = state.error;
    }
  });
  world.broadcast(parallel::bytes_of(std::span(found.fates)), 0);
  return found;
}

void share(Fates& found, int team_ranks, const parallel::Communicator& world) {
  const bool is_team_root = world.rank() % team_ranks == 0;
  std::vector<std::int64_t> owners(found.fates.size()), fates(found.fates.size());
  for (std::size_t i = 0; i < owners.size(); ++i) {
    fates[i] = static_cast<std::int64_t>(found.fates[i]);
    owners[i] = is_team_root && !found.texts[i].empty() ? world.rank() + 1 : 0;
  }
  world.all_max(fates);  // open, the least, where a point was not this rank's
  world.all_max(owners);
  for (std::size_t i = 0; i < owners.size(); ++i) {
    found.fates[i] = static_cast<Fate>(fates[i]);
    if (owners[i] > 0) found.texts[i] = world.broadcast(found.texts[i], static_cast<int>(owners[i]) - 1);
  }
}

void look_elsewhere(const Sweep& sweep, Fates& found, const parallel::Communicator& world) {
  parallel::together(world, [&] {
    if (!world.is_root()) return;
    for (const std::int64_t number : found.numbers_of(Fate::elsewhere))
      if (state_of(sweep, point_of(sweep, number)).state == run::RunState::finished)
        found.fates[static_cast<std::size_t>(number - 1)] = Fate::finished_before;
  });
  world.broadcast(parallel::bytes_of(std::span(found.fates)), 0);
}

std::string summary_of(const Sweep& sweep, const Fates& found) {
  const std::int64_t before = found.count(Fate::finished_before);
  const std::int64_t elsewhere = found.count(Fate::elsewhere);
  return fmt::format("{} points: {} finished ({} of them before), {} failed, {} unfinished{}", point_count(sweep),
                     found.count(Fate::finished) + before, before, found.count(Fate::failed),
                     found.count(Fate::open) + found.count(Fate::stopped),
                     elsewhere > 0 ? fmt::format(", {} running elsewhere", elsewhere) : "");
}

ExitCode conclude(const Sweep& sweep, const Fates& found) {
  const std::string failures = failure_text(sweep, found);
  const std::int64_t left = found.count(Fate::open) + found.count(Fate::stopped),
                     elsewhere = found.count(Fate::elsewhere);
  if (left + elsewhere == 0 && failures.empty()) return ExitCode::done;
  if (left + elsewhere == 0) throw parallel::AgreedError(failures, ExitCode::error);
  const std::string before = failures.empty() ? "" : failures + "\n";
  if (left == 0)
    throw parallel::AgreedError(
        before + fmt::format("{} points are left to other processes that work on them, the first: {}; the same "
                             "command tells when they are finished",
                             elsewhere, text_of_first(found, Fate::elsewhere)),
        ExitCode::unfinished);
  const bool went_on = found.count(Fate::finished) + found.count(Fate::stopped) > 0;
  const std::string stopped = went_on ? fmt::format("stopped; {} points are left, the same command continues", left)
                                      : "stopped before any point made progress; give the sweep more time";
  throw parallel::AgreedError(before + stopped, went_on ? ExitCode::unfinished : ExitCode::error);
}

PointState state_of(const Sweep& sweep, const SweepPoint& point) {
  try {
    return {run::inspect(run::RunFolder{point.folder}, config_of(sweep, point)), ""};
  } catch (const InputError& error) {
    return {run::RunState::absent, error.what()};
  }
}

std::string to_text(const PointState& state) {
  if (!state.error.empty()) return "unusable";
  switch (state.state) {
    case run::RunState::absent:
      return "absent";
    case run::RunState::unfinished:
      return "unfinished";
    case run::RunState::finished:
      return "finished";
  }
  return "";
}

}  // namespace isinglass::sweep
