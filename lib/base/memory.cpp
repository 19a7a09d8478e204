#include "base/memory.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <limits>

#include <fmt/format.h>

namespace isinglass {

namespace {

namespace fs = std::filesystem;

/// The number in a file of the kernel; nothing if there is no such file, or if it says "max".
std::optional<std::int64_t> number_in(const fs::path& path) {
  std::ifstream file(path);
  std::int64_t number = 0;
  if (file >> number) return number;
  return std::nullopt;
}

std::optional<std::int64_t> left_in_system() {
  std::ifstream file("/proc/meminfo");
  std::string name;
  for (std::int64_t kibibytes = 0; file >> name; file.ignore(100, '\n'))
    if (name == "MemAvailable:" && file >> kibibytes) return kibibytes << 10;
  return std::nullopt;
}

/// Path of this process in version 2 of control groups, "/" for the outermost; empty if there is none.
std::string control_group() {
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("0::")) return line.substr(3);
  return "";
}

/// The least that this group and those around it leave.
std::optional<std::int64_t> left_in_control_groups() {
  std::optional<std::int64_t> least;
  const fs::path top = "/sys/fs/cgroup";
  fs::path group = top / fs::path(control_group()).relative_path();
  for (;; group = group.parent_path()) {
    const auto limit = number_in(group / "memory.max"), used = number_in(group / "memory.current");
    if (limit && used) least = std::min(least.value_or(*limit), std::max<std::int64_t>(*limit - *used, 0));
    if (group == top || !group.has_relative_path()) return least;
  }
}

/// A limit of this process in bytes, if it has one.
std::optional<std::int64_t> limit_of(int resource) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
  return static_cast<std::int64_t>(std::min<rlim_t>(limit.rlim_cur, std::numeric_limits<std::int64_t>::max()));
}

/// Memory that `ulimit -v` leaves of the address space, or `ulimit -d` of what can be written in it; libraries take a
/// good part of both without using memory.
std::optional<std::int64_t> left_in_address_space() {
  const auto all = limit_of(RLIMIT_AS), data = limit_of(RLIMIT_DATA);
  if (!all && !data) return std::nullopt;
  std::array<std::int64_t, 6> pages{};  // of everything, in memory, shared, of code, none, of data
  std::ifstream file("/proc/self/statm");
  for (std::int64_t& count : pages) file >> count;
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const std::int64_t page = sysconf(_SC_PAGESIZE);
  const std::int64_t left = std::min(all.value_or(most) - page * pages[0], data.value_or(most) - page * pages[5]);
  return std::max<std::int64_t>(left, 0);
}

}  // namespace

std::optional<std::int64_t> available_memory() {
  std::optional<std::int64_t> least;
  for (const auto& left : {left_in_system(), left_in_control_groups(), left_in_address_space()})
    if (left) least = std::min(*left, least.value_or(*left));
  return least;
}

bool memory_may_be_refused() {
  return limit_of(RLIMIT_AS) || limit_of(RLIMIT_DATA) || number_in("/proc/sys/vm/overcommit_memory") == 2;
}

std::string bytes_text(std::int64_t bytes) {
  constexpr std::array units{"KiB", "MiB", "GiB", "TiB", "PiB"};
  if (bytes < 1024) return fmt::format("{} bytes", bytes);
  double amount = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; amount >= 1024 && unit + 1 < units.size(); ++unit) amount /= 1024;
  return fmt::format("{:.1f} {}", amount, units[unit]);
}

}  // namespace isinglass
