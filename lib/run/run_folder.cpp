#include "run/run_folder.hpp"

#include "base/error.hpp"
#include "base/input_file.hpp"
#include "config/reader.hpp"
#include "config/writer.hpp"
#include "files/atomic_file.hpp"
#include "files/output_place.hpp"
#include "files/posix_file.hpp"
#include "run/results_file.hpp"

#include <algorithm>
#include <string>
#include <system_error>

#include <fmt/format.h>

namespace isinglass::run {

namespace fs = std::filesystem;

namespace {

constexpr const char* way_out = "choose another folder with --output, or move this one aside with --fresh";

config::Config stored_config(const RunFolder& folder) {
  try {
    if (folder.holds_results())
      return config::parse_config(read_model(folder.results()).config_yaml, folder.results().string(), {},
                                  config::ConfigUse::stored);
    expect_regular_file(folder.config(), "a configuration");
    return config::read_config(folder.config(), {}, config::ConfigUse::stored);
  } catch (const InputError& error) {
    throw InputError(
        fmt::format("{}: holds a run that cannot be read; {}\n{}", folder.directory.string(), way_out, error.what()));
  }
}

void refuse_other(const RunFolder& folder, const std::vector<config::ConfigDifference>& found) {
  if (found.empty()) return;
  std::string text = fmt::format("{}: holds a run of another configuration; {}", folder.directory.string(), way_out);
  for (const config::ConfigDifference& d : found)
    text += fmt::format("\n  {}: there {}, now {}", d.key, d.first, d.second);
  throw InputError(text);
}

/// Absolute, without a trailing slash: what NAME.1 is made from.
fs::path plain_name(const fs::path& directory) {
  const fs::path path = fs::absolute(directory).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

bool is_checkpoint_name(const std::string& name) {
  constexpr std::string_view start = "checkpoint-", end = ".h5";
  if (!name.starts_with(start) || !name.ends_with(end) || name.size() <= start.size() + end.size()) return false;
  const std::string digits = name.substr(start.size(), name.size() - start.size() - end.size());
  return std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
}

/// Not what others may have put there under such a name: a folder, a device, a pipe.
bool is_file_or_link(const fs::path& path) {
  std::error_code ignored;
  const fs::file_type type = fs::symlink_status(path, ignored).type();
  return type == fs::file_type::regular || type == fs::file_type::symlink;
}

/// Makes the link anew under another name, and renames it.
void point_to(const fs::path& link, const fs::path& checkpoint) {
  std::error_code error;
  if (fs::exists(fs::symlink_status(link, error)) && !is_file_or_link(link))
    throw SystemError(fmt::format("{}: neither a link nor a file, and is not replaced: remove it", link.string()));
  fs::path temporary;
  int number = 0;
  do fs::create_symlink(checkpoint.filename(), temporary = files::temporary_name(link, number++), error);
  while (error == std::errc::file_exists);
  if (!error) fs::rename(temporary, link, error);
  // The link is for people: a continued run looks at the names. Some file systems have no links.
  if (!error || error == std::errc::function_not_supported || error == std::errc::operation_not_permitted) return;
  std::error_code ignored;
  fs::remove(temporary, ignored);
  throw SystemError(fmt::format("{}: cannot link to {}: {}", link.string(), checkpoint.string(), error.message()));
}

/// By step, the newest first: names have 8 digits or more.
bool is_newer(const fs::path& a, const fs::path& b) {
  const std::string left = a.filename().string(), right = b.filename().string();
  return left.size() != right.size() ? left.size() > right.size() : left > right;
}

}  // namespace

bool RunFolder::holds_run() const { return fs::exists(config()) || holds_results(); }
bool RunFolder::holds_results() const { return fs::exists(results()); }

RunState inspect(const RunFolder& folder, const config::Config& config) {
  if (!folder.holds_run()) return RunState::absent;
  const config::Config stored = stored_config(folder);
  refuse_other(folder, config::forbidden_on_restart(stored, config));
  const bool is_complete = folder.holds_results() && config::differences(stored, config).empty();
  return is_complete ? RunState::finished : RunState::unfinished;
}

std::optional<fs::path> set_aside(const RunFolder& folder) {
  std::error_code error;
  if (!fs::exists(folder.directory) || fs::is_empty(folder.directory, error)) return std::nullopt;
  const fs::path name = plain_name(folder.directory);
  if (!folder.holds_run()) {
    throw InputError(
        fmt::format("{}: --fresh moves run folders only, and this holds no run; choose another folder with --output",
                    folder.directory.string()));
  }
  for (int i = 1;; ++i) {
    const fs::path aside = fmt::format("{}.{}", name.string(), i);
    if (fs::exists(fs::symlink_status(aside))) continue;
    fs::rename(name, aside, error);
    if (error)
      throw SystemError(fmt::format("{}: cannot rename to {}: {}", name.string(), aside.string(), error.message()));
    return aside;
  }
}

void create(const RunFolder& folder) {
  std::error_code error;
  fs::create_directories(folder.directory, error);
  if (!error && !fs::is_directory(folder.directory)) error = std::make_error_code(std::errc::not_a_directory);
  if (!error) return;
  const std::string text =
      fmt::format("output.directory: cannot create the folder {}: {}", folder.directory.string(), error.message());
  if (files::is_mistake(error.value())) throw InputError(text);
  throw SystemError(text);
}

void expect_places(const RunFolder& folder) {
  for (const fs::path& path : {folder.config(), folder.log(), folder.trace(), folder.results()})
    files::expect_output_place(path);
  std::vector<fs::path> kept = folder.checkpoints();
  kept.push_back(folder.newest_checkpoint());
  for (const fs::path& path : kept) {
    std::error_code none;
    const fs::file_type type = fs::symlink_status(path, none).type();
    // A link to a checkpoint that is gone is nothing special: the link is made anew with the next one.
    if (type != fs::file_type::symlink && type != fs::file_type::not_found) expect_regular_file(path, "a checkpoint");
  }
  files::remove_all_temporaries(folder.directory);
}

void store(const RunFolder& folder, const config::Config& config) {
  files::write_text_atomically(folder.config(), config::to_yaml(config));
}

fs::path RunFolder::checkpoint(std::int64_t step) const { return directory / fmt::format("checkpoint-{:08}.h5", step); }

std::vector<fs::path> RunFolder::checkpoints() const {
  std::vector<fs::path> found;
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, none)) {
    if (is_checkpoint_name(entry.path().filename().string())) found.push_back(entry.path());
  }
  std::ranges::sort(found, is_newer);
  return found;
}

void adopt_checkpoint(const RunFolder& folder, const fs::path& checkpoint, int keep) {
  point_to(folder.newest_checkpoint(), checkpoint);
  const std::vector<fs::path> all = folder.checkpoints();
  // Newer ones could not be used: they must not push out the one that can.
  const auto newest = std::ranges::find(all, checkpoint.filename(), &fs::path::filename);
  const auto first = newest - all.begin() + keep;
  std::error_code ignored;
  for (auto i = static_cast<std::size_t>(first); i < all.size(); ++i)
    if (is_file_or_link(all[i])) fs::remove(all[i], ignored);
}

}  // namespace isinglass::run
