#include "base/process.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace isinglass {

namespace {

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

/// Two fields of /proc/PID/stat; empty if it cannot be read.
struct ProcessStat {
  std::string state, start;
};

ProcessStat read_stat(const std::string& process) {
  const std::string line = first_line("/proc/" + process + "/stat");
  // The second field is the program's name in parentheses, which may hold blanks and parentheses itself.
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(line.substr(name_end + 1));
  ProcessStat stat;
  fields >> stat.state;
  for (int field = 4; field <= 22; ++field) fields >> stat.start;
  return fields ? stat : ProcessStat{};
}

bool is_running_here(const ProcessIdentity& other) {
  const auto id = static_cast<pid_t>(std::strtol(other.process.c_str(), nullptr, 10));
  // Another user's process may not be signalled, and may even be hidden in /proc, but is there.
  if (kill(id, 0) != 0 && errno == ESRCH) return false;
  const ProcessStat stat = read_stat(other.process);
  const bool has_ended = stat.state == "Z" || stat.state == "X";  // nobody has asked for its exit code yet
  return stat.state.empty() || (!has_ended && stat.start == other.start);
}

}  // namespace

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown host";
}

ProcessIdentity this_process() {
  ProcessIdentity self;
  self.host = host_name();
  self.process = std::to_string(getpid());
  self.start = read_stat(self.process).start;
  self.boot = first_line("/proc/sys/kernel/random/boot_id");
  std::error_code ignored;
  self.name_space = std::filesystem::read_symlink("/proc/self/ns/pid", ignored).string();
  self.job = environment("SLURM_JOB_ID");
  const std::string part = environment("SLURM_RESTART_COUNT");
  if (!self.job.empty()) self.part = part.empty() ? "0" : part;
  return self;
}

Liveness liveness(const ProcessIdentity& other, const ProcessIdentity& self) {
  if (other.host == self.host && other.boot != self.boot) return Liveness::gone;
  if (other.host == self.host && other.name_space == self.name_space) {
    return is_running_here(other) ? Liveness::running : Liveness::gone;
  }
  // Slurm ends all processes of a job, on all hosts, before it starts the job anew.
  if (!self.job.empty() && other.job == self.job && other.part != self.part) return Liveness::gone;
  return Liveness::unknown;
}

}  // namespace isinglass
