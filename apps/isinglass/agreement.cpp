#include "agreement.hpp"

#include "base/stop_signal.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

namespace isinglass {

Failure current_failure() {
  try {
    throw;
  } catch (const AgreedError& error) {
    return {error.what(), error.code()};
  } catch (const InputError& error) {
    return {error.what(), ExitCode::bad_input};
  } catch (const Interrupted& error) {
    return {error.what(), ExitCode::unfinished};
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
  throw AgreedError(broadcast_text(world, failure.text, culprit), failure.code);
}

std::string broadcast_text(const Communicator& world, const std::string& text, int root) {
  std::uint64_t size = text.size();
  world.broadcast(bytes_of(std::span(&size, 1)), root);
  std::string copy = text;
  copy.resize(size);
  world.broadcast(bytes_of(std::span(copy.data(), copy.size())), root);
  return copy;
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown host";
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
