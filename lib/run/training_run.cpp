#include "run/training_run.hpp"

#include "base/clock.hpp"
#include "config/writer.hpp"
#include "network/filter_bits.hpp"
#include "parallel/grid.hpp"
#include "parallel/traffic.hpp"
#include "run/checkpoint.hpp"
#include "run/fingerprints.hpp"
#include "run/initial_network.hpp"
#include "run/results_file.hpp"
#include "run/resume.hpp"
#include "run/run_control.hpp"
#include "run/run_facts.hpp"
#include "run/run_lock.hpp"
#include "run/trace.hpp"
#include "train/train.hpp"

#include <filesystem>
#include <fstream>
#include <memory>
#include <ostream>

#include <fmt/format.h>

namespace isinglass::run {

namespace {

/// Whether the run folder holds this run's results already. Changes nothing on disk. Collective.
bool is_finished(const RunFolder& folder, const config::Config& config, const parallel::Communicator& world) {
  bool finished = false;
  parallel::together(world, [&] { finished = world.is_root() && inspect(folder, config) == RunState::finished; });
  return world.any(finished);
}

/// Files that the coordinator keeps open while a run goes on.
struct RunFiles {
  Reporter reporter;
  TraceFile trace;
  bool trace_is_whole = true;
};

/// One training, from its folder to its results.
class TrainingRun {
public:
  TrainingRun(const config::Config& config, const RunOptions& options, std::ostream& screen,
              const parallel::Communicator& world);
  RunEnd run();

private:
  void read_initial();
  void take_folder();
  void open_files();
  [[nodiscard]] train::TrainingOutput solve(RunControl& control) const;
  [[nodiscard]] RunEnd finish(train::TrainingOutput output);
  void take_traffic();
  void tell_end(const train::RunResults& results, bool is_written);
  [[nodiscard]] RunEnd stop(const RunControl& control) const;
  void expect_progress(const RunControl& control) const;
  [[nodiscard]] double earlier_seconds() const;

