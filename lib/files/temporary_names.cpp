#include "base/process.hpp"
#include "files/atomic_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace isinglass::files {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view ending = ".tmp";
constexpr std::size_t longest_name =
    200;  // bytes of the output's name that a temporary name keeps: 255 are allowed in all
constexpr std::string_view digits = "0123456789", hexadecimal = "0123456789abcdef";

/// Which machine and which world of process ids.
std::string machine_mark(const ProcessIdentity& self) {
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (const char c : self.host + '\n' + self.boot + '\n' + self.name_space)
    hash = (hash ^ static_cast<std::uint8_t>(c)) * 1099511628211U;
  return fmt::format("{:08x}", hash >> 32);
}

/// Machine, process and start of MACHINE-PROCESS-START-NUMBER; nothing for other text.
std::optional<std::vector<std::string>> parts_of(std::string_view mark) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= mark.size();) {
    const std::size_t end = std::min(mark.find('-', at), mark.size());
    const std::string_view part = mark.substr(at, end - at);
    if (part.empty() || part.find_first_not_of(parts.empty() ? hexadecimal : digits) != std::string_view::npos)
      return {};
    parts.emplace_back(part);
    at = end + 1;
  }
  return parts.size() == 4 && parts.front().size() == 8 ? std::optional(parts) : std::nullopt;
}

/// A temporary name: that of its output, cut, and the parts of its mark.
struct Temporary {
  std::string output;
  std::vector<std::string> parts;
};

std::optional<Temporary> temporary_of(const std::string& name) {
  if (!name.ends_with(ending)) return std::nullopt;
  const std::string rest = name.substr(0, name.size() - ending.size());
  const std::size_t point = rest.rfind('.');
  if (point == std::string::npos) return std::nullopt;
  const auto parts = parts_of(std::string_view(rest).substr(point + 1));
  return parts ? std::optional<Temporary>({rest.substr(0, point), *parts}) : std::nullopt;
}

/// A file or link of this user.
bool is_own_file(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return false;
  return (S_ISREG(status.st_mode) || S_ISLNK(status.st_mode)) && status.st_uid == ::geteuid();
}

std::string kept_name(const fs::path& target) { return target.filename().string().substr(0, longest_name); }

template <class IsAbandoned>
void remove_if(const fs::path& folder, IsAbandoned&& is_abandoned) {
  std::error_code ignored;
  std::vector<fs::path> found;
  for (fs::directory_iterator at(folder, ignored), end; !ignored && at != end; at.increment(ignored)) {
    const std::optional<Temporary> temporary = temporary_of(at->path().filename().string());
    if (temporary && is_abandoned(*temporary) && is_own_file(at->path())) found.push_back(at->path());
  }
  for (const fs::path& path : found) fs::remove(path, ignored);
}

}  // namespace

fs::path temporary_name(const fs::path& target, int number) {
  const ProcessIdentity self = this_process();
  return target.parent_path() / fmt::format("{}.{}-{}-{}-{}{}", kept_name(target), machine_mark(self), self.process,
                                            self.start.empty() ? "0" : self.start, number, ending);
}

void remove_abandoned(const fs::path& target) {
  const ProcessIdentity self = this_process();
  const std::string machine = machine_mark(self), output = kept_name(target);
  remove_if(folder_of(target), [&](const Temporary& temporary) {
    if (temporary.output != output || temporary.parts[0] != machine) return false;
    ProcessIdentity other = self;
    other.process = temporary.parts[1];
    other.start = temporary.parts[2];
    return liveness(other, self) == Liveness::gone;
  });
}

void remove_all_temporaries(const fs::path& folder) {
  // Others who try to take the folder's lock at this moment have files of that name.
  remove_if(folder, [](const Temporary& temporary) { return !temporary.output.starts_with("lock"); });
  for (const char* name : {"lock", "lock.takeover"}) remove_abandoned(folder / name);
}

}  // namespace isinglass::files
