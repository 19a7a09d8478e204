#include "run/run_folder.hpp"

#include "base/error.hpp"
#include "base/input_file.hpp"
#include "config/reader.hpp"
#include "config/writer.hpp"
#include "files/atomic_file.hpp"
#include "files/output_file.hpp"
#include "files/output_place.hpp"
#include "files/system_failure.hpp"
#include "run/results_file.hpp"

#include <string>
#include <system_error>

#include <fmt/format.h>

namespace isinglass {

namespace fs = std::filesystem;

namespace {

constexpr const char* way_out = "choose another folder with --output, or move this one aside with --fresh";

Config stored_config(const RunFolder& folder) {
  try {
    if (folder.holds_results()) return parse_config(read_model(folder.results()).config_yaml, folder.results().string());
    expect_regular_file(folder.config(), "a configuration");
    return read_config(folder.config());
  } catch (const InputError& error) {
    throw InputError(
        fmt::format("{}: holds a run that cannot be read; {}\n{}", folder.directory.string(), way_out, error.what()));
  }
}

void refuse_other(const RunFolder& folder, const std::vector<ConfigDifference>& found) {
  if (found.empty()) return;
  std::string text = fmt::format("{}: holds a run of another configuration; {}", folder.directory.string(), way_out);
  for (const ConfigDifference& d : found) text += fmt::format("\n  {}: there {}, now {}", d.key, d.first, d.second);
  throw InputError(text);
}

/// Absolute, without a trailing slash: what NAME.1 is made from.
fs::path plain_name(const fs::path& directory) {
  const fs::path path = fs::absolute(directory).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

}  // namespace

bool RunFolder::holds_run() const { return fs::exists(config()) || holds_results(); }
bool RunFolder::holds_results() const { return fs::exists(results()); }

RunState inspect(const RunFolder& folder, const Config& config) {
  if (!folder.holds_run()) return RunState::absent;
  const Config stored = stored_config(folder);
  refuse_other(folder, forbidden_on_restart(stored, config));
  const bool is_complete = folder.holds_results() && differences(stored, config).empty();
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
    if (error) throw SystemError(fmt::format("{}: cannot rename to {}: {}", name.string(), aside.string(), error.message()));
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
  if (is_mistake(error.value())) throw InputError(text);
  throw SystemError(text);
}

void expect_places(const RunFolder& folder) {
  for (const fs::path& path : {folder.config(), folder.log(), folder.trace(), folder.results()}) expect_output_place(path);
  std::vector<fs::path> kept = folder.checkpoints();
  kept.push_back(folder.newest_checkpoint());
  for (const fs::path& path : kept) {
    std::error_code none;
    const fs::file_type type = fs::symlink_status(path, none).type();
    // A link to a checkpoint that is gone is nothing special: the link is made anew with the next one.
    if (type != fs::file_type::symlink && type != fs::file_type::not_found) expect_regular_file(path, "a checkpoint");
  }
  remove_all_temporaries(folder.directory);
}

void store(const RunFolder& folder, const Config& config) { write_text_atomically(folder.config(), to_yaml(config)); }

}  // namespace isinglass
