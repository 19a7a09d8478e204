#include "base/error.hpp"
#include "namespaces.hpp"
#include "run/run_lock.hpp"
#include "temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <regex>
#include <string>

#include <fmt/format.h>

BOOST_AUTO_TEST_SUITE(io_run_lock)

using namespace isinglass;
using namespace isinglass::testing;
namespace fs = std::filesystem;

namespace {

/// The value of a line of a lock file.
std::string value(const std::string& text, const std::string& name) {
  std::smatch match;
  std::regex_search(text, match, std::regex("(^|\n)" + name + ": ([^\n]*)\n"));
  return match[2];
}

/// A process that waits to be killed.
class Sleeper {
public:
  Sleeper() : process_(fork()) {
    if (process_ > 0) return;
    for (;;) pause();
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  ~Sleeper() {
    kill();
    waitpid(process_, nullptr, 0);
  }
  /// Leaves a zombie.
  void kill() const {
    siginfo_t ignored{};
    ::kill(process_, SIGKILL);
    waitid(P_PID, static_cast<id_t>(process_), &ignored, WEXITED | WNOWAIT);
  }
  [[nodiscard]] std::string id() const { return std::to_string(process_); }
  [[nodiscard]] std::string start() const {
    const std::string stat = testing::contents("/proc/" + id() + "/stat");
    std::size_t at = stat.rfind(')') + 1;
    for (int field = 3; field < 22; ++field) at = stat.find(' ', at + 1);
    return stat.substr(at + 1, stat.find(' ', at + 1) - at - 1);
  }

private:
  pid_t process_;
};

struct InFolder {
  testing::TemporaryFolder folder;
  fs::path file = folder / "lock";
  std::string own;  ///< text of a lock of this process, in job 17

  InFolder() {
    setenv("SLURM_JOB_ID", "17", 1);
    setenv("SLURM_RESTART_COUNT", "2", 1);
    const RunLock lock(folder.path());
    own = testing::contents(file);
  }

