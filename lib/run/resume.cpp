#include "run/resume.hpp"

#include "config/reader.hpp"
#include "config/writer.hpp"
#include "parallel/agreement.hpp"
#include "run/fingerprints.hpp"
#include "train/checkpoint_rules.hpp"

#include <optional>
#include <sstream>

#include <fmt/format.h>

namespace isinglass::run {

namespace {

/// The coordinator's list of checkpoints: other hosts may see the folder later.
std::vector<std::string> shared_candidates(const RunFolder& folder, const parallel::Communicator& world) {
  std::string lines;
  if (world.is_root()) {
    for (const std::filesystem::path& path : folder.checkpoints())
      lines += path.string() + '\0';  // names may hold line breaks
  }
  std::istringstream stream(world.broadcast(lines, 0));
  std::vector<std::string> names;
  for (std::string line; std::getline(stream, line, '\0');) names.push_back(line);
  return names;
}

/// Throws InputError with the keys that differ.
void expect_same_run(const train::TrainingState& state, const config::Config& started, const std::string& path,
                     const config::Config& config, std::int64_t data_fingerprint) {
  const std::vector<config::ConfigDifference> found = config::forbidden_on_restart(started, config);
  std::string table;
  for (const config::ConfigDifference& d : found)
    table += fmt::format("\n  {:<32} {:<20} {}", d.key, d.first, d.second);
  if (!found.empty()) {
    throw InputError(
        fmt::format("{}: a run cannot go on with these keys changed; change them back, or start anew with --fresh\n"
                    "  {:<32} {:<20} {}{}",
                    path, "key", "checkpoint", "input", table));
  }
  if (state.data_fingerprint != data_fingerprint) {
    throw InputError(fmt::format(
        "{}: was made with other training samples; give back the data set of then, or start anew with --fresh", path));
  }
}

/// The name of a file counts its steps: what goes on from another number would write older files than this one.
void expect_own_name(const train::TrainingState& state, const std::filesystem::path& path, const RunFolder& folder,
                     const config::Config& config) {
  const std::filesystem::path own = folder.checkpoint(train::step_of(state, config)).filename();
  if (path.filename() == own) return;
  throw InputError(fmt::format("{}: holds the state of {}", path.string(), own.string()));
}

/// Throws InputError "PATH: OBJECT: what is impossible about it".
void expect_possible_state(const train::TrainingState& state, const std::string& path, const RunFolder& folder,
                           const config::Config& config, const TrainingSetup& setup, const parallel::Grid& grid) {
  try {
    train::expect_possible(state, config, setup.architecture, setup.data);
    const train::TrainingInput input{
        .config = config, .architecture = setup.architecture, .data = setup.data, .grid = grid, .reach = setup.reach};
    train::expect_possible_images(state, input);
    train::expect_true_incumbent(state, input);
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", path, error.what()));
  }
  expect_own_name(state, path, folder, config);
}

}  // namespace

Resume find_state(const RunFolder& folder, const config::Config& config, const TrainingSetup& setup,
                  std::int64_t data_fingerprint, const parallel::Grid& grid) {
  Resume resume;
  const data::Samples& train = setup.data.train;
  const CheckpointShape shape{setup.architecture, train.first, train.size(), train.global_size};
  const std::vector<std::string> candidates = shared_candidates(folder, grid.world);
  for (const std::string& path : candidates) {
    const auto refused = [&](const std::optional<parallel::AgreedError>& error) {
      if (error) resume.warnings.push_back(fmt::format("warning: cannot continue from {}", error->what()));
      if (error) resume.state.reset();
      return error.has_value();
    };
    config::Config started;
    if (refused(parallel::failure_of([&] {
          parallel::together(grid.world, [&] { resume.state = read_checkpoint(path, shape, grid.group); });
          parallel::together(grid.world, [&] {
            started = config::parse_config(resume.state->config_yaml, path, {}, config::ConfigUse::stored);
          });
        })))
      continue;
    parallel::expect_same(grid.world, fingerprint_of(*resume.state), path);
    // Another configuration comes before what it makes impossible.
    parallel::together(grid.world, [&] { expect_same_run(*resume.state, started, path, config, data_fingerprint); });
    if (refused(parallel::failure_of([&] {
          parallel::together(grid.world,
                             [&] { expect_possible_state(*resume.state, path, folder, config, setup, grid); });
        })))
      continue;
    resume.path = path;
    return resume;
  }
  if (candidates.empty()) return resume;
  std::string text =
      fmt::format("{}: none of the {} checkpoints can be used; start anew with --fresh, which keeps them aside",
                  folder.directory.string(), candidates.size());
  for (const std::string& warning : resume.warnings) text += "\n  " + warning;
  throw parallel::AgreedError(text, ExitCode::checkpoint_unusable);
}

}  // namespace isinglass::run
