#include "ising/external/command.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace isinglass::external {

namespace {

/// What posix_spawn needs besides the words, and its release.
class SpawnPlan {
public:
  SpawnPlan(const std::string& output, const std::string& errors) {
    posix_spawn_file_actions_init(&files_);
    posix_spawnattr_init(&attributes_);
    constexpr int create = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files_, STDOUT_FILENO, output.c_str(), create, 0600);
    posix_spawn_file_actions_addopen(&files_, STDERR_FILENO, errors.c_str(), create, 0600);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes_, 0);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  [[nodiscard]] pid_t start(std::string command) const {
    std::string shell = "/bin/sh", flag = "-c";
    char* words[] = {shell.data(), flag.data(), command.data(), nullptr};
    pid_t process = 0;
    const int error = posix_spawn(&process, shell.c_str(), &files_, &attributes_, words, environ);
    if (error != 0) throw SystemError(fmt::format("cannot start {}: {}", shell, std::strerror(error)));
    return process;
  }

private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

CommandEnd end_of(int status) {
  if (WIFEXITED(status)) return {CommandEnd::Way::exited, WEXITSTATUS(status)};
  return {CommandEnd::Way::killed_by_signal, WTERMSIG(status)};
}

/// Kills the whole group at the end, however that comes: a command may leave children behind.
class GroupGuard {
public:
  explicit GroupGuard(pid_t group) : group_(group) {}
  ~GroupGuard() { kill(-group_, SIGKILL); }
  GroupGuard(const GroupGuard&) = delete;
  GroupGuard& operator=(const GroupGuard&) = delete;

private:
  pid_t group_;
};

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "isinglass-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw SystemError(fmt::format("cannot make {}: {}", name, std::strerror(errno)));
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

CommandEnd run_command(const std::string& command, const std::filesystem::path& output, const std::filesystem::path& errors,
                       const std::function<bool()>& is_over) {
  const pid_t process = SpawnPlan(output.string(), errors.string()).start(command);
  const GroupGuard guard(process);
  constexpr std::chrono::milliseconds pause{2};
  for (int status = 0;;) {
    const pid_t ended = waitpid(process, &status, WNOHANG);
    if (ended == process) return end_of(status);
    if (ended < 0 && errno != EINTR) throw SystemError(fmt::format("waiting for a command: {}", std::strerror(errno)));
    if (is_over()) {
      kill(-process, SIGKILL);
      waitpid(process, &status, 0);
      return {CommandEnd::Way::stopped, 0};
    }
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace isinglass::external
