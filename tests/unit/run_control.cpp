// When a run is saved and when it stops.
#include "run/run_control.hpp"
#include "checkpoint_sample.hpp"
#include "namespaces.hpp"
#include "parallel/agreement.hpp"
#include "temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(run_control)

using namespace isinglass;
using namespace isinglass::testing;
using testing::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

const Architecture network = testing::checkpoint_architecture(5);

/// A run that does nothing but be asked after each of its iterations.
struct Run {
  TemporaryFolder base;
  RunFolder folder{base / "run"};
  Config config;
  Grid grid;
  std::vector<std::string> notes;
  int snapshots = 0, iterations = 0;

  Run() {
    config.checkpoint.every_iterations = 2;
    config.checkpoint.every_minutes = 0;
    fs::create_directory(folder.directory);
  }

  [[nodiscard]] RunControl start(double max_seconds = 0) {
    return {folder,           config,      grid,
            {"seed: 1\n", 7}, max_seconds, [this](const std::string& text) {
              notes.push_back(text); }};
  }

  Snapshot snapshot() {
    return [this] {
      ++snapshots;
      TrainingState state = testing::sample_checkpoint({network, 0, 19, 19});
      state.iteration = iterations;
      return state;
    };
  }

  /// Whether the run is to stop after one more iteration.
  bool go_on(const Control& control, Keep keep = Keep::when_due) {
    ++iterations;
    return control.iteration_done(snapshot(), keep);
  }

  void ask_to_stop() const { testing::overwrite(folder.stop_file(), ""); }
};

std::string failure_of_step(const std::function<void()>& step) {
  const auto failure = failure_of(step);
  return failure ? failure->what() : "";
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(checkpoints_come_at_their_interval_and_at_the_end, Run) {
  RunControl control = start();
  const Control hooks = control.control();
  for (int t = 1; t <= 5; ++t) BOOST_TEST(!go_on(hooks));
  BOOST_TEST(snapshots == 2);
  BOOST_TEST((folder.checkpoints() == std::vector{folder.checkpoint(4), folder.checkpoint(2)}));
  BOOST_TEST(!go_on(hooks, Keep::always));
  BOOST_TEST(!go_on(hooks, Keep::always));
  BOOST_TEST(snapshots == 4);
  BOOST_TEST((folder.checkpoints() == std::vector{folder.checkpoint(7), folder.checkpoint(6)}));  // checkpoint.keep: 2
  const TrainingState saved = read_checkpoint(folder.newest_checkpoint(), {network, 0, 19, 19}, Communicator());
  BOOST_TEST(saved.config_yaml == "seed: 1\n");
  BOOST_TEST(saved.data_fingerprint == 7);
  BOOST_TEST(control.stop_reason().empty());
}

BOOST_FIXTURE_TEST_CASE(no_interval_no_checkpoint, Run) {
  config.checkpoint.every_iterations = 0;
  RunControl control = start();
  for (int t = 1; t <= 5; ++t) BOOST_TEST(!go_on(control.control()));
  BOOST_TEST(snapshots == 0);
}

BOOST_FIXTURE_TEST_CASE(a_file_stops_the_run_with_a_checkpoint, Run) {
  RunControl control = start();
  const Control hooks = control.control();
  BOOST_TEST(!go_on(hooks));
  BOOST_TEST(!hooks.stop_is_asked());
  ask_to_stop();
  std::this_thread::sleep_for(std::chrono::milliseconds(600));  // it is looked for twice a second
  BOOST_TEST(hooks.stop_is_asked());
  BOOST_TEST(go_on(hooks));
  BOOST_TEST(snapshots == 1);
  BOOST_TEST(control.stop_reason().find("STOP") != std::string::npos);
  BOOST_TEST(!control.stopped_by_signal());
  BOOST_TEST(control.made_progress());
}

BOOST_FIXTURE_TEST_CASE(a_file_that_is_there_already_stops_it_before_the_first_iteration, Run) {
  ask_to_stop();
  RunControl control = start();
  BOOST_TEST(control.stop_is_agreed());
  BOOST_TEST(!control.made_progress());
}

BOOST_FIXTURE_TEST_CASE(time_that_is_over_stops_it, Run) {
  RunControl control = start(1e-9);
  BOOST_TEST(go_on(control.control()));
  BOOST_TEST(control.stop_reason() == "the time of --max-hours is over");
}

BOOST_FIXTURE_TEST_CASE(an_iteration_that_is_given_up_saves_what_was_done_before, Run) {
  config.checkpoint.every_iterations = 0;
  RunControl control = start();
  const Control hooks = control.control();
  hooks.interrupted(snapshot());
  BOOST_TEST(snapshots == 0);  // nothing was done
  BOOST_TEST(!go_on(hooks));
  hooks.interrupted(snapshot());
  BOOST_TEST(snapshots == 1);
  BOOST_TEST(fs::exists(folder.newest_checkpoint()));
  hooks.interrupted(snapshot());
  BOOST_TEST(snapshots == 1);  // it is on disk already
}

BOOST_FIXTURE_TEST_CASE(a_checkpoint_that_cannot_be_written_is_an_error_only_at_the_stop, Run) {
  RunControl control = start();
  const Control hooks = control.control();
  fs::remove(folder.directory);
  BOOST_TEST(!go_on(hooks));
  BOOST_TEST(!go_on(hooks));
  BOOST_REQUIRE(notes.size() == 1);
  BOOST_TEST(notes[0].starts_with("warning: no checkpoint: "));
  const std::string failure = failure_of_step([&] { hooks.interrupted(snapshot()); });
  BOOST_TEST(failure.find("cannot be saved") != std::string::npos, failure);
}

BOOST_FIXTURE_TEST_CASE(progress_removes_the_mark_of_an_idle_part, Run) {
  testing::overwrite(folder.idle_mark(), "signal TERM");
  RunControl control = start();
  BOOST_TEST(fs::exists(folder.idle_mark()));
  BOOST_TEST(!go_on(control.control()));
  BOOST_TEST(!fs::exists(folder.idle_mark()));
}

BOOST_AUTO_TEST_SUITE_END()