  const Clock::time_point begin_ = Clock::now();
  const config::Config& config_;
  const RunOptions& options_;
  std::ostream& screen_;
  const parallel::Communicator& world_;
  RunFolder folder_;
  parallel::Grid grid_;
  TrainingSetup setup_;
  double data_seconds_ = 0;
  network::NetworkBits initial_;   // of a file; empty without, and where the run goes on from a checkpoint
  std::unique_ptr<RunLock> lock_;  // the coordinator's, as the next two
  std::optional<std::filesystem::path> set_aside_;
  std::unique_ptr<RunFiles> files_;
  RunFacts facts_;
  std::string traffic_;  // what the ranks exchanged; empty for one rank
  Resume resume_;
};

TrainingRun::TrainingRun(const config::Config& config, const RunOptions& options, std::ostream& screen,
                         const parallel::Communicator& world)
    : config_(config), options_(options), screen_(screen), world_(world), folder_{config.output.directory} {
  parallel::together(world, [&] { grid_ = parallel::make_grid(world, config.parallel.replica_groups); });
  setup_ = load_setup(config, grid_.group, world);
  parallel::together(world, [&] { train::prepare_training(config); });
  read_initial();
  data_seconds_ = seconds_since(begin_);
}

/// A run that goes on does not need the network that it began with, which may be gone.
void TrainingRun::read_initial() {
  if (!config::begins_with_file(config_)) return;
  bool goes_on = false;
  parallel::together(world_, [&] { goes_on = world_.is_root() && !options_.fresh && !folder_.checkpoints().empty(); });
  if (world_.any(goes_on)) return;
  parallel::together(world_, [&] { initial_ = read_initial_network(config_.initial, setup_); });
  parallel::expect_same(world_, fingerprint_of(initial_), config_.initial);
}

/// Makes and locks the run folder, only now that configuration and data are known to be good.
void TrainingRun::take_folder() {
  parallel::together(world_, [&] {
    if (!world_.is_root()) return;
    if (options_.fresh) {
      if (folder_.holds_run()) static_cast<void>(RunLock(folder_.directory));  // a run that is going on is not moved
      set_aside_ = run::set_aside(folder_);
    }
    create(folder_);
    lock_ = std::make_unique<RunLock>(folder_.directory);
    expect_places(folder_);
  });
}

void TrainingRun::open_files() {
  static const std::vector<train::HistoryRow> none;
  parallel::together(world_, [&] {
    if (!world_.is_root()) return;
    store(folder_, config_);
    files_.reset(
        new RunFiles{Reporter(folder_.log(), screen_, options_.style, train::plan_of(config_), options_.screen_width),
                     TraceFile(folder_.trace(), resume_.state ? resume_.state->history : none)});
  });
  facts_ = gather_facts(config_, setup_, options_.config_path, grid_);
  if (!files_) return;
  Reporter& reporter = files_->reporter;
  if (set_aside_) reporter.note(fmt::format("moved the earlier run to {}", set_aside_->string()));
  for (const std::string& warning : resume_.warnings) reporter.note(warning);
  if (resume_.state) {
    facts_.emplace_back("continuing",
                        fmt::format("after {} {} of {}", resume_.state->phase, resume_.state->iteration, resume_.path));
  }
  reporter.start(to_banner(facts_), config::to_yaml(config_));
}

/// Seconds that earlier parts of the run took, up to the checkpoint.
double TrainingRun::earlier_seconds() const {
  return resume_.state && !resume_.state->history.empty() ? resume_.state->history.back().wall_seconds : 0;
}

/// A trace that cannot be written (full disk) does not end the run: a continued one writes it again from its
/// checkpoint.
void tell(RunFiles& files, const train::HistoryRow& row) {
  files.reporter.report(row);
  if (!files.trace_is_whole) return;
  try {
    files.trace.append(row);
  } catch (const SystemError& error) {
    files.trace_is_whole = false;
    files.reporter.note(fmt::format("warning: {}; its rows from here on are left out", error.what()));
  }
}

train::TrainingOutput TrainingRun::solve(RunControl& control) const {
  const train::Report report = [files = files_.get()](const train::HistoryRow& row) { tell(*files, row); };
  return train::train({.config = config_,
                       .architecture = setup_.architecture,
                       .data = setup_.data,
                       .grid = grid_,
                       .reach = setup_.reach,
                       .report = grid_.is_coordinator() ? report : train::Report{},
                       .control = control.control(),
                       .initial = initial_.empty() ? nullptr : &initial_,
                       .resume = resume_.state ? &*resume_.state : nullptr,
                       .begin = time_after(Clock::now(), -earlier_seconds())});
}

RunEnd TrainingRun::finish(train::TrainingOutput output) {
  const data::DataSplits& data = setup_.data;
  output.results.data_seconds = data_seconds_;
  output.results.wall_seconds = earlier_seconds() + seconds_since(begin_);
  take_traffic();
  const std::optional<parallel::AgreedError> failure = parallel::failure_of([&] {
    parallel::together(world_, [&] {
      if (!files_) return;
      network::SettledNetwork network = network::settled(setup_.architecture, output.bits);
      const Model model{config::to_yaml(config_, config::Keys::of_result),
                        std::move(network.architecture),
                        std::move(network.bits),
                        data.class_names,
                        data.center,
                        data.rows,
                        data.columns};
      write_results(folder_.results(), model, output.results, to_provenance(facts_));
    });
  });
  if (files_) tell_end(output.results, !failure);
  RunEnd end;
  if (failure) end.failure = parallel::AgreedError(failure->what(), ExitCode::error);
  end.results = std::move(output.results);
  end.class_names = data.class_names;
  return end;
}

/// Takes what the ranks exchanged in this part of the run. Collective.
void TrainingRun::take_traffic() {
  if (world_.size() == 1) return;
  const parallel::JobTraffic traffic = parallel::job_traffic(world_);
  traffic_ = parallel::describe(traffic, seconds_since(begin_));
  facts_.emplace_back("exchanges", fmt::format("{}", traffic.mean.exchanges));
  facts_.emplace_back("messages", fmt::format("{}", traffic.mean.messages));
  facts_.emplace_back("exchanged bytes", fmt::format("{}", traffic.mean.bytes));
  facts_.emplace_back("waiting seconds", fmt::format("{:.6f}", traffic.mean.waiting_seconds));
}

/// The numbers are told even if results.h5 cannot be written.
void TrainingRun::tell_end(const train::RunResults& results, bool is_written) {
  std::vector<std::filesystem::path> written{folder_.trace(), folder_.config(), folder_.log()};
  if (is_written) written.insert(written.begin(), folder_.results());
  files_->reporter.finish(results, written, traffic_);
}

/// A part that did nothing must not be requeued for ever: that is an error. A signal may come right after the start, so
/// that it is one the second time in a row.
void TrainingRun::expect_progress(const RunControl& control) const {
  bool may_go_on = control.made_progress();
  if (!may_go_on && control.stopped_by_signal() && world_.is_root() && !std::filesystem::exists(folder_.idle_mark()))
    may_go_on = static_cast<bool>(std::ofstream(folder_.idle_mark()) << control.stop_reason() << std::endl);
  if (!world_.any(may_go_on))
    throw parallel::AgreedError(
        fmt::format("stopped before an iteration was done: {}; give the run more time", control.stop_reason()),
        ExitCode::error);
}

RunEnd TrainingRun::stop(const RunControl& control) const {
  expect_progress(control);
  RunEnd end{.code = ExitCode::unfinished, .stop_reason = control.stop_reason()};
  if (!files_) return end;
  const std::string goes_on =
      control.made_progress() || resume_.state
          ? fmt::format("the same command continues from {}", folder_.newest_checkpoint().string())
          : "before an iteration was done; the same command begins again";
  files_->reporter.note(fmt::format("stopped: {}; {}", control.stop_reason(), goes_on));
  return end;
}

RunEnd TrainingRun::run() {
  take_folder();
  const std::int64_t data_fingerprint = fingerprint_of(setup_.data.train, grid_.group);
  resume_ = find_state(folder_, config_, setup_, data_fingerprint, grid_);
  open_files();
  parallel::together(world_, [&] {
    if (grid_.group_index == 0) try_checkpoint(folder_.directory, grid_.group);
  });
  const auto note = [this](const std::string& text) { files_->reporter.note(text); };
  RunControl control(folder_, config_, grid_, {config::to_yaml(config_, config::Keys::of_result), data_fingerprint},
                     3600 * options_.max_hours, note);
  if (control.stop_is_agreed()) return stop(control);
  train::TrainingOutput output = solve(control);
  return output.was_stopped ? stop(control) : finish(std::move(output));
}

}  // namespace

RunEnd run_training(const config::Config& config, const RunOptions& options, std::ostream& screen,
                    const parallel::Communicator& world) {
  const RunFolder folder{config.output.directory};
  if (options.fresh || !is_finished(folder, config, world)) return TrainingRun(config, options, screen, world).run();
  RunEnd end;
  end.is_repeated = true;
  if (!world.is_root()) return end;
  end.results = read_results(folder.results());
  end.class_names = read_model(folder.results()).class_names;
  return end;
}

}  // namespace isinglass::run
