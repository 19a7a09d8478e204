// What becomes of the points of a sweep, and how the command ends.
#include "idx_files.hpp"
#include "namespaces.hpp"
#include "parallel/agreement.hpp"
#include "run/run_lock.hpp"
#include "sweep/collect.hpp"
#include "sweep/run_points.hpp"
#include "sweep/sweep_reader.hpp"

#include <boost/test/unit_test.hpp>

#include <fmt/format.h>

BOOST_AUTO_TEST_SUITE(sweep_fates)

using namespace isinglass;
using namespace isinglass::testing;
namespace fs = std::filesystem;

namespace {

/// Three points of one axis, each a training of milliseconds; the images are too small for the pool of the second.
struct ThreePoints {
  testing::TemporaryFolder folder;
  Sweep sweep;

  ThreePoints() {
    testing::write_small_set(folder.path());
    testing::overwrite(
        folder / "base.yaml",
        fmt::format("schema: 1\nmethod: anneal\ndata: {{dataset: idx, directory: {}, classes: [\"0\", \"1\"]}}\n"
                    "network: {{hidden: [{{units: 2}}]}}\nanneal: {{sweeps: 2, swap_neighbours: 0}}\n",
                    folder.path().string()));
    testing::overwrite(
        folder / "sweep.yaml",
        fmt::format("schema: 1\nbase: base.yaml\noutput: {}\naxes:\n  - {{key: data.pool, values: [1, 5, 2]}}\n",
                    (folder / "out").string()));
    sweep = read_sweep(folder / "sweep.yaml");
  }

  [[nodiscard]] Fates of(std::vector<Fate> fates) const {
    Fates found(3);
    found.fates = std::move(fates);
    for (std::size_t i = 0; i < 3; ++i)
      if (found.fates[i] == Fate::failed || found.fates[i] == Fate::elsewhere) found.texts[i] = "bad luck";
    return found;
  }

  /// The end of a command that found these fates.
  [[nodiscard]] AgreedError end_of(std::vector<Fate> fates) const {
    const auto failure = failure_of([&] { static_cast<void>(conclude(sweep, of(std::move(fates)))); });
    return failure.value_or(AgreedError("", ExitCode::done));
  }

  void expect_end(std::vector<Fate> fates, ExitCode code, const std::string& part) const {
    const AgreedError end = end_of(std::move(fates));
    BOOST_TEST(static_cast<int>(end.code()) == static_cast<int>(code));
    BOOST_TEST(std::string(end.what()).find(part) != std::string::npos, end.what());
  }
};

using enum Fate;

}  // namespace

BOOST_FIXTURE_TEST_CASE(the_command_ends_as_its_points_do, ThreePoints) {
  expect_end({finished, finished_before, finished}, ExitCode::done, "");
  expect_end({finished, failed, finished}, ExitCode::error, "point 2 (data.pool=5) failed: bad luck");
  expect_end({finished, open, open}, ExitCode::unfinished, "2 points are left, the same command continues");
  expect_end({stopped, open, finished_before}, ExitCode::unfinished, "2 points are left");
  expect_end({finished, failed, open}, ExitCode::unfinished, "failed: bad luck\nstopped; 1 points are left");
  expect_end({finished, elsewhere, finished}, ExitCode::unfinished, "1 points are left to other processes");
  // Nothing went on: it must not be requeued for ever.
  expect_end({open, finished_before, open}, ExitCode::error, "before any point made progress");
}

BOOST_FIXTURE_TEST_CASE(the_summary_counts_them, ThreePoints) {
  BOOST_TEST(summary_of(sweep, of({finished, finished_before, failed})) ==
             "3 points: 2 finished (1 of them before), 1 failed, 0 unfinished");
  BOOST_TEST(summary_of(sweep, of({open, stopped, elsewhere})) ==
             "3 points: 0 finished (0 of them before), 0 failed, 2 unfinished, 1 running elsewhere");
}

BOOST_FIXTURE_TEST_CASE(points_are_run_once_and_a_bad_one_does_not_stop_the_others, ThreePoints) {
  std::vector<std::pair<std::int64_t, Fate>> told;
  const auto run = [&] {
    return run_points(sweep, {}, Communicator(),
                      [&](const SweepPoint& point, Fate fate, double) { told.emplace_back(point.number, fate); });
  };
  const Fates first = run();
  BOOST_TEST((first.fates == std::vector{finished, failed, finished}));
  BOOST_TEST((told == std::vector<std::pair<std::int64_t, Fate>>{{1, finished}, {2, failed}, {3, finished}}));
  BOOST_TEST(first.texts[1].find("data.pool") != std::string::npos, first.texts[1]);
  BOOST_TEST((run().fates == std::vector{finished_before, failed, finished_before}));
  const Collection found = collect(sweep);
  BOOST_TEST(found.rows.size() == 2);
  BOOST_TEST((found.missing == std::vector<std::int64_t>{2}));
  BOOST_TEST(found.errors.empty(), found.errors);
}

BOOST_FIXTURE_TEST_CASE(a_point_that_another_process_works_on_is_left_to_it, ThreePoints) {
  const fs::path busy = point_of(sweep, 1).folder;
  fs::create_directories(busy);
  const RunLock other(busy);
  const Fates found = run_points(sweep, {}, Communicator(), [](const SweepPoint&, Fate, double) {});
  BOOST_TEST((found.fates == std::vector{elsewhere, failed, finished}));
}

BOOST_FIXTURE_TEST_CASE(time_that_is_over_leaves_points_open, ThreePoints) {
  const Fates found = run_points(sweep, {1, 1e-12}, Communicator(), [](const SweepPoint&, Fate, double) {});
  BOOST_TEST(found.count(open) == 3);
}

BOOST_FIXTURE_TEST_CASE(a_folder_that_cannot_be_used_fails_before_the_run, ThreePoints) {
  fs::create_directories(point_of(sweep, 3).folder);
  testing::overwrite(point_of(sweep, 3).folder / "results.h5", "no results");
  const Fates found = look_around(sweep, Communicator());
  BOOST_TEST((found.fates == std::vector{open, open, failed}));
  BOOST_TEST(found.texts[2].find("results.h5") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(numbers_are_listed_as_job_arrays_take_them) {
  BOOST_TEST(number_list({}) == "");
  BOOST_TEST(number_list({4}) == "4");
  BOOST_TEST(number_list({3, 5, 7, 8, 9}) == "3,5,7-9");
}

BOOST_AUTO_TEST_SUITE_END()
