// Each case runs in a process of its own: what a signal leaves stays for good.
#include "base/stop_signal.hpp"
#include "namespaces.hpp"

#include <boost/test/unit_test.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <functional>

BOOST_AUTO_TEST_SUITE(base_stop_signal)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

/// How a child that runs `action` ends, as waitpid tells it; exit code 0 if `action` returns true.
int status_of(const std::function<bool()>& action) {
  const pid_t child = fork();
  if (child == 0) {
    for (const int number : {SIGUSR1, SIGTERM, SIGINT}) signal(number, SIG_DFL);
    _exit(action() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

bool is_noted(const char* name) {
  const char* noted = stop_signal();
  return noted && std::strcmp(noted, name) == 0;
}

}  // namespace

BOOST_AUTO_TEST_CASE(no_signal_no_name) {
  const auto quiet = [] {
    catch_stop_signals();
    return stop_signal() == nullptr;
  };
  BOOST_TEST(status_of(quiet) == 0);
}

BOOST_AUTO_TEST_CASE(each_is_noted_and_ends_nothing) {
  const auto noted = [](int number, const char* name) {
    return status_of([=] {
      catch_stop_signals();
      raise(number);
      return is_noted(name);
    });
  };
  BOOST_TEST(noted(SIGUSR1, "USR1") == 0);
  BOOST_TEST(noted(SIGTERM, "TERM") == 0);
  BOOST_TEST(noted(SIGINT, "INT") == 0);
}

BOOST_AUTO_TEST_CASE(the_first_one_is_the_reason) {
  const auto several = [] {
    catch_stop_signals();
    raise(SIGTERM);
    raise(SIGUSR1);
    raise(SIGTERM);
    raise(SIGINT);
    return is_noted("TERM");
  };
  BOOST_TEST(status_of(several) == 0);
}

BOOST_AUTO_TEST_CASE(a_second_interrupt_ends_the_process) {
  const int status = status_of([] {
    catch_stop_signals();
    raise(SIGINT);
    raise(SIGINT);
    return true;
  });
  BOOST_TEST(WIFSIGNALED(status));
  BOOST_TEST(WTERMSIG(status) == SIGINT);
}

BOOST_AUTO_TEST_CASE(an_interrupt_that_was_switched_off_stays_off) {
  const auto background = [] {
    signal(SIGINT, SIG_IGN);
    catch_stop_signals();
    raise(SIGINT);
    raise(SIGINT);
    return stop_signal() == nullptr;
  };
  BOOST_TEST(status_of(background) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
