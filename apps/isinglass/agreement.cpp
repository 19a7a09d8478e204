#include "agreement.hpp"

#include "version_text.hpp"

#include "base/process.hpp"
#include "base/stop_signal.hpp"
#include "config/diagnostics.hpp"
#include "run/run_lock.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace isinglass {

namespace {

/// A name that no file can have is the user's mistake; all else that a file system says is its own.
Failure file_system_failure(const std::filesystem::filesystem_error& error) {
  const std::error_code code = error.code();
  const bool is_name = code == std::errc::filename_too_long || code == std::errc::too_many_symbolic_link_levels ||
                       code == std::errc::not_a_directory;
  const std::string text = fmt::format("{}: {}", shortened(error.path1().string()), code.message());
  return is_name ? Failure{text, ExitCode::bad_input} : Failure{"error: " + text, ExitCode::error};
}

}  // namespace

Failure current_failure() {
  try {
    throw;
  } catch (const AgreedError& error) {
    return {error.what(), error.code(), error.is_busy()};
  } catch (const FolderInUse& error) {
    return {error.what(), ExitCode::bad_input, true};
  } catch (const InputError& error) {
    return {error.what(), ExitCode::bad_input};
  } catch (const Interrupted& error) {
    return {error.what(), ExitCode::unfinished};
  } catch (const std::filesystem::filesystem_error& error) {
    return file_system_failure(error);
  } catch (const std::bad_alloc&) {
    return {"error: out of memory", ExitCode::error};
  } catch (const std::exception& error) {
    return {fmt::format("error: {}", error.what()), ExitCode::error};
  } catch (...) {
    return {"error: unknown exception", ExitCode::error};
  }
}

void together(const Communicator& world, const std::function<void()>& action) {
  Failure failure{"", ExitCode::done};
  try {
    action();
  } catch (...) {
    failure = current_failure();
    if (world.rank() > 0) failure.text += fmt::format(" (rank {} on {})", world.rank(), host_name());
  }
  // The first rank that failed has the largest value; 0 if none did.
  std::int64_t first = failure.code == ExitCode::done ? 0 : world.size() - world.rank();
  world.all_max(std::span(&first, 1));
  if (first == 0) return;
  const int culprit = world.size() - static_cast<int>(first);
  world.broadcast(bytes_of(std::span(&failure.code, 1)), culprit);
  world.broadcast(bytes_of(std::span(&failure.is_busy, 1)), culprit);
  throw AgreedError(broadcast_text(world, failure.text, culprit), failure.code, failure.is_busy);
}

void expect_same(const Communicator& world, std::uint64_t fingerprint, const std::string& what) {
  std::uint64_t first = fingerprint;
  world.broadcast(bytes_of(std::span(&first, 1)), 0);
  together(world, [&] {
    if (fingerprint == first) return;
    throw InputError(
        fmt::format("{}: this rank reads something else there than rank 0; give all ranks the same files", what));
  });
}

void expect_same_command(const Communicator& world, std::span<const char* const> arguments) {
  if (world.size() == 1) return;
  constexpr char end = '\0';  // which no argument holds
  std::string own;
  for (const char* argument : arguments) own += std::string(argument) + end;
  const std::string first = broadcast_text(world, own, 0),
                    build = broadcast_text(world, version_line() + build_line(), 0);
  together(world, [&] {
    if (build != version_line() + build_line())
      throw InputError(fmt::format("this rank runs another build of isinglass than rank 0: {}", version_line()));
    if (own == first) return;
    const auto begin = static_cast<std::size_t>(std::ranges::mismatch(own, first).in1 - own.begin());
    const std::size_t word = begin == 0 ? 0 : own.rfind(end, begin - 1) + 1;  // 0 after npos
    const auto word_of = [&](const std::string& words) {
      return word < words.size() ? fmt::format("\"{}\"", shortened(words.substr(word, words.find(end, word) - word)))
                                 : "nothing";
    };
    throw InputError(fmt::format("this rank was started with {} where rank 0 has {}; give all ranks the same command",
                                 word_of(own), word_of(first)));
  });
}

std::optional<AgreedError> failure_of(const std::function<void()>& step) {
  try {
    step();
    return std::nullopt;
  } catch (const AgreedError& error) {
    return error;
  }
}

std::string broadcast_text(const Communicator& world, const std::string& text, int root) {
  std::uint64_t size = text.size();
  world.broadcast(bytes_of(std::span(&size, 1)), root);
  std::string copy = text;
  copy.resize(size);
  world.broadcast(bytes_of(std::span(copy.data(), copy.size())), root);
  return copy;
}

std::string host_summary(const Communicator& world) {
  std::vector<std::pair<std::string, int>> hosts;
  for (int rank = 0; rank < world.size(); ++rank) {
    const std::string name = broadcast_text(world, host_name(), rank);
    const auto known = std::find_if(hosts.begin(), hosts.end(), [&](const auto& host) { return host.first == name; });
    if (known == hosts.end()) {
      hosts.emplace_back(name, 1);
    } else {
      ++known->second;
    }
  }
  std::string summary;
  for (const auto& [name, ranks] : hosts) {
    summary += fmt::format("{}{} ({} rank{})", summary.empty() ? "" : ", ", name, ranks, ranks == 1 ? "" : "s");
  }
  return summary;
}

}  // namespace isinglass
