#include "base/error.hpp"
#include "files/output_file.hpp"
#include "run/run_folder.hpp"

#include <algorithm>
#include <string>
#include <system_error>

#include <fmt/format.h>

namespace isinglass {

namespace fs = std::filesystem;

namespace {

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
  do fs::create_symlink(checkpoint.filename(), temporary = temporary_name(link, number++), error);
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

}  // namespace isinglass
