#include "base/job_time.hpp"

#include "base/process.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace isinglass {

namespace {

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/// Takes the text before `mark` off the front of `text`; nothing, and `text` as it was, without a mark.
std::optional<std::string_view> take_until(std::string_view& text, char mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view front = text.substr(0, at);
  text.remove_prefix(at + 1);
  return front;
}

/// The job as squeue knows it. The id of an array task alone will not do: that of one task is the id of the whole
/// array.
std::string job_name() {
  const std::string array = environment("SLURM_ARRAY_JOB_ID"), task = environment("SLURM_ARRAY_TASK_ID");
  if (whole_number(array) && whole_number(task)) return array + "_" + task;
  const std::string job = environment("SLURM_JOB_ID");
  return whole_number(job) ? job : "";
}

/// The first line that a shell command prints; empty if there is none.
std::string first_printed_line(const std::string& command) {
  std::FILE* output = popen(command.c_str(), "r");
  if (!output) return "";
  std::array<char, 200> buffer{};
  std::string line = std::fgets(buffer.data(), static_cast<int>(buffer.size()), output) ? buffer.data() : "";
  pclose(output);
  line.erase(std::find(line.begin(), line.end(), '\n'), line.end());
  return line;
}

}  // namespace

std::optional<double> parse_slurm_time(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text == "INVALID") return 0.0;
  std::int64_t seconds = 0;
  const auto days = take_until(text, '-');
  if (days) {
    const auto value = whole_number(*days);
    if (!value) return std::nullopt;
    seconds = *value;
  }
  // D-HH:MM:SS has two colons, the other forms one or two.
  const auto colons = std::count(text.begin(), text.end(), ':');
  if (colons > 2 || colons < (days ? 2 : 1)) return std::nullopt;
  seconds *= colons == 2 ? 24 : 1;
  for (auto part = take_until(text, ':');; part = take_until(text, ':')) {
    const auto value = whole_number(part.value_or(text));
    if (!value) return std::nullopt;
    seconds = seconds + *value;
    if (!part) return static_cast<double>(seconds);
    seconds *= 60;
  }
}

std::optional<double> slurm_seconds_left() {
  const std::string job = job_name();
  if (job.empty()) return std::nullopt;
  if (const auto end = whole_number(environment("SLURM_JOB_END_TIME")); end && *end > 0) {
    const auto now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    return std::max(0.0, static_cast<double>(*end) - now);
  }
  // Slurm 22.05 and before have no such variable. A controller that is busy or away must not hold up the start for
  // long.
  return parse_slurm_time(
      first_printed_line("timeout 30 squeue --noheader --jobs=" + job + " --format=%L 2>/dev/null"));
}

}  // namespace isinglass
