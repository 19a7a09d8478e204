#include "ising/external/command.hpp"

#include "base/error.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace isinglass::ising::external {

namespace {

namespace fs = std::filesystem;

fs::path new_folder() {
  std::error_code error;
  const fs::path parent = fs::temp_directory_path(error);
  if (error) throw SystemError(fmt::format("the folder for temporary files (TMPDIR): {}", error.message()));
  std::string name = (fs::absolute(parent) / "isinglass-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    throw SystemError(fmt::format("cannot make {} (TMPDIR): {}", name, std::strerror(errno)));
  return name;
}

/// A command may have taken its own rights away.
void remove_folder(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (!error) return;
  fs::permissions(path, fs::perms::owner_all, error);
  for (auto at = fs::recursive_directory_iterator(path, error); !error && at != fs::recursive_directory_iterator();
       at.increment(error))
    if (std::error_code none; at->symlink_status(none).type() == fs::file_type::directory)
      fs::permissions(at->path(), fs::perms::owner_all, none);
  fs::remove_all(path, error);
}

CommandEnd end_of(const GuardReport& report) {
  if (report.was_stopped) return {CommandEnd::Way::stopped, 0};
  if (WIFEXITED(report.status)) return {CommandEnd::Way::exited, WEXITSTATUS(report.status)};
  return {CommandEnd::Way::killed_by_signal, WTERMSIG(report.status)};
}

void send_all(const Guard& guard, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(guard.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) throw SystemError(fmt::format("the guard of an external command: {}", std::strerror(errno)));
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

Workplace::Workplace() : path_(new_folder()) {
  try {
    guard_ = start_guard(path_);
  } catch (...) {
    remove_folder(path_);
    throw;
  }
}

Workplace::~Workplace() {
  // The guard of a command that is still running, because of an exception, first hears that it is to stop.
  constexpr char last_words[] = {guard_stop, guard_leave};
  static_cast<void>(send(guard_.socket, last_words, sizeof last_words, MSG_NOSIGNAL));
  close(guard_.socket);
  while (waitpid(guard_.process, nullptr, 0) < 0 && errno == EINTR) continue;
  remove_folder(path_);
}

std::string Workplace::name_for_shells() const {
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/";
  std::string own = path_.string();
  if (own.find_first_not_of(plain) == std::string::npos) return own;
  std::string alias = fmt::format("/proc/{}/cwd", guard_.process);
  // The guard may not be there yet.
  for (int round = 0; round < 1000; ++round) {
    std::error_code unreadable;
    if (fs::equivalent(alias, path_, unreadable) && !unreadable) return alias;
    poll(nullptr, 0, 1);
  }
  throw SystemError(fmt::format(
      "{}: commands cannot be given this name: set TMPDIR to a path of letters, digits and . _ - / only", own));
}

CommandEnd Workplace::run(const std::string& command, const std::function<bool()>& is_over) const {
  constexpr int pause_milliseconds = 2;
  const auto length = static_cast<std::uint32_t>(command.size());
  std::string message(sizeof length, '\0');
  std::memcpy(message.data(), &length, sizeof length);
  send_all(guard_, message + command);
  for (bool is_told = false;;) {
    pollfd event{guard_.socket, POLLIN, 0};
    if (poll(&event, 1, pause_milliseconds) > 0) {
      GuardReport report;
      const ssize_t got = recv(guard_.socket, &report, sizeof report, MSG_WAITALL);
      if (got == static_cast<ssize_t>(sizeof report)) return end_of(report);
      if (got >= 0 || errno != EINTR) throw SystemError("the guard of an external command was killed");
    }
    if (is_told || !is_over()) continue;
    send_all(guard_, std::string(1, guard_stop));
    is_told = true;
  }
}

}  // namespace isinglass::ising::external