  /// Leaves the lock of a process that differs from this one in these lines.
  void leave(std::initializer_list<std::pair<std::string, std::string>> lines) const {
    std::string text = own;
    for (const auto& [name, to] : lines) {
      text = std::regex_replace(text, std::regex(fmt::format("(^|\n){}: [^\n]*\n", name)),
                                fmt::format("$1{}: {}\n", name, to));
    }
    testing::overwrite(file, text);
  }
  [[nodiscard]] std::string refusal() const {
    return testing::message_of<InputError>([&] { const RunLock lock(folder.path()); });
  }
  [[nodiscard]] bool can_be_taken() const {
    if (!refusal().empty()) return false;
    return fs::is_empty(folder.path());  // released, and nothing left lying about
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_lock_names_its_owner_and_goes_with_it, InFolder) {
  BOOST_TEST(value(own, "process") == std::to_string(getpid()));
  BOOST_TEST(value(own, "job") == "17");
  BOOST_TEST(value(own, "part") == "2");
  BOOST_TEST(!value(own, "host").empty());
  BOOST_TEST(!value(own, "start").empty());
  BOOST_TEST(!value(own, "boot").empty());
  BOOST_TEST(std::regex_match(value(own, "since"), std::regex("20..-..-..T..:..:..\\.\\d{6}Z")));
  BOOST_TEST(fs::is_empty(folder.path()));
  BOOST_TEST(can_be_taken());
}

BOOST_FIXTURE_TEST_CASE(a_second_run_is_refused_with_owner_and_way_out, InFolder) {
  const RunLock lock(folder.path());
  const std::string message = refusal();
  BOOST_TEST(testing::mentions(message, {folder.path().string() + ": in use by",
                                         "process " + std::to_string(getpid()) + " on " + value(own, "host"),
                                         "Slurm job 17", "remove " + file.string()}),
             message);
  BOOST_TEST(fs::exists(file));
}

BOOST_FIXTURE_TEST_CASE(a_process_of_another_id_that_runs_is_left_alone, InFolder) {
  const Sleeper other;
  leave({{"process", other.id()}, {"start", other.start()}});
  BOOST_TEST(!can_be_taken());
  other.kill();
  BOOST_TEST(can_be_taken());
}

BOOST_FIXTURE_TEST_CASE(the_lock_of_a_dead_process_is_taken_over, InFolder) {
  leave({{"process", "999999999"}});
  BOOST_TEST(can_be_taken());
  leave({{"start", "1"}});  // the id belongs to a later process now
  BOOST_TEST(can_be_taken());
  leave({{"boot", "before"}});
  BOOST_TEST(can_be_taken());
  leave({{"process", "999999999"}, {"job", ""}, {"part", ""}});
  BOOST_TEST(can_be_taken());
}

BOOST_FIXTURE_TEST_CASE(a_lock_of_another_host_is_taken_over_by_a_later_part_of_the_same_job_only, InFolder) {
  leave({{"host", "elsewhere"}, {"boot", "x"}, {"part", "1"}});
  BOOST_TEST(can_be_taken());
  leave({{"host", "elsewhere"}, {"boot", "x"}});  // a second step of this job, perhaps
  BOOST_TEST(!can_be_taken());
  leave({{"host", "elsewhere"}, {"boot", "x"}, {"job", "16"}, {"part", "1"}});
  BOOST_TEST(testing::mentions(refusal(), {"on elsewhere, Slurm job 16"}), refusal());
  leave({{"host", "elsewhere"}, {"boot", "x"}, {"job", ""}, {"part", ""}});
  BOOST_TEST(!can_be_taken());
  unsetenv("SLURM_JOB_ID");
  BOOST_TEST(!can_be_taken());
}

BOOST_FIXTURE_TEST_CASE(a_container_of_the_same_host_cannot_be_judged, InFolder) {
  leave({{"namespace", "pid:[1]"}, {"process", "999999999"}});
  BOOST_TEST(!can_be_taken());
}

BOOST_FIXTURE_TEST_CASE(other_files_are_refused_and_stay, InFolder) {
  testing::overwrite(file, "");
  BOOST_TEST(testing::mentions(refusal(), {file.string(), "is empty", "remove the file"}), refusal());
  for (const std::string& text : {std::string("me\n"), own.substr(0, own.size() / 2), own.substr(0, own.size() - 1)}) {
    testing::overwrite(file, text);
    BOOST_TEST(testing::mentions(refusal(), {file.string(), "no lock file", "remove the file"}), refusal());
    BOOST_TEST(testing::contents(file) == text);
  }
  leave({{"process", "twelve"}});
  BOOST_TEST(testing::mentions(refusal(), {"no lock file"}), refusal());
}

BOOST_FIXTURE_TEST_CASE(only_the_own_lock_is_released, InFolder) {
  {
    const RunLock lock(folder.path());
    leave({{"job", "18"}});
  }
  BOOST_TEST(value(testing::contents(file), "job") == "18");
}

BOOST_FIXTURE_TEST_CASE(a_folder_where_nothing_can_be_written, InFolder) {
  const std::string message = testing::message_of<SystemError>([&] { const RunLock lock(folder / "missing"); });
  BOOST_TEST(testing::mentions(message, {"missing", "No such file or directory"}), message);
}

BOOST_FIXTURE_TEST_CASE(a_takeover_that_was_cut_off_is_told, InFolder) {
  leave({{"process", "999999999"}});
  testing::overwrite(folder / "lock.takeover", testing::contents(file));
  BOOST_TEST(testing::mentions(refusal(), {"process 999999999", "remove " + (folder / "lock.takeover").string()}),
             refusal());
}

BOOST_FIXTURE_TEST_CASE(of_many_that_find_an_abandoned_lock_one_wins, InFolder) {
  constexpr int processes = 8;
  for (int round = 0; round < 20; ++round) {
    leave({{"process", "999999999"}});
    std::array<int, 2> start{}, verdict{}, end{};
    BOOST_REQUIRE((pipe(start.data()) == 0 && pipe(verdict.data()) == 0 && pipe(end.data()) == 0));
    for (int i = 0; i < processes; ++i) {
      if (fork() > 0) continue;
      char byte = 0;
      ::close(start[1]);
      ::close(end[1]);
      static_cast<void>(!::read(start[0], &byte, 1));  // all at once: when the parent closes its end
      const char* told = "l";
      try {
        const RunLock lock(folder.path());
        static_cast<void>(!::write(verdict[1], "w", 1));
        static_cast<void>(!::read(end[0], &byte, 1));  // held until all others have tried
        _exit(0);
      } catch (const InputError&) {
      } catch (...) {
        told = "e";
      }
      static_cast<void>(!::write(verdict[1], told, 1));
      _exit(0);
    }
    ::close(start[1]);
    std::string told(processes, '?');
    for (char& c : told) BOOST_REQUIRE(::read(verdict[0], &c, 1) == 1);
    ::close(end[1]);
    while (::wait(nullptr) > 0) continue;
    for (const int descriptor : {start[0], verdict[0], verdict[1], end[0]}) ::close(descriptor);
    std::sort(told.begin(), told.end());
    BOOST_TEST(told == std::string(processes - 1, 'l') + "w");
  }
}

BOOST_AUTO_TEST_SUITE_END()
