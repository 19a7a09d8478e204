#include "base/stop_signal.hpp"

#include "base/error.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>

namespace isinglass {

namespace {

// The one global of the library: a signal handler reaches nothing else.
std::atomic<int> first_signal{0};
static_assert(std::atomic<int>::is_always_lock_free);  // or a handler must not touch it

struct NamedSignal {
  int number;
  const char* name;
};
constexpr std::array<NamedSignal, 3> stop_signals{{{SIGUSR1, "USR1"}, {SIGTERM, "TERM"}, {SIGINT, "INT"}}};

extern "C" void note_signal(int number) {
  int none = 0;
  first_signal.compare_exchange_strong(none, number);
}

/// Shells start background jobs with INT ignored, so that the user's Ctrl-C does not reach them.
bool is_ignored(int number) {
  struct sigaction now {};
  return sigaction(number, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

extern "C" void leave_unfinished(int) { _exit(static_cast<int>(ExitCode::unfinished)); }

void handle(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  // Restart: system calls that the signal interrupts go on. Reset: the next INT finds the default, which ends the
  // process.
  action.sa_flags = SA_RESTART;
  if (number == SIGINT) action.sa_flags |= static_cast<int>(SA_RESETHAND);
  sigaction(number, &action, nullptr);
}

}  // namespace

void catch_stop_signals() {
  for (const NamedSignal& signal : stop_signals) {
    if (signal.number != SIGINT || !is_ignored(SIGINT)) handle(signal.number, note_signal);
  }
}

void exit_at_stop_signals() {
  for (const NamedSignal& signal : stop_signals)
    if (signal.number != SIGINT || !is_ignored(SIGINT)) handle(signal.number, leave_unfinished);
}

void survive_failed_writes(std::initializer_list<int> signals) {
  struct sigaction action {};
  action.sa_handler = [](int) {};  // not SIG_IGN, which programs that are started would inherit
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (const int number : signals) sigaction(number, &action, nullptr);
}

const char* stop_signal() {
  const int first = first_signal.load();
  for (const NamedSignal& signal : stop_signals) {
    if (signal.number == first) return signal.name;
  }
  return nullptr;
}

void throw_if_stopped() {
  if (const char* name = stop_signal())
    throw Interrupted("stopped by signal " + std::string(name) + " before the work began");
}

}  // namespace isinglass
