#include "base/error.hpp"
#include "io/run_folder.hpp"

#include <algorithm>
#include <string>
#include <system_error>

#include <fmt/format.h>

namespace isinglass {

namespace fs = std::filesystem;

namespace {

/// Names sort as their steps do.
bool is_checkpoint_name(const std::string& name) {
  constexpr std::string_view start = "checkpoint-", end = ".h5";
  if (!name.starts_with(start) || !name.ends_with(end) || name.size() <= start.size() + end.size()) return false;
  const std::string digits = name.substr(start.size(), name.size() - start.size() - end.size());
  return std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

fs::path RunFolder::checkpoint(std::int64_t step) const { return directory / fmt::format("checkpoint-{:08}.h5", step); }

std::vector<fs::path> RunFolder::checkpoints() const {
  std::vector<fs::path> found;
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, none)) {
    if (is_checkpoint_name(entry.path().filename().string())) found.push_back(entry.path());
  }
  std::ranges::sort(found, std::ranges::greater{});
  return found;
}

void adopt_checkpoint(const RunFolder& folder, const fs::path& checkpoint, int keep) {
  const fs::path link = folder.newest_checkpoint(), temporary = link.string() + ".tmp";
  std::error_code error;
  fs::remove(temporary, error);
  fs::create_symlink(checkpoint.filename(), temporary, error);
  if (!error) fs::rename(temporary, link, error);
  // The link is for people: a continued run looks at the names. Some file systems have no links.
  if (error && error != std::errc::function_not_supported && error != std::errc::operation_not_permitted)
    throw SystemError(fmt::format("{}: cannot link to {}: {}", link.string(), checkpoint.string(), error.message()));
  const std::vector<fs::path> all = folder.checkpoints();
  for (std::size_t i = static_cast<std::size_t>(keep); i < all.size(); ++i) fs::remove(all[i], error);
}

}  // namespace isinglass
