#include "base/job_time.hpp"
#include "namespaces.hpp"
#include "temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <map>
#include <string>

BOOST_AUTO_TEST_SUITE(base_job_time)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

/// Slurm's variables and PATH as a test wants them; afterwards as they were.
class Environment {
public:
  Environment() {
    for (const char* name :
         {"SLURM_JOB_ID", "SLURM_JOB_END_TIME", "SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID", "PATH"}) {
      const char* value = std::getenv(name);
      before_[name] = value ? std::optional<std::string>(value) : std::nullopt;
      if (std::string(name) != "PATH") unsetenv(name);
    }
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() {
    for (const auto& [name, value] : before_) {
      unsetenv(name.c_str());
      if (value) set(name, *value);
    }
  }
  void set(const std::string& name, const std::string& value) const { setenv(name.c_str(), value.c_str(), 1); }

private:
  std::map<std::string, std::optional<std::string>> before_;
};

/// A squeue that prints what a test wants and notes its arguments.
struct FakeSlurm {
  Environment environment;
  testing::TemporaryFolder folder;

  void answer(const std::string& text) const {
    const auto program = folder / "squeue";
    testing::overwrite(program,
                       "#!/bin/sh\necho \"$@\" > \"" + (folder / "arguments").string() + "\"\necho '" + text + "'\n");
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    environment.set("PATH", folder.path().string() + ":" + std::getenv("PATH"));
  }
  [[nodiscard]] std::string arguments() const { return testing::contents(folder / "arguments"); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(times_as_squeue_prints_them) {
  BOOST_TEST(parse_slurm_time("2-03:04:05").value() == 2 * 86400 + 3 * 3600 + 4 * 60 + 5);
  BOOST_TEST(parse_slurm_time("10:00:07").value() == 36007);
  BOOST_TEST(parse_slurm_time("59:30").value() == 59 * 60 + 30);
  BOOST_TEST(parse_slurm_time("0:00").value() == 0);
  BOOST_TEST(parse_slurm_time("  1:05 ").value() == 65);
  BOOST_TEST(parse_slurm_time("INVALID").value() == 0);  // past the limit
}

BOOST_AUTO_TEST_CASE(what_is_no_time_is_nothing) {
  for (const char* text : {"", " ", "UNLIMITED", "NOT_SET", "17", ":", "1:", ":30", "1:2:3:4", "1-02", "1-02:03",
                           "-1:00", "a:10", "1:-5", "1.5:00", "x-00:00:10", "1 :00", "99999999999999999999:00"}) {
    BOOST_TEST(!parse_slurm_time(text).has_value(), text);
  }
}

BOOST_FIXTURE_TEST_CASE(nothing_outside_slurm, FakeSlurm) {
  answer("1:00");
  environment.set("SLURM_JOB_END_TIME", "99999999999");
  BOOST_TEST(!slurm_seconds_left().has_value());
  environment.set("SLURM_JOB_ID", "5; echo");
  BOOST_TEST(!slurm_seconds_left().has_value());
}

BOOST_FIXTURE_TEST_CASE(the_variable_is_preferred, FakeSlurm) {
  answer("1:00");
  environment.set("SLURM_JOB_ID", "17");
  environment.set("SLURM_JOB_END_TIME", std::to_string(std::time(nullptr) + 500));
  const double left = slurm_seconds_left().value();
  BOOST_TEST((left > 490 && left <= 500));
  environment.set("SLURM_JOB_END_TIME", "1000");
  BOOST_TEST(slurm_seconds_left().value() == 0);
  environment.set("SLURM_JOB_END_TIME", "soon");
  BOOST_TEST(slurm_seconds_left().value() == 60);
}

BOOST_FIXTURE_TEST_CASE(squeue_is_asked_otherwise, FakeSlurm) {
  environment.set("SLURM_JOB_ID", "17");
  answer("1-00:00:10");
  BOOST_TEST(slurm_seconds_left().value() == 86410);
  BOOST_TEST(arguments() == "--noheader --jobs=17 --format=%L\n");
  answer("UNLIMITED");
  BOOST_TEST(!slurm_seconds_left().has_value());
  answer("");
  BOOST_TEST(!slurm_seconds_left().has_value());
}

BOOST_FIXTURE_TEST_CASE(the_task_of_an_array_asks_for_itself, FakeSlurm) {
  answer("2:00");
  environment.set("SLURM_JOB_ID", "17");
  environment.set("SLURM_ARRAY_JOB_ID", "17");
  environment.set("SLURM_ARRAY_TASK_ID", "3");
  BOOST_TEST(slurm_seconds_left().value() == 120);
  BOOST_TEST(arguments() == "--noheader --jobs=17_3 --format=%L\n");
}

BOOST_AUTO_TEST_SUITE_END()
