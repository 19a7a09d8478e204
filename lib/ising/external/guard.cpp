#include "ising/external/guard.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include <fmt/format.h>

// The guard is a copy of the rank that executes no other program: exec would cost more than most calls. Threads of the
// rank, which the copy does not have, may have held any lock, so that it may not allocate memory: below, up to the last
// function, are system calls only.

namespace isinglass::ising::external {

namespace {

constexpr int socket_place = 3, start_place = 4;  // descriptors of the guard; there are no others
constexpr int look_milliseconds = 100;            // should a signal get lost

/// Read-only copies of what the rank knew.
struct GuardFacts {
  const char* folder;
  sigset_t signals;  ///< that the rank had blocked
};

/// All of it, or false at the end of the stream.
bool receive(void* target, std::size_t size) {
  for (auto* at = static_cast<char*>(target); size > 0;) {
    const ssize_t got = read(socket_place, at, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

void put_at(int descriptor, int place) {
  if (descriptor != place) dup2(descriptor, place);
}

/// Closes files: what the rank has open must not stay open when it dies: pipes to mpirun, locks on files.
void keep_own_descriptors(int socket) {
  constexpr int above = 16, most = 1 << 16;
  const int safe_socket = fcntl(socket, F_DUPFD, above), null = open("/dev/null", O_RDWR),
            start = open(".", O_PATH | O_DIRECTORY);
  const int safe_start = fcntl(start, F_DUPFD, above), safe_null = fcntl(null, F_DUPFD, above);
  for (int place = 0; place < socket_place; ++place) put_at(safe_null, place);
  put_at(safe_socket, socket_place);
  put_at(safe_start, start_place);
  if (syscall(SYS_close_range, start_place + 1, ~0U, 0) != 0)
    for (int i = start_place + 1; i < most; ++i) close(i);
}

/// In the new process, which shares the guard's memory until exec.
[[noreturn]] void execute(char* const words[], const sigset_t& signals) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int errors = open("errors.txt", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW, 0600);
  if (errors >= 0) dup2(errors, STDERR_FILENO);
  if (fchdir(start_place) != 0) _exit(126);
  syscall(SYS_close_range, socket_place, ~0U, 0);
  sigprocmask(SIG_SETMASK, &signals, nullptr);
  execve("/bin/sh", words, environ);
  _exit(127);
}

/// The id of the parent in a line of /proc/PID/stat; 0 if it is none.
pid_t parent_in(const char* line) {
  const char* at = strrchr(line, ')');  // a program's name may hold blanks and parentheses
  if (at == nullptr || std::strlen(at) < 5) return 0;
  pid_t parent = 0;
  for (at += 4; *at >= '0' && *at <= '9'; ++at) parent = 10 * parent + (*at - '0');
  return parent;
}

bool is_child(const char* process) {
  char path[64] = "/proc/", line[512] = "";
  std::strncat(path, process, 20);
  std::strcat(path, "/stat");
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const ssize_t got = read(file, line, sizeof line - 1);
  close(file);
  return got > 0 && parent_in(line) == getpid();
}

/// Layout of the entries that the system call getdents64 writes.
struct DirectoryEntry {
  std::uint64_t inode;
  std::int64_t offset;
  std::uint16_t length;
  unsigned char type;
  char name[1];
};

void kill_children() {
  alignas(DirectoryEntry) char buffer[8192];
  const int directory = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (long got = 0; (got = syscall(SYS_getdents64, directory, buffer, sizeof buffer)) > 0;) {
    for (long at = 0; at < got;) {
      const auto* entry = reinterpret_cast<const DirectoryEntry*>(buffer + at);
      at += entry->length;
      if (entry->name[0] < '1' || entry->name[0] > '9' || !is_child(entry->name)) continue;
      pid_t process = 0;
      for (const char* digit = entry->name; *digit != 0; ++digit) process = 10 * process + (*digit - '0');
      kill(process, SIGKILL);
    }
  }
  close(directory);
}

/// Kills the command's group, and what has left the group: whoever loses its parent becomes a child of the guard, the
/// reaper of its descendants. Not even KILL ends a process that hangs in the kernel: there are limits to waiting.
void kill_descendants(pid_t group) {
  constexpr int patience = 1000, pause_milliseconds = 5;
  kill(-group, SIGKILL);
  for (int round = 0; round < patience; ++round) {
    pid_t ended = 0;
    do ended = waitpid(-1, nullptr, WNOHANG);
    while (ended > 0);
    if (ended < 0) return;  // there are none
    kill_children();
    poll(nullptr, 0, round == 0 ? 0 : pause_milliseconds);
  }
}

[[noreturn]] void remove_folder_and_leave(const GuardFacts& facts) {
  char shell[] = "/bin/sh", flag[] = "-c", script[] = "chmod -R u+rwX -- \"$0\"; exec rm -rf -- \"$0\"";
  char* const words[] = {shell, flag, script, const_cast<char*>(facts.folder), nullptr};
  static_cast<void>(chdir("/"));
  execve(shell, words, environ);
  _exit(127);
}

/// Whether the rank is still there. A byte from it asks for the end of the command.
enum class Word { none, stop, gone };

Word word_of_rank() {
  char byte = 0;
  const ssize_t got = recv(socket_place, &byte, 1, MSG_DONTWAIT);
  if (got == 1) return Word::stop;
  return got == 0 || (errno != EAGAIN && errno != EINTR) ? Word::gone : Word::none;
}

/// Waits for the end of the command, or of the rank's patience with it.
GuardReport watch(pid_t command, int signals, const GuardFacts& facts) {
  for (GuardReport report;;) {
    pollfd events[] = {{socket_place, POLLIN, 0}, {signals, POLLIN, 0}};
    poll(events, 2, look_milliseconds);
    signalfd_siginfo ignored;
    if (events[1].revents != 0) static_cast<void>(read(signals, &ignored, sizeof ignored));
    for (pid_t ended = 0; (ended = waitpid(-1, &report.status, WNOHANG)) > 0;)
      if (ended == command) return report;
    const Word word = events[0].revents != 0 ? word_of_rank() : Word::none;
    if (word == Word::none) continue;
    kill_descendants(command);
    if (word == Word::gone) remove_folder_and_leave(facts);
    report.was_stopped = true;
    return report;
  }
}

void run(char* text, int signals, const GuardFacts& facts) {
  char shell[] = "/bin/sh", flag[] = "-c";
  char* const words[] = {shell, flag, text, nullptr};
  const pid_t command = vfork();
  if (command == 0) execute(words, facts.signals);
  GuardReport report{127 << 8, false};
  if (command > 0) {
    report = watch(command, signals, facts);
    kill_descendants(command);
  }
  send(socket_place, &report, sizeof report, MSG_NOSIGNAL);
}

[[noreturn]] void guard(int socket, const GuardFacts& facts) {
  sigset_t all, child;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  signal(SIGCHLD, SIG_DFL);
  setsid();
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  keep_own_descriptors(socket);
  if (chdir(facts.folder) != 0) _exit(1);
  const int signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
  std::uint32_t length = 0;
  if (!receive(&length, sizeof length)) remove_folder_and_leave(facts);
  if (length > 0) {
    auto* text = static_cast<char*>(
        mmap(nullptr, std::size_t{length} + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (text == MAP_FAILED || !receive(text, length)) remove_folder_and_leave(facts);
    run(text, signals, facts);
  }
  for (char byte = 0; byte != guard_leave;)
    if (!receive(&byte, 1)) remove_folder_and_leave(facts);
  _exit(0);
}

}  // namespace

Guard start_guard(const std::filesystem::path& folder) {
  int ends[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw SystemError(fmt::format("cannot make a socket: {}", std::strerror(errno)));
  GuardFacts facts{folder.c_str(), {}};
  pthread_sigmask(SIG_SETMASK, nullptr, &facts.signals);
  // As fork, but without what libraries do before and after one: they stop their threads, or warn.
  const long process = syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (process == 0) guard(ends[1], facts);
  const int error = errno;
  close(ends[1]);
  if (process < 0) {
    close(ends[0]);
    throw SystemError(fmt::format("cannot start a process: {}", std::strerror(error)));
  }
  return {static_cast<pid_t>(process), ends[0]};
}

}  // namespace isinglass::ising::external
