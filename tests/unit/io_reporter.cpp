#include "namespaces.hpp"
#include "run/reporter.hpp"
#include "temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <sstream>

BOOST_AUTO_TEST_SUITE(io_reporter)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

struct InFolder {
  testing::TemporaryFolder folder;
  std::filesystem::path log = folder / "run.log";
  std::ostringstream screen;

  [[nodiscard]] std::string logged() const { return testing::contents(log); }
};

HistoryRow row(const std::string& phase, std::int64_t iteration, double wall_seconds) {
  HistoryRow r;
  r.phase = phase;
  r.iteration = iteration;
  r.wall_seconds = wall_seconds;
  return r;
}

RunResults results() {
  RunResults r;
  r.stop_reason = "all 1000 iterations done";
  r.test_accuracy = 0.984;
  return r;
}

long rows_of(const std::string& text, const std::string& phase) {
  long count = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) count += line.starts_with(phase + " ") ? 1 : 0;
  return count;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(rows_grow_apart_and_the_last_of_each_phase_is_shown, InFolder) {
  Reporter reporter(log, screen, Screen::rows, {{PhaseName::qcgd, 1000}, {PhaseName::polish, 10}});
  reporter.start({{"isinglass", "0.1.0"}}, "schema: 1\n");
  for (int i = 1; i <= 1000; ++i) reporter.report(row("qcgd", i, i));  // one a second
  for (int i = 1; i <= 10; ++i) reporter.report(row("polish", i, 1000 + 0.01 * i));
  reporter.finish(results(), {"results.h5"}, "each rank: 3 messages");
  const std::string text = screen.str();
  BOOST_TEST(rows_of(text, "qcgd") > 20);
  BOOST_TEST(rows_of(text, "qcgd") < 80);
  BOOST_TEST(rows_of(text, "polish") == 2);
  BOOST_TEST(text.find("  100 %") != std::string::npos);
  BOOST_TEST(text.find("stopped: all 1000 iterations done") != std::string::npos);
  BOOST_TEST(text.find("test 98.40 %") != std::string::npos);
  BOOST_TEST(text.find("results.h5") != std::string::npos);
  BOOST_TEST(logged().find("  schema: 1") != std::string::npos);
  BOOST_TEST(rows_of(logged(), "qcgd") == rows_of(text, "qcgd"));
}

BOOST_FIXTURE_TEST_CASE(a_terminal_gets_one_line_and_the_log_no_control_characters, InFolder) {
  Reporter reporter(log, screen, Screen::progress, {{PhaseName::qat, 4}}, 40);
  for (int i = 1; i <= 4; ++i) reporter.report(row("qat", i, i));
  reporter.finish(results(), {}, "");
  BOOST_TEST(rows_of(screen.str(), "qat") == 0);
  BOOST_TEST(screen.str().find("\rqat [#####") != std::string::npos);
  BOOST_TEST(logged().find('\r') == std::string::npos);
  BOOST_TEST(logged().find('\x1b') == std::string::npos);
  BOOST_TEST(rows_of(logged(), "qat") >= 4);
}

BOOST_FIXTURE_TEST_CASE(quiet_shows_nothing_but_logs_everything, InFolder) {
  Reporter reporter(log, screen, Screen::quiet, {{PhaseName::qat, 4}});
  reporter.start({{"isinglass", "0.1.0"}}, "");
  reporter.report(row("qat", 4, 1));
  reporter.finish(results(), {}, "");
  BOOST_TEST(screen.str().empty());
  BOOST_TEST(logged().find("stopped") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_second_run_is_logged_after_the_first, InFolder) {
  { Reporter(log, screen, Screen::quiet, {}).note("first"); }
  { Reporter(log, screen, Screen::quiet, {}).note("second"); }
  BOOST_TEST(logged() == "first\n\nsecond\n");
}

BOOST_AUTO_TEST_CASE(the_plan_follows_the_method) {
  Config config;
  config.qcgd.polish = true;
  BOOST_TEST(plan_of(config).size() == 2U);
  config.method = Method::qat;
  BOOST_REQUIRE(plan_of(config).size() == 1U);
  BOOST_CHECK(plan_of(config).front().name == PhaseName::qat);
  BOOST_TEST(plan_of(config).front().steps == config.qat.epochs);
}

BOOST_AUTO_TEST_SUITE_END()
